"""What follows at the desk from other changes of accounts."""

from typing import Any

from sqlalchemy import select, update

from ..accounts.models import User
from ..accounts.signals import role_changed, state_changed, state_ended
from ..data.database import changed_rows, writing
from .account_states import put_into
from .in_force import is_undone
from .models import Case, LogEntry


@role_changed.connect
@state_changed.connect
def _leave_cases(user: User, **_more: Any) -> None:
    """Make the cases everybody's again that a moderator has taken and cannot decide any more."""
    if user.role == "member" or not user.is_open:
        taken = update(Case).where(Case.taken_by_id == user.id, Case.closed_at.is_(None))
        with writing() as session:
            changed_rows(session, taken.values(taken_by_id=None))


@state_ended.connect
def _limit_again(user: User, *, was: str, **_more: Any) -> None:
    """Have an account that was limited before a suspension be limited again after it."""
    if was != "suspended":
        return
    suspensions = select(LogEntry.before).where(
        LogEntry.person_id == user.id, LogEntry.action == "suspend", ~is_undone()
    )
    with writing() as session:
        # Somebody may have been suspended again while they were.
        for before in session.scalars(suspensions.order_by(LogEntry.id.desc()).limit(10)):
            if before["state"] != "suspended":
                put_into(user, before)
                return
