"""The form that writes a post."""

import secrets
from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField, ValidationError
from wtforms.validators import Length

from .text import fault, normal


class PostForm(FlaskForm):
    """What the composer sends."""

    body = TextAreaField(_l("What is on your mind?"))
    nonce = HiddenField(validators=[Length(max=64)], filters=[lambda text: text or None])

    def validate_body(self, field: Any) -> None:
        """Refuse what :func:`app.posts.text.fault` finds wrong."""
        if wrong := fault(normal(field.data or "")):
            raise ValidationError(wrong)

    def validate_nonce(self, field: Any) -> None:
        """Refuse what no form of ours contains."""
        if field.data and not (field.data.isascii() and field.data.isalnum()):
            raise ValidationError(_l("Reload the page and send it again."))


def fresh_form(body: str = "") -> PostForm:
    """Return an empty form (or one with ``body``) under a nonce of its own."""
    return PostForm(formdata=None, body=body, nonce=secrets.token_hex(16))
