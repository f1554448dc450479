"""Assignment of cases: one moderator takes and closes a case; others read who did."""

from typing import Any

from flask_babel import gettext as _
from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session, aliased

from ..accounts.models import User
from ..data.database import HasId, changed_rows, db, now, writing
from ..notifications.models import notify_from_site
from .log import Actor, record
from .models import QUIET, Case, LogEntry, Report, is_open_report
from .words import action_label, actor_label


class TakenError(ValueError):
    """Somebody else decides the case, or has decided it, or what is to be done is done."""


def take(moderator: HasId, case: Case) -> None:
    """Have ``moderator`` decide ``case``. Raises :class:`TakenError` if somebody else does."""
    with writing() as session:
        _lock(session, case, moderator.id)
        if case.taken_by_id is None:
            _give(case, moderator, moderator.id, "take")


def release(moderator: Actor, case: Case) -> None:
    """Leave ``case`` to others; an administrator also does that for who has taken it.

    Raises :class:`TakenError` if somebody else has taken or decided it.
    """
    is_administrator = moderator.role == "administrator"
    with writing() as session:
        _lock(session, case, None if is_administrator else moderator.id)
        if case.taken_by_id:
            _give(case, moderator, None, "release")


def wait_for_turn(session: Session, person_id: int) -> None:
    """Have others who decide about a person, or do what that person does, wait for this to end."""
    session.execute(select(User.id).where(User.id == person_id).with_for_update(key_share=True))


def close_case(moderator: Actor, case: Case | None) -> None:
    """Close ``case``, and notify who reported. Raises :class:`TakenError` if somebody else did."""
    if case is None:
        return
    with writing() as session:
        _lock(session, case, moderator.id)
        case.taken_by_id, case.closed_at = moderator.id, now()
        session.flush()
        reporters = session.scalars(select(Report.reporter_id).where(Report.case_id == case.id))
        notify_from_site([id for id in reporters if id is not None], "report")


def close_cases(*those: Any, taken_by_id: int | None = None) -> None:
    """Close the open cases for which the conditions ``those`` hold: nothing is left to decide."""
    left = update(Case).where(Case.closed_at.is_(None), *those)
    with writing() as session:
        changed_rows(session, left.values(taken_by_id=taken_by_id, closed_at=now()))


def close_cases_of(post_ids: list[int]) -> None:
    """Close the open cases about posts that were removed, and notify who reported them."""
    about = select(Case.id).where(Case.post_id.in_(post_ids), is_open_report())
    with writing() as session:
        ids = session.scalars(about).all()
        close_cases(Case.id.in_(ids))
        reporters = select(Report.reporter_id).where(Report.case_id.in_(ids)).distinct()
        notify_from_site([id for id in session.scalars(reporters) if id is not None], "report")


def taken(by: int | None, case: Any) -> str | None:
    """Return, in a sentence, who else than ``by`` decides or has decided ``case``; None for nobody.

    ``case`` is a case, or a row with its columns.
    """
    if case.closed_at:
        return outcome(case)
    if case.taken_by_id in (None, by):
        return None
    taken_by = db.session.get(User, case.taken_by_id)
    return _("@%(name)s has taken this case.", name=taken_by.username if taken_by else "?")


def outcome(case: Any) -> str:
    """Return, in a sentence, what became of ``case`` (or a row with its columns) and who did it."""
    what = LogEntry.case_id == case.id
    if case.appeals_id:
        what = or_(what, LogEntry.undoes_id == case.appeals_id)
    # All posts of the person, this one among them.
    every = (LogEntry.person_id == case.person_id, LogEntry.action == "remove_all")
    return (
        decided(what)
        or decided(*every, LogEntry.id > case.id)
        or _("The author has deleted the post.")
    )


def decided(*what: Any) -> str:
    """Return, in a sentence, the latest entry of the log for which ``what`` holds; "" for none."""
    actor = aliased(User)
    found = select(LogEntry.action, LogEntry.actor_id, actor.username.label("actor"))
    found = found.outerjoin(actor, actor.id == LogEntry.actor_id)
    found = found.where(LogEntry.action.not_in(QUIET), *what)
    entry = db.session.execute(found.order_by(LogEntry.id.desc()).limit(1)).first()
    if entry is None:
        return ""
    action, name = action_label(entry.action), actor_label(entry)
    return _("This is decided already: %(action)s, by %(name)s.", action=action, name=name)


def _lock(session: Session, case: Case, by: int | None) -> None:
    """Have others wait for ``case``, which nobody but ``by`` has taken; None for whoever."""
    session.refresh(case, with_for_update=True)
    if sentence := taken(by or case.taken_by_id, case):
        raise TakenError(sentence)


def _give(case: Case, moderator: HasId | Actor, to: int | None, action: str) -> None:
    before, case.taken_by_id = case.taken_by_id, to
    about = {"case_id": case.id, "person_id": case.person_id}
    record(moderator, action, before={"taken_by": before}, after={"taken_by": to}, **about)
