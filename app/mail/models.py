"""Mail: an outbox row written with its cause, and a job that delivers it with retries."""

import logging
import traceback
from datetime import datetime, timedelta
from typing import Any

from flask import Flask, current_app, render_template
from flask_mail import Mail, Message
from sqlalchemy import String, Text, delete, func, select, update
from sqlalchemy.orm import Mapped, mapped_column

from ..data.changes import affected
from ..data.database import Base, UtcDateTime, db, now, writing
from ..data.ids import TimeOrdered, id_at
from ..jobs import enqueue, every_minute, job
from ..web.i18n import speaking

log = logging.getLogger(__name__)
flask_mail = Mail()

# Whatever is asked for, one address gets no more than this many mails an hour.
MAILS_AN_HOUR = 3
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)
# A mail that could not be delivered for so long is given up, and a sent one forgotten.
KEPT = timedelta(days=7)


class OutboxMail(TimeOrdered, Base):
    """A mail that is to be sent, or was."""

    __tablename__ = "outbox_mail"

    recipient: Mapped[str] = mapped_column(String(320), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)


def init_app(app: Flask) -> None:
    """Bind Flask-Mail to ``app``."""
    flask_mail.init_app(app)


def post(recipient: str, subject: str, template: str, language: str, **context: Any) -> None:
    """Put a mail into the outbox, within the transaction of what causes it.

    Nothing happens when the address had :data:`MAILS_AN_HOUR` within the last hour.
    """
    recent = select(func.count()).where(
        OutboxMail.recipient == recipient,
        OutboxMail.id >= id_at(now() - timedelta(hours=1)),
    )
    if (db.session.scalar(recent) or 0) >= MAILS_AN_HOUR:
        return
    with speaking(language):
        body = render_template(template, **context)
    mail = OutboxMail(recipient=recipient, subject=str(subject), body=body)
    db.session.add(mail)
    db.session.flush()
    enqueue(deliver, mail.id)


@job
def deliver(mail_id: int) -> None:
    """Send one mail that is due, or put it off for longer each time that it fails."""
    mail = _claim(mail_id)
    if mail is None:
        return
    try:
        _send(mail)
    except Exception as error:
        # Whatever the mail server or the network does, the row is still there to try again.
        # A server that refuses says whom: that is not for the log.
        why = "".join(traceback.format_exception(error)).replace(mail.recipient, "…")
        log.warning("Mail %s was not delivered (attempt %s).\n%s", mail.id, mail.attempts + 1, why)
        return
    with writing():
        mail.sent_at, mail.due_at = now(), None


@every_minute
def deliver_what_is_due() -> None:
    """Find mails whose job was lost or whose retry has come; forget old ones."""
    due = select(OutboxMail.id).where(OutboxMail.due_at <= now()).order_by(OutboxMail.id)
    for mail_id in db.session.scalars(due).all():
        deliver(mail_id)
    with writing():
        db.session.execute(delete(OutboxMail).where(OutboxMail.id < id_at(now() - KEPT)))


def _claim(mail_id: int) -> OutboxMail | None:
    """Take the mail for this attempt, so that no second worker sends it at the same time."""
    with writing():
        mail = db.session.get(OutboxMail, mail_id, populate_existing=True)
        if mail is None or mail.due_at is None or mail.due_at > now():
            return None
        wait = min(FIRST_RETRY * 2**mail.attempts, LAST_RETRY)
        untaken = (OutboxMail.id == mail_id, OutboxMail.attempts == mail.attempts)
        taken = update(OutboxMail).where(*untaken)
        taken = taken.values(attempts=mail.attempts + 1, due_at=now() + wait)
        return mail if affected(taken) == 1 else None


def _send(mail: OutboxMail) -> None:
    if current_app.config["MAIL_SERVER"]:
        flask_mail.send(Message(mail.subject, recipients=[mail.recipient], body=mail.body))
    else:
        log.info("Mail to %s: %s\n\n%s", mail.recipient, mail.subject, mail.body)
