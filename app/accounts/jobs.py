"""Housekeeping of accounts."""

from sqlalchemy import delete, or_

from ..data.database import now, writing
from ..jobs import every_minute
from .guessing import forget_old_failures
from .models import ENDS_UNUSED, REMEMBERED_ENDS_UNUSED, LoginSession


@every_minute
def forget_what_ended() -> None:
    """Delete login sessions that ended unused, and failed log-ins that no longer count."""
    forget_old_failures()
    last_used, remembered = LoginSession.last_used_at, LoginSession.remembered
    ended = or_(
        last_used < now() - REMEMBERED_ENDS_UNUSED,
        ~remembered & (last_used < now() - ENDS_UNUSED),
    )
    with writing() as session:
        session.execute(delete(LoginSession).where(ended))
