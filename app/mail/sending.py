"""The one way to send a mail: put it into the outbox."""

from datetime import timedelta
from typing import Any

from flask import render_template
from sqlalchemy import func, select

from ..data.database import now, writing
from ..data.ids import id_at
from ..jobs import enqueue
from ..web.i18n import using_language
from .jobs import deliver
from .models import OutboxMail

# One address gets no more than this many mails an hour, whatever is requested for it.
MAILS_AN_HOUR = 3


def send_mail(recipient: str, subject: str, template: str, language: str, **context: Any) -> None:
    """Put a mail into the outbox, in the transaction of what causes it.

    The body is ``template`` with ``context``, in ``language``. Does nothing when the address
    had :data:`MAILS_AN_HOUR` within the last hour.
    """
    recent = select(func.count()).where(
        OutboxMail.recipient == recipient, OutboxMail.id >= id_at(now() - timedelta(hours=1))
    )
    with using_language(language):
        body = render_template(template, **context)
    with writing() as session:
        if (session.scalar(recent) or 0) >= MAILS_AN_HOUR:
            return
        mail = OutboxMail(recipient=recipient, subject=str(subject), body=body)
        session.add(mail)
        session.flush()
        enqueue(deliver, mail.id)
