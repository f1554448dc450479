"""Periodic jobs of accounts."""

from sqlalchemy import delete, or_

from ..data.database import now, writing
from ..jobs import every_minute
from .models import ENDS_UNUSED, REMEMBERED_ENDS_UNUSED, LoginSession
from .throttling import delete_old_failures


@every_minute
def delete_ended_sessions() -> None:
    """Delete login sessions that ended unused, and failed log-ins that no longer count."""
    delete_old_failures()
    last_used, remembered = LoginSession.last_used_at, LoginSession.remembered
    ended = or_(
        last_used < now() - REMEMBERED_ENDS_UNUSED, ~remembered & (last_used < now() - ENDS_UNUSED)
    )
    with writing() as session:
        session.execute(delete(LoginSession).where(ended))
