"""Confirmed e-mail addresses: the mail with a link, and who writes only once it was opened."""

from datetime import timedelta

from flask import current_app
from flask_babel import gettext as _

from ..data.database import db, now, writing
from ..mail.sending import send_mail
from ..mail.texts import MailText, render_text, writes
from ..site import Site, site
from ..web.i18n import language, using_language
from ..web.urls import external_url
from .models import User, by_email
from .tokens import make_token, read_token
from .viewer import Viewer

CONFIRM = "confirm-address"
WORKS_FOR = timedelta(days=3)


def confirms_addresses(site: Site) -> bool:
    """Whether people confirm their address before they write: where the site can send mail."""
    return site.confirms_email and bool(current_app.config["MAIL_SERVER"])


def must_confirm(viewer: Viewer) -> bool:
    """Whether ``viewer`` has to confirm the e-mail address before writing."""
    # Who was imported without an address has nothing to confirm.
    return bool(viewer.email) and not viewer.confirmed_at and confirms_addresses(site())


def send_confirmation(user: User) -> None:
    """Send the mail with the link by which ``user`` confirms the address."""
    if user.email:
        send_mail(user.email, CONFIRM, language=user.language or language())


def ask_to_confirm(user: User) -> None:
    """Have ``user``, whose address is another one now, confirm it."""
    with writing():
        user.confirmed_at = None
        send_confirmation(user)


@writes(CONFIRM)
def write_confirmation(recipient: str, *, language: str) -> MailText | None:
    """Write the mail with the link, if the address is one of a user and not confirmed."""
    user = db.session.scalar(by_email(recipient))
    if user is None or user.confirmed_at:
        return None
    ends = (now() + WORKS_FOR).replace(microsecond=0)
    url = external_url("accounts.confirm", token=make_token(CONFIRM, user, ends=ends))
    with using_language(language):
        body = render_text("mail/confirm_address.txt", site=site(), name=user.name, url=url)
        return MailText(_("Confirm your address"), body, budget=CONFIRM)


def user_of_confirmation(token: str) -> User | None:
    """Return whose address ``token`` confirms; None if it is forged, or has ended."""
    found = read_token(CONFIRM, token)
    return found.user if found else None


def confirm_address(user: User) -> None:
    """Have the address of ``user`` count as theirs."""
    if not user.confirmed_at:
        with writing():
            user.confirmed_at = now()
