"""Appeals: another moderator than the one who decided looks at them, where there is one."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from ..accounts.models import User
from ..accounts.standing import ROLES, is_above
from ..accounts.viewer import Viewer
from ..data.database import db, writing
from .actions import Decision, NotAllowedError, dismiss, undo, uphold
from .models import Case, LogEntry


class OwnDecisionError(NotAllowedError):
    """The appeal is against a decision of the moderator."""

    def __str__(self) -> str:
        return _("You decided this: another moderator looks at the appeal.")


def refusal(moderator: Viewer, case: Any) -> NotAllowedError | None:
    """Return why ``moderator`` cannot decide ``case``; None if they can.

    An appeal is for who may moderate the person, and of them not for who decided, unless there is
    nobody else. ``case`` is a case, or a row with its columns.
    """
    if not case.appeals_id:
        return None
    role = db.session.scalar(select(User.role).where(User.id == case.person_id)) or "member"
    if not is_above(moderator.role, role):
        return NotAllowedError()
    decided_by = select(LogEntry.actor_id).where(LogEntry.id == case.appeals_id)
    if db.session.scalar(decided_by) != moderator.id:
        return None
    others = select(User.id).where(
        User.role.in_([each for each in ROLES if is_above(each, role)]),
        User.state == "active",
        User.id.not_in((moderator.id, case.person_id)),
    )
    return OwnDecisionError() if db.session.scalar(others.limit(1)) else None


def dismiss_or_uphold(moderator: Viewer, action: str, decision: Decision, case: Case) -> None:
    """Close ``case``: ``dismiss`` it, or, of an appeal, ``uphold`` or ``undo`` the decision."""
    with writing() as session:
        if error := refusal(moderator, case):
            raise error
        if action == "dismiss":
            dismiss(moderator, case, decision)
        elif action == "uphold":
            uphold(moderator, case, decision)
        else:
            entry = session.get_one(LogEntry, case.appeals_id)
            undo(moderator, entry, decision, case)
