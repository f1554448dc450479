"""The forms of accounts."""

import unicodedata
from typing import Any

from email_validator import EmailNotValidError, validate_email
from flask import current_app
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    EmailField,
    PasswordField,
    SelectField,
    StringField,
    SubmitField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Optional, Regexp, StopValidation

from ..data.database import db
from ..web.forms import LengthFirst, line_ends, storable
from .models import User, by_email, by_username, normal_email
from .passwords import LONGEST, SHORTEST
from .viewer import viewer

# Characters of a display name.
LONGEST_NAME = 60


def valid_email(_form: FlaskForm, field: Any) -> None:
    """Refuse an invalid e-mail address (RFC 5322 and 6531, checked by email-validator)."""
    try:
        validate_email(field.data or "", check_deliverability=False)
    except EmailNotValidError as error:
        raise ValidationError(_l("That is no e-mail address.")) from error


def not_taken_email(_form: FlaskForm, field: Any) -> None:
    """Refuse the e-mail address of another user."""
    owner = db.session.scalar(by_email(field.data))
    if owner and owner.id != viewer.id:
        raise ValidationError(_l("Someone already uses this address."))


def plain_name(text: str | None) -> str:
    """Return a display name in NFKC, without bidi controls, zero-width and control characters.

    Text that is far too long stays as it is, for its length to be refused: to normalize it takes
    quadratic time in its combining marks.
    """
    if text and len(text) > 10 * LONGEST_NAME:
        return text
    normal = unicodedata.normalize("NFKC", text or "")
    kept = (c for c in normal if unicodedata.category(c) not in ("Cf", "Cc", "Cs", "Co"))
    return " ".join("".join(kept).split())


password_rules = [
    LengthFirst(SHORTEST, LONGEST, _l("Between %(min)d and %(max)d characters, please.")),
    storable,
]


def new_password_field(label: str) -> PasswordField:
    """Return a field for a new password."""
    return PasswordField(
        label,
        validators=[DataRequired(), *password_rules],
        render_kw={"autocomplete": "new-password"},
        description=_l("At least 8 characters. A few unrelated words are good."),
    )


def if_imported_without(_form: FlaskForm, field: Any) -> None:
    """Accept an empty e-mail address from an imported user who has none."""
    if not field.data and viewer.email is None:
        field.errors = []
        raise StopValidation


email_rules = [DataRequired(), LengthFirst(max=254), storable, valid_email]


class RegisterForm(FlaskForm):
    """Registration."""

    username = StringField(
        _l("Username"),
        validators=[
            DataRequired(),
            LengthFirst(max=30),
            Regexp(r"^[A-Za-z0-9_]+\Z", message=_l("Only letters A to Z, digits and _, please.")),
        ],
        description=_l("Letters, digits and _. It is your address here and cannot be changed."),
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    email = EmailField(
        _l("E-mail"),
        validators=[*email_rules, not_taken_email],
        description=_l("For a forgotten password. Nobody else sees it."),
        render_kw={"autocomplete": "email"},
    )
    password = new_password_field(_l("Password"))
    submit = SubmitField(_l("Register"))

    def validate_username(self, field: Any) -> None:
        """Refuse a taken username, and one that is the first segment of a URL."""
        if field.errors:
            return
        if field.data.lower() in _reserved_names() or db.session.scalar(by_username(field.data)):
            raise ValidationError(_l("This name is taken. Try another."))


class LoginForm(FlaskForm):
    """Logging in."""

    login = StringField(
        _l("Username or e-mail"),
        validators=[DataRequired(), LengthFirst(max=320), storable],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[DataRequired(), LengthFirst(max=LONGEST), storable],
        render_kw={"autocomplete": "current-password"},
    )
    remember = BooleanField(_l("Remember me"))
    submit = SubmitField(_l("Log in"))


class ForgottenPasswordForm(FlaskForm):
    """A request for a reset link."""

    email = EmailField(_l("E-mail"), validators=email_rules, render_kw={"autocomplete": "email"})
    submit = SubmitField(_l("Send me a link"))


class ResetPasswordForm(FlaskForm):
    """A new password, set by the link in a mail."""

    password = new_password_field(_l("New password"))
    submit = SubmitField(_l("Set the password"))


class ProfileForm(FlaskForm):
    """The public profile."""

    display_name = StringField(
        _l("Display name"),
        filters=[plain_name],
        validators=[LengthFirst(max=LONGEST_NAME), storable],
        description=_l("How you are called here. Your username, if you leave it empty."),
        render_kw={"autocomplete": "name"},
    )
    about_me = TextAreaField(
        _l("About me"),
        filters=[line_ends],
        validators=[LengthFirst(max=500), storable],
        render_kw={"rows": 4},
    )
    submit = SubmitField(_l("Save"))


class AccountForm(FlaskForm):
    """E-mail address, password, language. The first two need the current password."""

    email = EmailField(
        _l("E-mail"),
        validators=[if_imported_without, *email_rules, not_taken_email],
        render_kw={"autocomplete": "email"},
    )
    language = SelectField(_l("Language"))
    password = PasswordField(
        _l("New password"),
        validators=[Optional(), *password_rules],
        description=_l("Leave it empty to keep the one you have."),
        render_kw={"autocomplete": "new-password"},
    )
    current_password = PasswordField(
        _l("Current password"),
        validators=[LengthFirst(max=LONGEST), storable],
        description=_l("Only to change the address or the password."),
        render_kw={"autocomplete": "current-password"},
    )
    submit = SubmitField(_l("Save"))

    def __init__(self, user: User) -> None:
        super().__init__(obj=user)
        self.user = user
        languages = current_app.config["LANGUAGES"]
        self.language.choices = [("", _l("As my browser asks")), *languages.items()]

    @property
    def changes_email(self) -> bool:
        """Whether the e-mail address differs from the saved one."""
        return normal_email(self.email.data or "") != (self.user.email or "")

    def validate_current_password(self, field: Any) -> None:
        """Require the current password for changes that could take the account over."""
        if (self.password.data or self.changes_email) and not self.user.check_password(
            field.data or ""
        ):
            raise ValidationError(_l("This is not your current password."))


def _reserved_names() -> set[str]:
    """Return the first segment of every URL of the site."""
    return {
        rule.rule.split("/")[1].split("<")[0].lower() for rule in current_app.url_map.iter_rules()
    } - {"", "@"}
