"""Appeals: another moderator than the one who decided looks at them, where there is one."""

from functools import cache
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import BigInteger, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..accounts.roles import ROLES, is_above
from ..accounts.viewer import Viewer
from ..data.database import AnySelect, db, writing
from ..follows.queries import VIEWER_ID
from .actions import Decision, NotAllowedError, dismiss, uphold
from .models import Case, LogEntry
from .queries import ENTRY_ID
from .undoing import undo


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
    values = {"person_id": case.person_id, "entry_id": case.appeals_id, "viewer_id": moderator.id}
    found = db.session.execute(_about_appeal(), values).one()
    if not is_above(moderator.role, found.role):
        return NotAllowedError()
    is_own = found.decided_by == moderator.id and found.has_others
    return OwnDecisionError() if is_own else None


@cache
def _about_appeal() -> AnySelect:
    """Select the ``role`` of ``person_id``, who decided, and whether others can look at it."""
    person, others = bindparam("person_id", type_=BigInteger), aliased(User)
    own = select(User.role).where(User.id == person).scalar_subquery()
    role = func.coalesce(own, "member")
    decided_by = select(LogEntry.actor_id).where(LogEntry.id == ENTRY_ID).scalar_subquery()
    above = [
        and_(others.role == each, role.in_([below for below in ROLES if is_above(each, below)]))
        for each in ROLES
        if each != "member"
    ]
    there = select(others.id).where(
        or_(*above), others.state == "active", others.id != VIEWER_ID, others.id != person
    )
    columns = (decided_by.label("decided_by"), there.exists().label("has_others"))
    return select(role.label("role"), *columns)


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
