"""Notes for other moderators, and ready-made reasons."""

from ..data.database import HasId, delete_row, writing
from .log import record
from .models import CannedReason, Note


def add_note(author: HasId, person_id: int, words: str, *, case_id: int | None = None) -> None:
    """Keep a note about the person of that id, or about a case of theirs."""
    note = Note(person_id=person_id, case_id=case_id, author_id=author.id, words=words)
    with writing() as session:
        session.add(note)
        session.flush()
        # Without the words: a note is deleted with what it is about, and the log is not.
        record(author, "note", person_id=person_id, case_id=case_id, after={"note": note.id})


def add_canned_reason(by: HasId, words: str) -> None:
    """Keep what moderators often tell people."""
    with writing() as session:
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
