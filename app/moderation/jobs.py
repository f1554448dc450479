"""Evidence is kept until a case is closed, and for a while after; removals are finished."""

from datetime import timedelta

from sqlalchemy import delete, exists, update

from ..accounts.models import User
from ..data.database import UNSYNCHRONIZED, now, writing
from ..jobs import every_minute
from .models import Case, Note
from .removing_all import remove_as_decided, unfinished_removals
from .restoring import restore_all, unfinished_restorations

EVIDENCE_KEPT = timedelta(days=90)


@every_minute
def delete_old_cases() -> None:
    """Delete cases that were closed long ago, with their reports and words. The log stays."""
    is_old = Case.closed_at < now() - EVIDENCE_KEPT
    # Of an appeal, the row without its words stays: a decision is appealed once.
    said = update(Case).where(is_old, Case.appeals_id.is_not(None), Case.words != "")
    with writing(is_visible=False) as session:
        for change in (
            delete(Case).where(is_old, Case.appeals_id.is_(None)),
            said.values(words=""),
        ):
            session.execute(change, execution_options=UNSYNCHRONIZED)


@every_minute
def delete_notes_about_nobody() -> None:
    """Delete notes about people who have left, once there is no case about them any more."""
    is_here = exists().where(User.id == Note.person_id)
    has_case = exists().where(Case.person_id == Note.person_id, Case.appeals_id.is_(None))
    with writing(is_visible=False) as session:
        session.execute(delete(Note).where(~is_here, ~has_case), execution_options=UNSYNCHRONIZED)


@every_minute
def finish_removals() -> None:
    """Go on where a worker was stopped that removed, or put back, all posts of a person."""
    for entry_id in unfinished_removals():
        remove_as_decided(entry_id)
    for entry_id in unfinished_restorations():
        restore_all(entry_id)
