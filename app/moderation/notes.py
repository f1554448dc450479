"""What moderators tell each other about people."""

from ..data.database import HasId, writing
from .models import Note


def add_note(author: HasId, person_id: int, words: str) -> None:
    """Keep a note about the person of that id."""
    with writing() as session:
        session.add(Note(person_id=person_id, author_id=author.id, words=words))
