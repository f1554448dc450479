"""Validators of usernames, e-mail addresses and passwords."""

from typing import Any

from email_validator import EmailNotValidError
from flask import current_app
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import or_, select
from wtforms import ValidationError
from wtforms.validators import DataRequired, StopValidation

from ..data.database import db
from ..site import site
from ..web.forms import LengthFirst, storable
from . import addresses, barriers, passwords
from .former_names import is_former
from .models import by_email, by_username
from .viewer import viewer

# Names that could be taken for those who run the site, or for the site itself (RFC 2142).
RESERVED_NAMES = frozenset(
    (  # noqa: SIM905 - a list has one name a line
        "abuse admin administrator administrators admins all everybody everyone help here "
        "hostmaster info mod moderation moderator moderators mods news noreply null official owner "
        "postmaster root security staff support system team undefined webmaster"
    ).split()
)


def not_taken_username(_form: FlaskForm, field: Any) -> None:
    """Refuse the username of another user, and one that is reserved."""
    if field.errors:
        return
    name = field.data
    if barriers.is_blocked_name(site(), name) or barriers.has_blocked_word(site(), name):
        raise ValidationError(_l("This name cannot be used here. Try another."))
    is_taken = select(or_(by_username(field.data).exists(), is_former(field.data)))
    if plain_name(field.data) in reserved_names() or db.session.scalar(is_taken):
        raise ValidationError(_l("This name is taken. Try another."))


def valid_email(_form: FlaskForm, field: Any) -> None:
    """Refuse what is no e-mail address."""
    try:
        addresses.canonical(field.data)
    except EmailNotValidError as error:
        raise StopValidation(_l("That is no e-mail address.")) from error


def not_taken_email(_form: FlaskForm, field: Any) -> None:
    """Refuse the e-mail address of another user."""
    owner = db.session.scalar(by_email(field.data))
    if owner and owner.id != viewer.id:
        raise ValidationError(_l("Someone already uses this address."))


def not_blocked_email(_form: FlaskForm, field: Any) -> None:
    """Refuse an e-mail address that no mail reaches, or not for long, or that the site blocks."""
    if field.errors:
        return
    address = addresses.canonical(field.data)
    if address == viewer.email:
        return
    if not address.isascii():
        # Flask-Mail cannot write such an address to a server (RFC 6531), and few servers take it.
        raise ValidationError(_l("No mail reaches this address. Before the @, use letters A to Z."))
    if barriers.is_disposable(address):
        raise ValidationError(_l("This address is for a few minutes only. Give one that lasts."))
    if barriers.is_blocked_address(site(), address):
        raise ValidationError(_l("This address cannot be used here. Give another."))


def if_imported_without(_form: FlaskForm, field: Any) -> None:
    """Accept an empty e-mail address from an imported user who has none."""
    if not field.data and viewer.email is None:
        field.errors = []
        raise StopValidation


email_rules = [DataRequired(), LengthFirst(max=addresses.LONGEST), storable, valid_email]
# For a password that exists: earlier releases accepted other lengths.
current_password_rules = [LengthFirst(max=passwords.LONGEST_TYPED), storable]


class PasswordLength:
    """A validator of the length of a new password, in the form that is hashed."""

    def __init__(self) -> None:
        self.field_flags = {"minlength": passwords.SHORTEST}

    def __call__(self, _form: FlaskForm, field: Any) -> None:
        """Raise :class:`wtforms.validators.StopValidation` for a wrong length."""
        if not passwords.has_right_length(field.data):
            limits = {"min": passwords.SHORTEST, "max": passwords.LONGEST}
            raise StopValidation(_("Between %(min)d and %(max)d characters, please.", **limits))


def hard_to_guess(form: Any, field: Any) -> None:
    """Refuse what is soon guessed, also from the ``own_words`` of the person whose form it is."""
    if passwords.is_easy_to_guess(field.data, *form.own_words()):
        raise ValidationError(_l("Others would guess this password soon. Choose another."))


new_password_rules = [PasswordLength(), storable, hard_to_guess]


def reserved_names() -> frozenset[str]:
    """Return the names that nobody may register: parts of URLs, and names of the site."""
    rules = current_app.url_map.iter_rules()
    parts = {rule.rule.split("/")[1].split("<")[0].lower() for rule in rules} - {"", "@"}
    own = "".join(filter(str.isalnum, site().name)).lower()
    more = {plain_name(each) for each in site().reserved_names}
    return RESERVED_NAMES | parts | more | {own}


def plain_name(username: str) -> str:
    """Return ``username`` as it is compared with :func:`reserved_names`."""
    return username.lower().replace("_", "")
