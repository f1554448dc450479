"""What moderators do to posts and people: each verb acts, tells the person, and is logged."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select, update
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..accounts.standing import Role, State, is_above
from ..data.database import HasId, changed_rows, db, now, writing
from ..jobs import enqueue
from ..notifications.models import notify_from_site
from ..posts.models import Post
from ..posts.warnings import put_warning, remove_warning
from .letters import send_decision
from .log import record
from .models import Case, LogEntry, Report
from .putting_back import put_back_posts

# What is before and after, where a case is closed without anything else.
CASE_CLOSED: dict[str, Any] = {"before": {"case": "open"}, "after": {"case": "closed"}}
# Of these, the person concerned is told, and can appeal.
TOLD = ("remove", "refuse", "remove_all", "mark", "warn", "limit", "suspend")


class NotAllowedError(ValueError):
    """Nobody moderates themselves, their equals or superiors."""

    def __init__(self) -> None:
        super().__init__(_("You cannot moderate this person."))


class TakenError(ValueError):
    """Somebody else decides the case, or has decided it, or what is to be done is done."""


@dataclass(frozen=True)
class Moderator:
    """Who acts: a viewer, or the command line, which has no id."""

    id: int | None = None
    role: Role = "administrator"


@dataclass(frozen=True)
class Decision:
    """What the person concerned is told: which rule, and why; and until when it holds."""

    rule: str = ""
    reason: str = ""
    until: datetime | None = None


def take(moderator: HasId, case: Case) -> None:
    """Have ``moderator`` decide ``case``. Raises :class:`TakenError` if somebody else does."""
    with writing() as session:
        session.refresh(case, with_for_update=True)
        if case.closed_at or case.taken_by_id not in (None, moderator.id):
            raise TakenError(_taken(case))
        if case.taken_by_id is None:
            _give(case, moderator, moderator.id, "take")


def release(moderator: Any, case: Case) -> None:
    """Leave ``case`` to others; an administrator also does that for who has taken it."""
    with writing() as session:
        session.refresh(case, with_for_update=True)
        may_release = moderator.id == case.taken_by_id or moderator.role == "administrator"
        if case.taken_by_id and may_release and not case.closed_at:
            _give(case, moderator, None, "release")


def _give(case: Case, moderator: HasId, to: int | None, action: str) -> None:
    before, case.taken_by_id = case.taken_by_id, to
    about = {"case_id": case.id, "person_id": case.person_id}
    record(moderator, action, before={"taken_by": before}, after={"taken_by": to}, **about)


def dismiss(moderator: Any, case: Case, decision: Decision) -> LogEntry:
    """Close ``case``: nothing is to be done."""
    if case.person_id == moderator.id:
        raise NotAllowedError
    with writing():
        close_case(moderator, case)
        return _record(
            moderator, "dismiss", decision, case, person_id=case.person_id, **CASE_CLOSED
        )


def uphold(moderator: Any, case: Case, decision: Decision) -> LogEntry:
    """Close ``case``, an appeal: the decision stays, and the person is told."""
    with writing() as session:
        person = session.get_one(User, case.person_id)
        check_may_act(moderator, person)
        close_case(moderator, case)
        values = {"post_id": case.post_id or None, **CASE_CLOSED}
        return log_and_tell(moderator, "uphold", decision, case, person, **values)


def remove_post(
    moderator: Any, post: Post, decision: Decision, case: Case | None = None
) -> LogEntry:
    """Remove ``post``: a tombstone with the rule stays in its place."""
    with writing():
        check_may_act(moderator, post.author)
        close_case(moderator, case)
        if not post.remove(decision.rule):
            raise TakenError(_("The post is deleted already."))
        values = {"post_id": post.id, **post_from("shown", "removed")}
        return log_and_tell(moderator, "remove", decision, case, post.author, **values)


def mark_post(moderator: Any, post: Post, decision: Decision, case: Case | None = None) -> LogEntry:
    """Put a warning on ``post``: readers see why, and open it if they want to."""
    words = decision.reason or decision.rule
    with writing():
        check_may_act(moderator, post.author)
        close_case(moderator, case)
        if not put_warning(post, words):
            raise TakenError(_("There is a warning on the post already."))
        values: dict[str, Any] = {"before": {"warning": ""}, "after": {"warning": words}}
        return log_and_tell(
            moderator, "mark", decision, case, post.author, post_id=post.id, **values
        )


def warn(moderator: Any, person: User, decision: Decision, case: Case | None = None) -> LogEntry:
    """Warn ``person``."""
    with writing():
        check_may_act(moderator, person)
        close_case(moderator, case)
        standing = _standing(person)
        values = {"before": standing, "after": standing}
        return log_and_tell(moderator, "warn", decision, case, person, **values)


def limit(moderator: Any, person: User, decision: Decision, case: Case | None = None) -> LogEntry:
    """Show what ``person`` posts to followers only, for a time or until it is undone."""
    return _set_state(moderator, person, decision, case, action="limit", state="limited")


def suspend(moderator: Any, person: User, decision: Decision, case: Case | None = None) -> LogEntry:
    """Sign ``person`` out and hide what they wrote, for a time or until it is undone."""
    return _set_state(moderator, person, decision, case, action="suspend", state="suspended")


ACTIONS: dict[str, Callable[..., LogEntry]] = {"warn": warn, "limit": limit, "suspend": suspend}


def undo(moderator: Any, entry: LogEntry, decision: Decision, case: Case | None = None) -> LogEntry:
    """Undo what ``entry`` says, which grants an appeal against it; the person is told.

    Raises :class:`TakenError` where that is undone already, or without ``case``, the appeal, where
    something later replaced it.
    """
    person = db.session.get(User, entry.person_id) if entry.person_id else None
    with writing() as session:
        if person is None or entry.action not in TOLD:
            raise TakenError(_("This cannot be undone."))
        if session.scalar(select(LogEntry.id).where(LogEntry.undoes_id == entry.id)):
            raise TakenError(_("This is undone already."))
        check_may_act(moderator, person)
        close_case(moderator, case)
        before, after = entry.after, entry.before
        if entry.action == "remove":
            post = db.session.get(Post, entry.post_id)
            is_undone = post is not None and post.put_back()
            if not (is_undone or case):
                raise TakenError(_("The post is not there any more."))
        elif entry.action == "refuse":
            post = db.session.get(Post, entry.post_id)
            is_undone = post is not None and post.let_through()
            if not (is_undone or case):
                raise TakenError(_("The post is not there any more."))
        elif entry.action == "remove_all":
            enqueue(put_back_posts, entry.id)
        elif entry.action == "mark":
            remove_warning(entry.post_id or 0)
        elif entry.action in ("limit", "suspend"):
            if person.state == entry.after["state"]:
                put_into(person, entry.before)
            elif case is None:
                raise TakenError(_("The account is in another state by now."))
        _grant(moderator, entry)
        values = {"before": before, "after": after, "undoes_id": entry.id}
        return log_and_tell(
            moderator, "undo", decision, case, person, post_id=entry.post_id, **values
        )


def restore(moderator: Any, person: User, decision: Decision) -> LogEntry:
    """Make the account of ``person`` active again."""
    with writing():
        check_may_act(moderator, person)
        if person.state not in ("limited", "suspended"):
            raise TakenError(_("The account is neither limited nor suspended."))
        before = _standing(person)
        undone = _latest_to_undo(person)
        person.set_state("active")
        if undone:
            _grant(moderator, undone)
        values = {"before": before, "after": _standing(person), "undoes_id": undone and undone.id}
        return log_and_tell(moderator, "restore", decision, None, person, **values)


def tell(moderator: Any, action: str, decision: Decision, person: User, **values: Any) -> LogEntry:
    """Log what is done to ``person`` elsewhere, and tell them."""
    with writing():
        check_may_act(moderator, person)
        return log_and_tell(moderator, action, decision, None, person, **values)


def _set_state(
    moderator: Any,
    person: User,
    decision: Decision,
    case: Case | None,
    *,
    action: str,
    state: State,
) -> LogEntry:
    with writing():
        check_may_act(moderator, person)
        close_case(moderator, case)
        before = _standing(person)
        person.set_state(state, decision.until)
        values = {"before": before, "after": _standing(person)}
        return log_and_tell(moderator, action, decision, case, person, **values)


def check_may_act(moderator: Any, person: User) -> None:
    """Raise :class:`NotAllowedError` unless ``moderator`` may moderate ``person``."""
    if moderator.id and (moderator.id == person.id or not is_above(moderator.role, person.role)):
        raise NotAllowedError


def close_case(moderator: Any, case: Case | None) -> None:
    """Close ``case``, and tell who reported. Raises :class:`TakenError` if somebody else did."""
    if case is None:
        return
    free = or_(Case.taken_by_id.is_(None), Case.taken_by_id == moderator.id)
    with writing() as session:
        mine = update(Case).where(Case.id == case.id, Case.closed_at.is_(None), free)
        if not changed_rows(session, mine.values(taken_by_id=moderator.id, closed_at=now())):
            session.refresh(case)
            raise TakenError(_taken(case))
        session.refresh(case)
        reporters = session.scalars(select(Report.reporter_id).where(Report.case_id == case.id))
        notify_from_site([id for id in reporters if id is not None], "report")


def _grant(moderator: Any, entry: LogEntry) -> None:
    """Close the appeal against ``entry``, if one is open: there is nothing left to decide."""
    appeal = update(Case).where(Case.appeals_id == entry.id, Case.closed_at.is_(None))
    with writing() as session:
        changed_rows(session, appeal.values(taken_by_id=moderator.id, closed_at=now()))


def _latest_to_undo(person: User) -> LogEntry | None:
    """Return the entry that put ``person`` into the state of the account, if it is not undone."""
    actions = {"limited": "limit", "suspended": "suspend"}
    later = aliased(LogEntry)
    undone = select(later.id).where(later.undoes_id == LogEntry.id).exists()
    found = select(LogEntry).where(
        LogEntry.person_id == person.id, LogEntry.action == actions[person.state], ~undone
    )
    with writing() as session:
        return session.scalar(found.order_by(LogEntry.id.desc()).limit(1))


def _taken(case: Case) -> str:
    taken_by = db.session.get(User, case.taken_by_id) if case.taken_by_id else None
    name = taken_by.username if taken_by else "?"
    if case.closed_at:
        return _("@%(name)s has decided this case already.", name=name)
    return _("@%(name)s has taken this case.", name=name)


def _record(
    moderator: Any, action: str, decision: Decision, case: Case | None, **values: Any
) -> LogEntry:
    actor = moderator if moderator.id else None
    told = {"rule": decision.rule, "reason": decision.reason, "case_id": case and case.id}
    return record(actor, action, **told, **values)


def log_and_tell(
    moderator: Any, action: str, decision: Decision, case: Case | None, person: User, **values: Any
) -> LogEntry:
    """Log what was done to ``person``, who gets a notification and a mail."""
    entry = _record(moderator, action, decision, case, person_id=person.id, **values)
    notify_from_site([person.id], "decision")
    if person.email:
        send_decision(person.email, entry.id)
    return entry


def post_from(before: str, after: str) -> dict[str, Any]:
    """Return what the log says of a post that was ``before`` and is ``after``."""
    return {"before": {"post": before}, "after": {"post": after}}


def _standing(person: User) -> dict[str, str | None]:
    until = person.state_until.isoformat() if person.state_until else None
    return {"state": person.state, "until": until}


def put_into(person: User, standing: dict[str, Any]) -> None:
    """Put the account into the state of an entry (``before``); into none that has ended since."""
    until = standing["until"] and datetime.fromisoformat(standing["until"])
    if until and until <= now():
        person.set_state("active")
    else:
        person.set_state(standing["state"], until)
