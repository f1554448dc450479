"""The mails that did not arrive, and sending them again: for the page and the command line."""

from functools import cache

from sqlalchemy import func, select

from ..accounts.models import User
from ..data.database import AnySelect, HasId, writing
from ..data.keyset import Window
from ..mail.models import OutboxMail
from ..mail.sending import send_again
from ..moderation.log import record


def send_mail_again(by: HasId | None, id: int) -> bool:
    """Have the mail of that id delivered now, as ``by`` wishes (None for a command).

    Returns False where there is none, or where it was sent.
    """
    with writing() as session:
        if not send_again(id):
            return False
        mail = session.get_one(OutboxMail, id)
        person = select(User.id).where(func.lower(User.email) == mail.recipient.lower())
        # Without the address, which goes with the account.
        sent = {"mail": str(id), "kind": mail.kind, "attempts": mail.attempts}
        record(by, "send_again", person_id=session.scalar(person), after=sent)
    return True


@cache
def failed(window: Window) -> AnySelect:
    """Select a window of the mails that could not be delivered."""
    return window.of(all_failed(), OutboxMail.id)


def all_failed() -> AnySelect:
    """Select the mails that could not be delivered, in no order."""
    columns = (
        OutboxMail.id,
        OutboxMail.recipient,
        OutboxMail.kind,
        OutboxMail.subject,
        OutboxMail.attempts,
        OutboxMail.due_at,
    )
    return select(*columns).where(OutboxMail.sent_at.is_(None), OutboxMail.attempts > 0)
