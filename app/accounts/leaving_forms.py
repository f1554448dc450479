"""The form of leaving."""

from typing import Any

from flask_babel import lazy_gettext as _l
from wtforms import PasswordField, SubmitField, ValidationError
from wtforms.validators import InputRequired

from ..web.forms import Form
from .models import User
from .validators import current_password_rules


class LeaveForm(Form):
    """Deleting one's own account."""

    password = PasswordField(
        _l("Current password"),
        validators=[InputRequired(), *current_password_rules],
        render_kw={"autocomplete": "current-password"},
    )
    submit = SubmitField(_l("Delete my account"), render_kw={"class": "btn btn-outline-danger"})

    def __init__(self, user: User) -> None:
        super().__init__()
        self.user = user

    def validate_password(self, field: Any) -> None:
        """Refuse a wrong password."""
        if not field.errors and not self.user.check_password(field.data):
            raise ValidationError(_l("This is not your current password."))
