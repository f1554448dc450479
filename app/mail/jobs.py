"""Delivery of the outbox, with retries."""

import logging
import traceback
from datetime import timedelta
from typing import cast

import click
from flask import Flask, current_app
from flask.sansio.blueprints import BlueprintSetupState
from flask_mail import Mail, Message
from sqlalchemy import and_, delete, func, or_, select, update
from sqlalchemy.orm import Session

from ..data.database import changed_rows, db, delete_row, now, writing
from ..data.ids import id_at
from ..jobs import every_minute, job
from .models import OutboxMail
from .texts import write

log = logging.getLogger(__name__)
flask_mail = Mail()

# One address gets no more than this many mails an hour, whatever is requested for it.
MAILS_AN_HOUR = 3
FIRST_RETRY = timedelta(minutes=1)
LAST_RETRY = timedelta(hours=6)
# A mail that cannot be delivered is given up after this time, and a sent one deleted.
KEPT = timedelta(days=7)


def init_app(state: BlueprintSetupState) -> None:
    """Bind Flask-Mail to the application."""
    flask_mail.init_app(cast(Flask, state.app))


@job
def deliver(mail_id: int) -> None:
    """Send one mail that is due, or postpone it, longer after each failure."""
    mail = _claim(mail_id)
    if mail is None:
        return
    try:
        if not _write(mail):
            return
        is_sent = _send(mail)
    except Exception as error:
        # Whatever the mail server or the network does, the row stays for the next attempt. The
        # error of a server that refuses names the recipient, who must not be in the log.
        reason = "".join(traceback.format_exception(error)).replace(mail.recipient, "…")
        log.warning(
            "Mail %s was not delivered (attempt %s).\n%s", mail.id, mail.attempts + 1, reason
        )
        return
    with writing():
        mail.sent_at, mail.due_at, mail.data = now() if is_sent else None, None, {}


@every_minute
def deliver_due() -> None:
    """Deliver mails whose job was lost or whose retry is due; delete old ones."""
    due = select(OutboxMail.id).where(OutboxMail.due_at <= now()).order_by(OutboxMail.id)
    for mail_id in db.session.scalars(due).all():
        deliver(mail_id)
    with writing() as session:
        session.execute(delete(OutboxMail).where(OutboxMail.id < id_at(now() - KEPT)))


def _claim(mail_id: int) -> OutboxMail | None:
    """Take the mail for this attempt, so that no second worker sends it at the same time."""
    with writing() as session:
        mail = session.get(OutboxMail, mail_id, populate_existing=True)
        if mail is None or mail.due_at is None or mail.due_at > now():
            return None
        wait = min(FIRST_RETRY * 2**mail.attempts, LAST_RETRY)
        unclaimed = (OutboxMail.id == mail_id, OutboxMail.attempts == mail.attempts)
        claim = update(OutboxMail).where(*unclaimed)
        claim = claim.values(attempts=mail.attempts + 1, due_at=now() + wait)
        return mail if changed_rows(session, claim) == 1 else None


class _NotToBeSentError(Exception):
    """Rolls back what the writer of a mail changed."""


def _write(mail: OutboxMail) -> bool:
    """Have ``mail`` written; return False, and delete it, if nothing is to be sent."""
    id = mail.id
    try:
        with writing() as session:
            letter = write(mail)
            if letter is None or _is_over_budget(session, mail, letter.budget):
                raise _NotToBeSentError
            mail.subject, mail.body, mail.budget = letter
    except _NotToBeSentError:
        with writing() as session:
            delete_row(session, OutboxMail, id=id)
        return False
    return True


def _is_over_budget(session: Session, mail: OutboxMail, budget: str) -> bool:
    """Whether the address gets :data:`MAILS_AN_HOUR` of that ``budget`` without ``mail``."""
    hour_ago = now() - timedelta(hours=1)
    is_before = and_(OutboxMail.id < mail.id, OutboxMail.id >= id_at(hour_ago))
    others = select(func.count()).where(
        OutboxMail.recipient == mail.recipient,
        OutboxMail.budget == budget,
        OutboxMail.id != mail.id,
        or_(is_before, OutboxMail.sent_at > hour_ago),
    )
    return (session.scalar(others) or 0) >= MAILS_AN_HOUR


def _send(mail: OutboxMail) -> bool:
    """Send ``mail``; without a mail server show it to a developer alone, and return False."""
    if current_app.config["MAIL_SERVER"]:
        flask_mail.send(Message(mail.subject, recipients=[mail.recipient], body=mail.body))
        return True
    if current_app.debug:
        # Not to the log, which is a file: the link in a mail signs in whoever has it.
        click.echo(f"\nMail to {mail.recipient}: {mail.subject}\n\n{mail.body}")
    else:
        log.warning("Mail %s was not sent: MAIL_SERVER is not set.", mail.id)
    return False
