"""Notes for other moderators, and ready-made reasons."""

from sqlalchemy import select

from ..data.database import HasId, delete_row, writing
from .assignment import wait_for_turn
from .log import record
from .models import CannedReason, Note


def add_note(author: HasId, person_id: int, words: str, *, case_id: int | None = None) -> None:
    """Keep a note about the person of that id, or about a case of theirs.

    One that says the same as the author's last was sent twice.
    """
    note = Note(person_id=person_id, case_id=case_id, author_id=author.id, words=words)
    last = select(Note.words).filter_by(person_id=person_id, case_id=case_id, author_id=author.id)
    with writing() as session:
        wait_for_turn(session, author.id)
        if session.scalar(last.order_by(Note.id.desc()).limit(1)) == words:
            return
        session.add(note)
        session.flush()
        # Without the words: a note is deleted with what it is about, and the log is not.
        record(author, "note", person_id=person_id, case_id=case_id, after={"note": note.id})


def add_canned_reason(by: HasId, words: str) -> None:
    """Keep a ready-made reason, once."""
    with writing() as session:
        wait_for_turn(session, by.id)
        if session.scalar(select(CannedReason.id).where(CannedReason.words == words).limit(1)):
            return
        session.add(CannedReason(words=words))
        record(by, "canned", after={"words": words})


def delete_canned_reason(by: HasId, id: int) -> bool:
    """Delete a ready-made reason; False where there is none."""
    with writing() as session:
        found = session.get(CannedReason, id)
        if found and delete_row(session, CannedReason, id=id):
            record(by, "delete_canned", before={"words": found.words})
            return True
    return False
