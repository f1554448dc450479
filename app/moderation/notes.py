"""What moderators tell each other about people, and whether they want mails."""

from ..data.database import HasId, delete_row, insert_if_absent, writing
from .models import MailedModerator, Note


def add_note(author: HasId, person_id: int, words: str) -> None:
    """Keep a note about the person of that id."""
    with writing() as session:
        session.add(Note(person_id=person_id, author_id=author.id, words=words))


def mail_new_cases(moderator: HasId, *, wanted: bool) -> None:
    """Send ``moderator`` a mail for each new case, or none."""
    with writing() as session:
        if wanted:
            insert_if_absent(session, MailedModerator, user_id=moderator.id)
        else:
            delete_row(session, MailedModerator, user_id=moderator.id)
