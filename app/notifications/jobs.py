"""Periodic jobs of notifications."""

from datetime import timedelta

from sqlalchemy import delete, select

from ..accounts.models import User
from ..data.database import changed_rows, now, writing
from ..data.ids import id_at
from ..jobs import every_minute
from .models import Notification

READ_KEPT = timedelta(days=90)
# Rows of one transaction, so that other writers do not wait long.
BATCH = 1000


@every_minute
def delete_old() -> None:
    """Delete notifications that were read and are older than :data:`READ_KEPT`, in batches."""
    old = (
        select(Notification.id)
        .join(User, User.id == Notification.user_id)
        .where(
            Notification.id <= User.notifications_read_at,
            Notification.id < id_at(now() - READ_KEPT),
        )
        .limit(BATCH)
    )
    deleted = BATCH
    while deleted == BATCH:
        with writing() as session:
            deleted = changed_rows(session, delete(Notification).where(Notification.id.in_(old)))
