"""The forms of accounts."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Response, after_this_request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import Markup
from wtforms import (
    BooleanField,
    EmailField,
    PasswordField,
    SelectField,
    StringField,
    SubmitField,
    ValidationError,
)
from wtforms.validators import DataRequired, InputRequired, Optional

from ..web.forms import Form, LengthFirst, storable
from ..web.i18n import languages
from ..web.sent_forms import SentForm
from . import addresses, passwords
from .models import User
from .validators import (
    current_password_rules,
    email_rules,
    if_imported_without,
    new_password_rules,
    not_blocked_email,
    not_taken_email,
)

# Seconds after which a password that could not be hashed may be sent again.
RETRY_AFTER = 5


def new_password_field(label: str) -> PasswordField:
    """Return a field for a new password."""
    return PasswordField(
        label,
        validators=[InputRequired(), *new_password_rules],
        render_kw={"autocomplete": "new-password"},
        description=_l("At least 8 characters. A few unrelated words are good."),
    )


@contextmanager
def hashing_password(form: Any) -> Iterator[None]:
    """Answer 429, with ``form`` as it was sent, if a password waits too long to be hashed."""
    try:
        yield
    except passwords.HashingBusyError:
        form.password.errors = [_("Many people are logging in. Send it again in a few seconds.")]

        @after_this_request
        def _too_many(response: Response) -> Response:
            response.status_code = 429
            response.headers["Retry-After"] = str(RETRY_AFTER)
            return response


class SigningInForm(Form):
    """A form that signs in, and carries what was wanted before."""

    def __init__(self, sent: SentForm | None = None, **options: Any) -> None:
        """``sent`` is the form that an anonymous viewer sent: this one carries it along."""
        super().__init__(**options)
        self.sent = sent

    def hidden_tag(self, *fields: Any) -> Markup:
        """Return the hidden fields, with those that carry the form."""
        return super().hidden_tag(*fields) + (self.sent.carried() if self.sent else "")


class LoginForm(SigningInForm):
    """Logging in."""

    login = StringField(
        _l("Username or e-mail"),
        validators=[DataRequired(), LengthFirst(max=320), storable],
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    password = PasswordField(
        _l("Password"),
        validators=[InputRequired(), *current_password_rules],
        render_kw={"autocomplete": "current-password"},
    )
    remember = BooleanField(_l("Remember me"))
    submit = SubmitField(_l("Log in"))


class ForgottenPasswordForm(Form):
    """A request for a reset link."""

    email = EmailField(_l("E-mail"), validators=email_rules, render_kw={"autocomplete": "email"})
    submit = SubmitField(_l("Send me a link"))


class ResetPasswordForm(Form):
    """A new password, set by the link in a mail."""

    password = new_password_field(_l("New password"))
    submit = SubmitField(_l("Set the password"))

    def __init__(self, user: User) -> None:
        super().__init__()
        self.user = user

    def own_words(self) -> tuple[str | None, ...]:
        """Return words that are too easy to guess for a password."""
        return self.user.username, self.user.email


class AccountForm(Form):
    """E-mail address, password, language. The first two need the current password."""

    email = EmailField(
        _l("E-mail"),
        validators=[if_imported_without, *email_rules, not_taken_email, not_blocked_email],
        render_kw={"autocomplete": "email"},
    )
    language = SelectField(_l("Language"))
    password = PasswordField(
        _l("New password"),
        validators=[Optional(strip_whitespace=False), *new_password_rules],
        description=_l("Leave it empty to keep the one you have."),
        render_kw={"autocomplete": "new-password"},
    )
    current_password = PasswordField(
        _l("Current password"),
        validators=current_password_rules,
        description=_l("Only to change the address or the password."),
        render_kw={"autocomplete": "current-password"},
    )
    submit = SubmitField(_l("Save"))

    def __init__(self, user: User) -> None:
        super().__init__(obj=user)
        self.user = user
        self.language.choices = [("", _l("As my browser asks")), *languages().items()]

    def own_words(self) -> tuple[str | None, ...]:
        """Return words that are too easy to guess for a password."""
        return self.user.username, self.user.email, self.email.data

    @property
    def changes_email(self) -> bool:
        """Whether a valid e-mail address was typed that differs from the saved one."""
        if not self.email.data or self.email.errors:
            return False
        return addresses.canonical(self.email.data) != self.user.email

    def validate_current_password(self, field: Any) -> None:
        """Require the current password for changes that could take the account over."""
        if field.errors or not (self.password.data or self.changes_email):
            return
        if not self.user.check_password(field.data or ""):
            raise ValidationError(_l("This is not your current password."))
