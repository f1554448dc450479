"""Housekeeping of notifications."""

from datetime import timedelta

from sqlalchemy import delete, select

from ..data.changes import affected
from ..data.database import now, writing
from ..data.ids import id_at
from ..jobs import every_minute
from .models import Notification

KEPT_READ = timedelta(days=90)
# So that nobody who writes waits long for the sweep.
AT_ONCE = 1000


@every_minute
def forget_what_was_read() -> None:
    """Delete what was read and is older than :data:`KEPT_READ`, a batch at a time."""
    old = (
        select(Notification.id)
        .where(Notification.is_read, Notification.id < id_at(now() - KEPT_READ))
        .limit(AT_ONCE)
    )
    deleted = AT_ONCE
    while deleted == AT_ONCE:
        with writing():
            deleted = affected(delete(Notification).where(Notification.id.in_(old)))
