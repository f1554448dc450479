"""Periodic jobs of accounts."""

from sqlalchemy import delete, or_, select, update

from ..data.database import db, now, writing
from ..data.ids import id_at
from ..jobs import every_minute
from .applications import Application
from .login_sessions import ENDS_UNUSED, REMEMBERED_ENDS_UNUSED, LoginSession
from .models import User
from .seen_addresses import KEPT, delete_old_addresses
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


@every_minute
def forget_addresses() -> None:
    """Delete the IP addresses that are kept no longer, of whoever it is.

    A login session and an application lose theirs, and go on.
    """
    delete_old_addresses()
    old = id_at(now() - KEPT)
    with writing(is_visible=False) as session:
        session.execute(
            update(LoginSession)
            .where(LoginSession.id < old, LoginSession.address != "")
            .values(address="")
        )
        session.execute(
            update(Application)
            .where(Application.user_id < old, Application.network != "")
            .values(network="")
        )
