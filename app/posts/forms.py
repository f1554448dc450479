"""Where a post, an answer, or a post anew is written, and what that sends."""

import re
import secrets
from dataclasses import dataclass, field
from typing import Any

from flask import url_for
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import HiddenField, TextAreaField, ValidationError
from wtforms.validators import Length

from ..accounts.forms import storable
from ..data.plain import Row
from .drafts import LONGEST_DRAFT
from .models import Post
from .text import fault, normal


def a_nonce(_form: FlaskForm, field: Any) -> None:
    """Refuse what no form of ours contains."""
    if field.data and not (field.data.isascii() and field.data.isalnum()):
        raise ValidationError(_l("Reload the page and send it again."))


class PostForm(FlaskForm):
    """What a composer sends."""

    body = TextAreaField()
    nonce = HiddenField(validators=[Length(max=64), a_nonce], filters=[lambda text: text or None])
    # Whether it stands under the post of a thread's page, whose list then gets the answer.
    in_thread = HiddenField()

    def validate_body(self, field: Any) -> None:
        """Refuse what :func:`app.posts.text.fault` finds wrong."""
        if wrong := fault(normal(field.data or "")):
            raise ValidationError(wrong)

    def renew(self, wrong: str) -> None:
        """Keep the text under a fresh nonce, and say what is ``wrong``."""
        self.nonce.data = secrets.token_hex(16)
        self.body.errors = [wrong]


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


@dataclass
class Composer:
    """Where a post is written, as it is drawn. It is on every home page, and so no form's work."""

    body: str = ""
    nonce: str = field(default_factory=lambda: secrets.token_hex(16))
    errors: tuple[str, ...] = ()
    element: str = "composer"
    in_thread: bool = False
    # For an answer, what it answers; for an edit, what it changes: a draft says so too.
    in_reply_to_id: int | None = None
    edits_id: int | None = None
    # Where to go on without sending; None where the composer is always there.
    cancel: str | None = None

    @property
    def around(self) -> dict[str, Any]:
        """All but the text: what is kept once it is drawn."""
        return {
            "element": self.element,
            "in_thread": self.in_thread,
            "in_reply_to_id": self.in_reply_to_id,
            "edits_id": self.edits_id,
            "cancel": self.cancel,
        }

    def filled(self, body: str, draft: Row | None, sent: PostForm | None) -> "Composer":
        """Put in what was ``sent`` and refused, or the ``draft``, or ``body``."""
        if sent:
            self.body = sent.body.data or ""
            if not sent.nonce.errors:
                self.nonce = sent.nonce.data or ""
            self.errors = (*map(str, sent.body.errors), *map(str, sent.nonce.errors))
        elif draft:
            self.body, self.nonce = draft.body, draft.nonce
        else:
            self.body = body
        return self


def post_composer(
    *, body: str = "", draft: Row | None = None, sent: PostForm | None = None
) -> Composer:
    """Return the composer of a new post: as ``sent``, or with ``body`` or ``draft`` in it."""
    return Composer().filled(body, draft, sent)


def reply_composer(
    post: Post,
    *,
    body: str = "",
    draft: Row | None = None,
    sent: PostForm | None = None,
    in_thread: bool = False,
) -> Composer:
    """Return the composer of an answer to ``post``.

    ``in_thread`` means that it stands for good under the post on its own page.
    """
    composer = Composer(in_reply_to_id=post.id)
    composer.in_thread = in_thread or bool(sent and sent.in_thread.data)
    if not composer.in_thread:
        composer.element = f"composer_{post.id}"
        composer.cancel = url_for("posts.show", id=post.id)
    return composer.filled(body, draft, sent)


def edit_composer(
    post: Post, *, body: str = "", draft: Row | None = None, sent: PostForm | None = None
) -> Composer:
    """Return the composer of a new text for ``post``."""
    composer = Composer(edits_id=post.id)
    composer.element = f"composer_{post.id}"
    composer.cancel = url_for("posts.show", id=post.id)
    return composer.filled(body or post.body, draft, sent)
