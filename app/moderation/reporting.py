"""Reporting a post or a person, and appealing: what brings a case to the desk."""

from collections.abc import Sequence
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from ..accounts.models import User
from ..data.counters import tally
from ..data.database import HasId, db, insert_if_absent, writing
from ..data.ids import moment_of
from ..media.jobs import keep_pictures_while
from ..media.models import Picture
from ..posts.models import Post
from .assignment import wait_for_turn
from .in_force import holds
from .models import APPEAL, Case, KeptPicture, LogEntry, Report, is_open_report
from .notifying import notify_of_case

# Posts that are kept with the report of a person: the newest.
MOST_KEPT = 5


class AppealedError(ValueError):
    """An appeal is made once."""


def report(
    reporter: HasId, person: User, post: Post | None, *, reason: str, words: str = ""
) -> bool:
    """Report ``person``, or their ``post``; returns False where ``reporter`` did so already.

    Reports of one thing are one case, as long as it is open; what was reported is kept as it is.
    """
    subject = {"person_id": person.id, "post_id": post.id if post else 0}
    with writing() as session:
        case = _open_case(session, subject, reason)
        posts = [post] if post else session.scalars(_newest_of(person)).all()
        pictures = session.scalars(_pictures_of([each.id for each in posts])).all()
        evidence = evidence_of(person, posts, pictures)
        row = {"case_id": case.id, "reporter_id": reporter.id, "reason": reason}
        added = insert_if_absent(session, Report, **row, words=words, evidence=evidence)
        if added:
            tally(session, Case, case.id, reports_count=1)
            for picture in pictures:
                insert_if_absent(session, KeptPicture, case_id=case.id, picture_id=picture.id)
    return added


def appeal(person: User, entry: LogEntry, words: str) -> Case:
    """Have moderators look again at ``entry``.

    Raises :class:`AppealedError` the second time, or where it does not hold any more.
    """
    case = Case(
        person_id=person.id,
        post_id=entry.post_id or 0,
        reason=APPEAL,
        appeals_id=entry.id,
        words=words,
    )
    with writing() as session:
        wait_for_turn(session, person.id)
        if refusal := no_appeal(entry):
            raise AppealedError(refusal)
        session.add(case)
        session.flush()
        notify_of_case(case)
    return case


def is_appealed_with(entry: LogEntry, words: str) -> bool:
    """Whether an appeal against ``entry`` was made with these ``words``."""
    same = select(Case.id).where(Case.appeals_id == entry.id, Case.words == words)
    return db.session.scalar(same) is not None


def no_appeal(entry: LogEntry) -> str | None:
    """Return why nobody can appeal against ``entry`` any more; None if they can."""
    if db.session.scalar(select(Case.id).where(Case.appeals_id == entry.id)):
        return _("You have appealed already.")
    if not holds(entry):
        return _("This does not hold any more: there is nothing to appeal against.")
    return None


def evidence_of(person: User, posts: Sequence[Post], pictures: Sequence[Picture]) -> dict[str, Any]:
    """Return a person, and posts of theirs with ``pictures``, as they are now (JSON)."""
    return {
        "username": person.username,
        "name": person.name,
        "about_me": person.about_me,
        "posts": [
            {
                "id": str(each.id),
                "body": each.body,
                "at": moment_of(each.id).isoformat(),
                "edited_at": each.edited_at.isoformat() if each.edited_at else None,
                "pictures": [
                    {"key": picture.key, "description": picture.description}
                    for picture in pictures
                    if picture.post_id == each.id
                ],
            }
            for each in posts
        ],
    }


def _newest_of(person: User) -> Any:
    own = select(Post).where(
        Post.author_id == person.id, Post.deleted_at.is_(None), Post.repost_of_id.is_(None)
    )
    return own.order_by(Post.id.desc()).limit(MOST_KEPT)


def _pictures_of(ids: list[int]) -> Any:
    own = select(Picture).where(Picture.post_id.in_(ids), Picture.removed_at.is_(None))
    return own.order_by(Picture.place, Picture.id)


@keep_pictures_while
def _is_evidence() -> ColumnElement[bool]:
    """Whether a picture is kept with a case: a condition."""
    return select(KeptPicture.case_id).where(KeptPicture.picture_id == Picture.id).exists()


def _open_case(session: Session, subject: dict[str, int], reason: str) -> Case:
    """Return the open case about ``subject``; moderators are notified of a new one."""
    found = select(Case).where(is_open_report()).filter_by(**subject)
    if case := session.scalar(found):
        return case
    row = {**subject, "reason": reason, "words": "", "reports_count": 0}
    is_new = insert_if_absent(session, Case, **row)
    case = session.scalars(found).one()
    if is_new:
        notify_of_case(case)
    return case
