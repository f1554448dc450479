"""The form that writes a post, an answer, or a post anew."""

import re
import secrets
from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField, ValidationError
from wtforms.validators import Length

from ..accounts.forms import storable
from ..accounts.models import User
from .drafts import LONGEST_DRAFT, draft_for
from .models import Draft, Post
from .text import fault, normal


def a_nonce(_form: FlaskForm, field: Any) -> None:
    """Refuse what no form of ours contains."""
    if field.data and not (field.data.isascii() and field.data.isalnum()):
        raise ValidationError(_l("Reload the page and send it again."))


class PostForm(FlaskForm):
    """What a composer sends, and how it is drawn."""

    class Meta(FlaskForm.Meta):
        """Every error is in words of ours: to read those of WTForms costs half a millisecond."""

        def get_translations(self, form: FlaskForm) -> None:
            """Return none."""

    body = TextAreaField(_l("What is on your mind?"))
    nonce = HiddenField(validators=[Length(max=64), a_nonce], filters=[lambda text: text or None])
    # Whether it stands under the post of a thread's page, whose list then gets the answer.
    in_thread = HiddenField()

    # Where it is sent, the id of its element, and what its button says.
    url: str
    element: str = "composer"
    send: str
    # For an answer, what it answers; for an edit, what it changes: a draft says so too.
    in_reply_to_id: int | None = None
    edits_id: int | None = None
    # Where to go on without sending; None where the form is always there.
    cancel: str | None = None
    # Whether htmx swaps it.
    is_swapped: bool = True

    def validate_body(self, field: Any) -> None:
        """Refuse what :func:`app.posts.text.fault` finds wrong."""
        if wrong := fault(normal(field.data or "")):
            raise ValidationError(wrong)

    def renew(self, wrong: str) -> "PostForm":
        """Keep the text under a fresh nonce, and say what is ``wrong``."""
        self.nonce.data = secrets.token_hex(16)
        self.body.errors = [wrong]
        return self


def _id(text: str | None) -> int | None:
    return int(text) if text and re.fullmatch("[0-9]{1,18}", text) else None


class DraftForm(FlaskForm):
    """What a composer saves by itself."""

    body = TextAreaField(
        validators=[
            Length(max=LONGEST_DRAFT, message=_l("This is too long to be kept as a draft.")),
            storable,
        ]
    )
    nonce = HiddenField(validators=[Length(min=1, max=64), a_nonce])
    # What it answers, or changes.
    in_reply_to = HiddenField(filters=[_id])
    edits = HiddenField(filters=[_id])


def post_form(*, body: str = "", draft: Draft | None = None, sent: bool = False) -> PostForm:
    """Return the composer of a new post: as ``sent``, or with ``body`` or ``draft`` in it."""
    form = _form(body, draft, sent)
    form.url, form.send = url_for("posts.create"), _("Post")
    return form


def home_form(viewer: User) -> PostForm:
    """Return the composer of a new post, with what ``viewer`` last typed and did not send."""
    return post_form(draft=draft_for(viewer))


def reply_form(
    post: Post,
    *,
    body: str = "",
    draft: Draft | None = None,
    sent: bool = False,
    in_thread: bool = False,
) -> PostForm:
    """Return the composer of an answer to ``post``.

    ``in_thread`` means that it stands for good under the post on its own page.
    """
    form = _form(body, draft, sent)
    form.url, form.send = url_for("posts.reply", id=post.id), _("Reply")
    form.body.label.text = _("Your reply")
    form.in_reply_to_id = post.id
    form.in_thread.data = "y" if in_thread or form.in_thread.data else ""
    if not form.in_thread.data:
        form.element = f"composer_{post.id}"
        form.cancel = url_for("posts.show", id=post.id)
    return form


def edit_form(
    post: Post, *, body: str = "", draft: Draft | None = None, sent: bool = False
) -> PostForm:
    """Return the composer of a new text for ``post``."""
    form = _form(body or post.body, draft, sent)
    form.url, form.send = url_for("posts.edit", id=post.id), _("Save")
    form.body.label.text = _("Edit your post")
    form.element = f"composer_{post.id}"
    form.cancel = url_for("posts.show", id=post.id)
    form.edits_id = post.id
    return form


def _form(body: str, draft: Draft | None, sent: bool) -> PostForm:
    if sent:
        return PostForm()
    nonce = draft.nonce if draft else secrets.token_hex(16)
    return PostForm(
        formdata=None, meta={"csrf": False}, body=draft.body if draft else body, nonce=nonce
    )
