"""Appeals: another moderator than the one who decided looks at them, where there is one."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from ..accounts.models import User
from ..accounts.viewer import Viewer
from ..data.database import db, writing
from .actions import Decision, NotAllowedError, dismiss, undo, uphold
from .models import Case, LogEntry


class OwnDecisionError(NotAllowedError):
    """The appeal is against a decision of the moderator."""

    def __str__(self) -> str:
        return _("You decided this: another moderator looks at the appeal.")


def may_decide(moderator: Viewer, case: Any) -> bool:
    """Whether ``moderator`` may decide ``case``; of an appeal against themselves, nobody else can.

    ``case`` is a case, or a row with its columns.
    """
    if not case.appeals_id:
        return True
    decided_by = select(LogEntry.actor_id).where(LogEntry.id == case.appeals_id)
    if db.session.scalar(decided_by) != moderator.id:
        return True
    others = select(User.id).where(
        User.role != "member",
        User.state == "active",
        User.id.not_in((moderator.id, case.person_id)),
    )
    return db.session.scalar(others.limit(1)) is None


def dismiss_or_uphold(moderator: Viewer, action: str, decision: Decision, case: Case) -> None:
    """Close ``case``: ``dismiss`` it, or, of an appeal, ``uphold`` or ``undo`` the decision."""
    with writing() as session:
        if not may_decide(moderator, case):
            raise OwnDecisionError
        if action == "dismiss":
            dismiss(moderator, case, decision)
        elif action == "uphold":
            uphold(moderator, case, decision)
        else:
            entry = session.get_one(LogEntry, case.appeals_id)
            undo(moderator, entry, decision, case)
