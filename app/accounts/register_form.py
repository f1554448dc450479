"""The form to register, with what it does against spam."""

from typing import Any

from flask import request
from flask_babel import lazy_gettext as _l
from wtforms import (
    EmailField,
    HiddenField,
    StringField,
    SubmitField,
    TextAreaField,
    ValidationError,
)
from wtforms.validators import DataRequired, Regexp

from ..data.characters import IN_USERNAME, LONGEST_USERNAME
from ..site import Site
from ..web.forms import LengthFirst, line_ends, storable, visible
from ..web.sent_forms import SentForm
from . import barriers
from .applications import LONGEST_ANSWER
from .forms import SigningInForm, new_password_field
from .invitations import LONGEST_CODE
from .validators import email_rules, not_blocked_email, not_taken_email, not_taken_username


class TrapField(StringField):
    """A field that people do not see, and that programs fill in."""


class RegisterForm(SigningInForm):
    """Registration. It asks the question of the site where somebody reads the answer."""

    username = StringField(
        _l("Username"),
        validators=[
            DataRequired(),
            LengthFirst(max=LONGEST_USERNAME),
            Regexp(rf"{IN_USERNAME}+\Z", message=_l("Only letters A to Z, digits and _, please.")),
            not_taken_username,
        ],
        description=_l("Letters, digits and _. It is your address here and cannot be changed."),
        render_kw={"autocomplete": "username", "autocapitalize": "none", "spellcheck": "false"},
    )
    email = EmailField(
        _l("E-mail"),
        validators=[*email_rules, not_taken_email, not_blocked_email],
        description=_l("For a forgotten password. Nobody else sees it."),
        render_kw={"autocomplete": "email"},
    )
    password = new_password_field(_l("Password"))
    answer = TextAreaField(
        filters=[line_ends],
        validators=[DataRequired(), LengthFirst(max=LONGEST_ANSWER), storable, visible],
        description=_l("The moderators read it before they let you in."),
        render_kw={"rows": 4},
    )
    subject = TrapField(_l("Leave this empty"), render_kw={"autocomplete": "off", "tabindex": "-1"})
    opened = HiddenField()
    invitation = HiddenField(validators=[LengthFirst(max=LONGEST_CODE), storable])
    submit = SubmitField(_l("Join"))

    def __init__(self, sent: SentForm | None = None) -> None:
        super().__init__(sent)
        if not self.is_submitted():
            self.opened.data = barriers.stamp()
            self.invitation.data = request.args.get("invitation", "")[:LONGEST_CODE]

    def ask(self, site: Site, *, is_invited: bool) -> None:
        """Ask what ``site`` wants to know of somebody who joins, with an invitation or without."""
        self.site = site
        if site.registration == "approval" and site.question and not is_invited:
            self.answer.label.text = site.question
        else:
            del self.answer

    def own_words(self) -> tuple[str | None, ...]:
        """Return words that are too easy to guess for a password."""
        return self.username.data, self.email.data

    def validate_subject(self, field: Any) -> None:
        """Refuse what only a program fills in."""
        if field.data:
            raise ValidationError(_l("Leave this empty, and send it again."))

    def validate_answer(self, field: Any) -> None:
        """Refuse an answer with a word that the site blocks."""
        if barriers.has_blocked_word(self.site, field.data):
            raise ValidationError(_l("There is a word in it that nobody may use here."))

    def validate_password(self, field: Any) -> None:
        """Refuse a form that was sent too fast, or from a network that is blocked."""
        if barriers.is_blocked_network(self.site, request.remote_addr or ""):
            raise ValidationError(_l("Nobody can join from your network at the moment."))
        if barriers.was_quick(self.opened.data or ""):
            raise ValidationError(_l("That was very fast. Type the password and send it again."))
