"""What moderators do to posts and people: each verb acts, is logged, and notifies the person."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import and_, or_, select

from ..accounts.models import User
from ..accounts.roles import is_above
from ..data.database import writing
from ..mail.sending import send_mail
from ..notifications.models import notify_from_site
from ..posts.models import Post
from ..posts.warnings import put_warning
from .account_states import LoggedState, logged_state, put_into
from .assignment import TakenError, close_case, decided
from .log import Actor, record
from .mails import DECISION
from .models import Case, LogEntry

# What is before and after, where a case is closed without anything else.
CASE_CLOSED: dict[str, Any] = {"before": {"case": "open"}, "after": {"case": "closed"}}


class NotAllowedError(ValueError):
    """Nobody moderates themselves, their equals or superiors."""

    def __init__(self) -> None:
        super().__init__(_("You cannot moderate this person."))


@dataclass(frozen=True)
class Decision:
    """What the person concerned is notified of: rule, reason, and until when it holds."""

    rule: str = ""
    reason: str = ""
    until: datetime | None = None


def dismiss(moderator: Actor, case: Case, decision: Decision) -> LogEntry:
    """Close ``case``: nothing is to be done."""
    if case.person_id == moderator.id:
        raise NotAllowedError
    with writing():
        close_case(moderator, case)
        return _record(
            moderator, "dismiss", decision, case, person_id=case.person_id, **CASE_CLOSED
        )


def uphold(moderator: Actor, case: Case, decision: Decision) -> LogEntry:
    """Close ``case``, an appeal: the decision stays, and the person is notified."""
    with writing() as session:
        person = session.get_one(User, case.person_id)
        values = {"post_id": case.post_id or None, **CASE_CLOSED}
        return record_decision(moderator, "uphold", decision, person, case, **values)


def remove_post(
    moderator: Actor, post: Post, decision: Decision, case: Case | None = None
) -> LogEntry:
    """Remove ``post``: a tombstone with the rule stays in its place."""
    with deciding(moderator, post.author, case):
        if not post.remove(decision.rule):
            raise TakenError(what_became_of(post))
        values = {"post_id": post.id, **post_from("shown", "removed")}
        return log_and_notify(moderator, "remove", decision, case, post.author, **values)


def mark_post(
    moderator: Actor, post: Post, decision: Decision, case: Case | None = None
) -> LogEntry:
    """Put a warning on ``post``: viewers see why, and open it if they want to."""
    words = decision.reason or decision.rule
    with deciding(moderator, post.author, case):
        if not put_warning(post, words):
            raise TakenError(decided(LogEntry.post_id == post.id, LogEntry.action == "mark"))
        values: dict[str, Any] = {"before": {"warning": ""}, "after": {"warning": words}}
        return log_and_notify(
            moderator, "mark", decision, case, post.author, post_id=post.id, **values
        )


def warn(moderator: Actor, person: User, decision: Decision, case: Case | None = None) -> LogEntry:
    """Warn ``person``."""
    with deciding(moderator, person, case):
        now = logged_state(person.state, person.state_until)
        return log_and_notify(moderator, "warn", decision, case, person, before=now, after=now)


def limit(moderator: Actor, person: User, decision: Decision, case: Case | None = None) -> LogEntry:
    """Show what ``person`` posts to followers only, for a time or until it is undone."""
    new = logged_state("limited", decision.until)
    return change_state(moderator, "limit", person, decision, case, new=new)


def suspend(
    moderator: Actor, person: User, decision: Decision, case: Case | None = None
) -> LogEntry:
    """Sign ``person`` out and hide what they wrote, for a time or until it is undone."""
    new = logged_state("suspended", decision.until)
    return change_state(moderator, "suspend", person, decision, case, new=new)


def record_decision(
    moderator: Actor,
    action: str,
    decision: Decision,
    person: User,
    case: Case | None = None,
    **values: Any,
) -> LogEntry:
    """Close ``case``, and log a decision about ``person``, who is notified.

    Whoever calls this carries it out.
    """
    with deciding(moderator, person, case):
        return log_and_notify(moderator, action, decision, case, person, **values)


def change_state(
    moderator: Actor,
    action: str,
    person: User,
    decision: Decision,
    case: Case | None,
    *,
    new: LoggedState,
    **values: Any,
) -> LogEntry:
    """Put the account into the state ``new``, which is what ``action`` says."""
    with deciding(moderator, person, case):
        changed = put_into(person, new)
        return log_and_notify(moderator, action, decision, case, person, **changed, **values)


@contextmanager
def deciding(moderator: Actor, person: User, case: Case | None) -> Iterator[None]:
    """Open the transaction of a decision about ``person``, which closes ``case``.

    Raises :class:`NotAllowedError`, and :class:`TakenError` if somebody else closed ``case``.
    """
    with writing():
        check_may_act(moderator, person)
        close_case(moderator, case)
        yield


def check_may_act(moderator: Actor, person: User) -> None:
    """Raise :class:`NotAllowedError` unless ``moderator`` may moderate ``person``.

    Until the transaction around ends, others who decide about that person wait.
    """
    with writing() as session:
        session.refresh(person, with_for_update={"key_share": True})
    if moderator.id and (moderator.id == person.id or not is_above(moderator.role, person.role)):
        raise NotAllowedError


def what_became_of(post: Post) -> str:
    """Return, in a sentence, why there is nothing left to decide about a post that is gone."""
    about = or_(
        LogEntry.post_id == post.id,
        and_(LogEntry.person_id == post.author_id, LogEntry.action == "remove_all"),
    )
    with writing() as session:
        is_removed = session.scalar(select(Post.removed_for).where(Post.id == post.id)) is not None
    by_moderators = decided(about) if is_removed else ""
    return by_moderators or _("The author has deleted the post: nothing is left to decide.")


def _record(
    moderator: Actor, action: str, decision: Decision, case: Case | None, **values: Any
) -> LogEntry:
    reasons = {"rule": decision.rule, "reason": decision.reason, "case_id": case and case.id}
    return record(moderator, action, **reasons, **values)


def log_and_notify(
    moderator: Actor,
    action: str,
    decision: Decision,
    case: Case | None,
    person: User,
    **values: Any,
) -> LogEntry:
    """Log what was done to ``person``, who gets a notification and a mail."""
    entry = _record(moderator, action, decision, case, person_id=person.id, **values)
    notify_from_site([person.id], "decision")
    if person.email:
        send_mail(person.email, DECISION, entry_id=entry.id)
    return entry


def post_from(before: str, after: str) -> dict[str, Any]:
    """Return what the log says of a post that was ``before`` and is ``after``."""
    return {"before": {"post": before}, "after": {"post": after}}
