"""Periodic jobs of accounts."""

from sqlalchemy import delete, or_, select

from ..data.database import db, now, writing
from ..jobs import every_minute
from .models import ENDS_UNUSED, REMEMBERED_ENDS_UNUSED, LoginSession, User
from .throttling import delete_old_failures


@every_minute
def end_states() -> None:
    """Make accounts active again whose suspension, or the like, has ended by itself."""
    ended = select(User).where(User.state_until <= now(), User.state != "leaving")
    for user in db.session.scalars(ended).all():
        user.end_state_in_time()


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
