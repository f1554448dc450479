"""Forgotten passwords: the mail with a link, and whose password a link may set."""

from datetime import datetime, timedelta

from flask import render_template
from flask_babel import gettext as _
from sqlalchemy.orm import Mapped, mapped_column

from ..data.database import Base, db, insert_if_absent, now, writing
from ..data.types import UtcDateTime
from ..mail.texts import MailText, writes
from ..web.i18n import using_language
from ..web.urls import external_url
from .known_browsers import known_browser
from .models import User, by_email, user_key
from .tokens import make_token, read_token

RESET = "reset-password"
# How long a link works after the last mail with it was sent. For the same time, other mails
# have the same link, so that it does not matter which of them a person opens.
WORKS_FOR = timedelta(hours=1)


class ResetLink(Base):
    """The current link of a user who forgot the password."""

    __tablename__ = "reset_link"

    user_id: Mapped[int] = user_key()
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
    sent_at: Mapped[datetime] = mapped_column(UtcDateTime)

    @property
    def ends(self) -> datetime:
        """The time after which no mail makes the link work any longer; in whole seconds."""
        return (self.made_at + 2 * WORKS_FOR).replace(microsecond=0)


@writes(RESET)
def write_reset_mail(recipient: str, *, language: str | None, browser: str) -> MailText | None:
    """Write the mail with the link to the user with the address ``recipient``, if there is one.

    ``browser`` is the cookie of the browser that asked. One that the user knows has mails of its
    own: so nobody else can use up all that a person gets in an hour.
    """
    user = db.session.scalar(by_email(recipient))
    if user is None:
        return None
    url = external_url("accounts.reset_password", token=reset_token(user))
    with using_language(user.language or language):
        body = render_template("mail/reset_password.txt", user=user, url=url)
        subject = _("Set a new password")
    return MailText(subject, body, budget="known browser" if known_browser(browser, user) else "")


def reset_token(user: User) -> str:
    """Return the token of the current link, which works from now on for :data:`WORKS_FOR`.

    It lets its holder set ``user``'s password once.
    """
    moment = now()
    with writing() as session:
        insert_if_absent(session, ResetLink, user_id=user.id, made_at=moment, sent_at=moment)
        # Mails to one person are written one after the other.
        link = session.get_one(ResetLink, user.id, with_for_update=True)
        if moment - link.made_at >= WORKS_FOR:
            link.made_at = moment
        link.sent_at = moment
    return make_token(RESET, user, ends=link.ends)


def user_of_reset_token(token: str) -> User | None:
    """Return the user whose password ``token`` may set; None if it is forged, ended or used."""
    found = read_token(RESET, token)
    link = found and db.session.get(ResetLink, found.user.id)
    if not found or not link or found.claims["exp"] != link.ends.timestamp():
        return None
    return found.user if now() < link.sent_at + WORKS_FOR else None
