"""The one way to send a mail: put it into the outbox."""

from typing import Any

from sqlalchemy import delete, update

from ..data.database import UNSYNCHRONIZED, changed_rows, now, writing
from ..jobs import enqueue
from .jobs import deliver
from .models import OutboxMail


def send_mail(recipient: str, kind: str, **data: Any) -> None:
    """Put a mail into the outbox, in the transaction of what causes it.

    The writer of ``kind`` (:func:`app.mail.texts.writes`) makes the text of ``data`` (JSON),
    when the mail is sent.
    """
    with writing() as session:
        mail = OutboxMail(recipient=recipient, kind=kind, data=data)
        session.add(mail)
        session.flush()
        enqueue(deliver, mail.id)


def send_again(id: int) -> bool:
    """Have the mail with this id delivered now, whatever became of it; False if it was sent."""
    unsent = (OutboxMail.id == id, OutboxMail.sent_at.is_(None))
    with writing() as session:
        found = changed_rows(session, update(OutboxMail).where(*unsent).values(due_at=now()))
        if found:
            enqueue(deliver, id)
    return bool(found)


def forget_mails(recipient: str) -> None:
    """Delete the mails to ``recipient``, sent or not."""
    with writing() as session:
        session.execute(
            delete(OutboxMail).where(OutboxMail.recipient == recipient),
            execution_options=UNSYNCHRONIZED,
        )
