"""Taking back what was decided: one decision, or the state that an account is in."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select

from ..accounts.models import User
from ..data.database import db, writing
from ..jobs import enqueue
from ..posts.models import Post
from ..posts.warnings import remove_warning
from .account_states import ACTIVE, put_into
from .actions import Decision, change_state, check_may_act, log_and_notify
from .assignment import TakenError, close_case, close_cases, decided
from .holding import publish_held
from .in_force import holds, state_in_force
from .log import Actor
from .models import APPEALABLE, Case, LogEntry
from .restoring import restore_all


def undo(
    moderator: Actor, entry: LogEntry, decision: Decision, case: Case | None = None
) -> LogEntry:
    """Undo what ``entry`` says, which grants an appeal against it; the person is notified.

    Raises :class:`TakenError` where that is undone already, or without ``case``, the appeal, where
    it does not hold any more.
    """
    person = db.session.get(User, entry.person_id) if entry.person_id else None
    if person is None or entry.action not in APPEALABLE:
        raise TakenError(_("This cannot be undone."))
    with writing():
        check_may_act(moderator, person)
        if undone := decided(LogEntry.undoes_id == entry.id):
            raise TakenError(undone)
        close_case(moderator, case)
        changed = {"before": entry.after, "after": entry.before}
        if holds(entry):
            changed |= _take_back(entry, person)
        elif case is None:
            raise TakenError(_("This does not hold any more: something else came after it."))
        _grant(moderator, Case.appeals_id == entry.id)
        values = {**changed, "post_id": entry.post_id, "undoes_id": entry.id}
        return log_and_notify(moderator, "undo", decision, case, person, **values)


def restore(
    moderator: Actor, person: User, decision: Decision, case: Case | None = None
) -> LogEntry:
    """Make the account of ``person`` active again, whatever it was before its present state."""
    with writing():
        check_may_act(moderator, person)
        if person.state not in ("limited", "suspended"):
            raise TakenError(_("The account is neither limited nor suspended."))
        undone = state_in_force(person)
        states = select(LogEntry.id).where(
            LogEntry.person_id == person.id, LogEntry.action.in_(("limit", "suspend"))
        )
        _grant(moderator, Case.appeals_id.in_(states))
        undoes = {"undoes_id": undone.id if undone else None}
        return change_state(moderator, "restore", person, decision, case, new=ACTIVE, **undoes)


def _take_back(entry: LogEntry, person: User) -> dict[str, Any]:
    """Take back what ``entry`` did; return what the log keeps of it."""
    post = db.session.get(Post, entry.post_id) if entry.post_id else None
    if entry.action in ("limit", "suspend"):
        return put_into(person, entry.before)
    if entry.action == "remove_all":
        enqueue(restore_all, entry.id)
    elif post and entry.action == "remove":
        post.put_back()
    elif post and entry.action == "refuse":
        publish_held(post)
        return {"after": {"post": "shown"}}
    elif post and entry.action == "mark":
        remove_warning(post.id)
    return {}


def _grant(moderator: Actor, appeals: Any) -> None:
    """Close open ``appeals``, by a condition: there is nothing left to decide."""
    close_cases(appeals, taken_by_id=moderator.id)
