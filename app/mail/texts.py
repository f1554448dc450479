"""The texts of mails. They are written when a mail is sent: a link in one may count from then."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask import current_app

from .models import OutboxMail


class MailText(NamedTuple):
    """The text of a mail."""

    subject: str
    body: str
    # Mails to one address are counted apart by budget.
    budget: str = ""


# Takes the recipient and the data of :func:`app.mail.sending.send_mail`; returns None if nothing
# is to be sent.
Writer = Callable[..., MailText | None]
_writers: dict[str, Writer] = {}


def writes(kind: str) -> Callable[[Writer], Writer]:
    """Have the decorated function write the mails of ``kind``, in a transaction."""

    def register(writer: Writer) -> Writer:
        _writers[kind] = writer
        return writer

    return register


def render_text(template: str, **values: Any) -> str:
    """Return the text of a mail: ``template`` with ``values``, and nothing of a request."""
    return current_app.jinja_env.get_template(template).render(**values)


def write(mail: OutboxMail) -> MailText | None:
    """Return the text of ``mail``; None if nothing is to be sent."""
    if mail.kind is None:
        return MailText(mail.subject, mail.body, mail.budget)
    return _writers[mail.kind](mail.recipient, **mail.data)
