"""Applications: people who asked to join, and wait until the moderators let them in."""

from functools import cache

from flask_babel import gettext as _
from sqlalchemy import String, delete, exists, select
from sqlalchemy.orm import Mapped, mapped_column

from ..data.database import AnySelect, Base, HasId, db, read_again, writing
from ..data.keyset import Window
from ..mail.sending import send_mail
from ..mail.texts import MailText, render_text, writes
from ..site import site
from ..web.i18n import using_language
from ..web.urls import external_url
from .models import User, user_key
from .seen_addresses import SeenAddress
from .signals import application_decided, applied

LONGEST_ANSWER = 1_000
LONGEST_REASON = 500
DECIDED = "application-decided"


class Application(Base):
    """What somebody answered who asked to join, with the network they came from."""

    __tablename__ = "application"

    user_id: Mapped[int] = user_key()
    answer: Mapped[str] = mapped_column(String(LONGEST_ANSWER))
    network: Mapped[str] = mapped_column(String(45))


def apply_to_join(user: User, *, answer: str, network: str) -> None:
    """Have ``user`` wait for the moderators, within the transaction that registers them."""
    with writing() as session:
        # Who waits was not here yet: their first log-in is that of somebody new.
        user.last_seen_at = None
        user.set_state("waiting")
        session.add(Application(user_id=user.id, answer=answer, network=network))
        session.flush()
        applied.send(user)


def let_in(user: User, by: HasId | None) -> bool:
    """Let ``user`` in, notify them by mail, and delete their answer.

    ``by`` is who decides, None for a command.
    Returns False if they do not wait any more.
    """
    with writing() as session:
        if read_again(session, user) is None or user.state != "waiting":
            return False
        user.set_state("active")
        session.execute(delete(Application).where(Application.user_id == user.id))
        application_decided.send(user, by=by, is_let_in=True, reason="")
        _notify(user, is_let_in=True)
    return True


def comes_in_first(user: User) -> bool:
    """Whether ``user`` asked to join, was let in, and has not signed in since.

    An account that was loaded, or made by a command, has no address before its first log-in.
    """
    was_there = exists().where(SeenAddress.user_id == user.id)
    return user.last_seen_at is None and bool(db.session.scalar(select(was_there)))


def turn_away(user: User, by: HasId | None, reason: str = "") -> bool:
    """Delete the account of ``user``, who was never let in; notify them by mail, with ``reason``.

    Returns False if they do not wait any more.
    """
    with writing() as session:
        if read_again(session, user) is None or user.state != "waiting":
            return False
        application_decided.send(user, by=by, is_let_in=False, reason=reason)
        _notify(user, is_let_in=False, reason=reason)
        session.delete(user)
    return True


def _notify(user: User, **decided: object) -> None:
    if user.email:
        send_mail(user.email, DECIDED, username=user.username, language=user.language, **decided)


@writes(DECIDED)
def write_decision(
    recipient: str, *, username: str, language: str | None, is_let_in: bool, reason: str = ""
) -> MailText:
    """Write the mail that says what the moderators decided."""
    with using_language(language):
        body = render_text(
            "mail/application_decided.txt",
            site=site(),
            username=username,
            is_let_in=is_let_in,
            reason=reason,
            url=external_url("accounts.login"),
        )
        subject = _("You can come in") if is_let_in else _("Your request to join")
    return MailText(subject, body)


@cache
def applications(window: Window) -> AnySelect:
    """Select who waits to be let in."""
    columns = (User.id, User.username, User.display_name, User.email)
    waiting = select(*columns, Application.answer, Application.network)
    waiting = waiting.join(Application, Application.user_id == User.id)
    return window.of(waiting.where(User.state == "waiting"), User.id)
