"""The composer: where a post, a reply or an edit is written, and what it sends.

A later domain adds to it by :func:`add_to_composer`; nothing here changes for it.
"""

import secrets
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from sqlalchemy import Row
from wtforms import HiddenField, TextAreaField, ValidationError

from ..data.ids import is_id
from ..data.types import is_storable
from ..web.forms import LengthFirst, storable
from ..web.sent_forms import carry_when_expired
from .drafts import LONGEST_DRAFT, following_nonce
from .models import Draft, Post
from .refusals import PostedLatelyError, SentBeforeError
from .text import normal, validation_error

# Values of the fields of composer parts, by field name. Drafts and versions store them as JSON.
Extra = Mapping[str, Any]
# Values, and what is wrong, by field name.
Received = tuple[Extra, Mapping[str, Sequence[str]]]


@dataclass(frozen=True)
class ComposerPart:
    """What a domain adds to writing.

    ``fields`` are WTForms fields by name, with one value each. ``template`` shows them; it takes
    ``composer``, with the values in ``composer.extra`` and their errors in ``composer.errors``, and
    for a :attr:`Composer.blank` it uses nothing else, because that HTML is cached. A draft has
    values as they were typed.

    ``save`` is called with a post and the values of all parts (none, if a program publishes without
    them), in the transaction that publishes it, and again at each edit and its undo, with the same
    values if only the text changed.
    ``of_post`` returns the values of a post as the form would send them. ``values_template``
    takes ``extra``, and shows the values of a draft in the list of drafts, and those of an earlier
    version in the history of a post.

    ``files`` are those of the fields that hold files, which have no value. ``receive`` takes the
    files of a form that was sent, before anything else is checked: it is called with the nonce,
    the values as they were typed, and the post that is edited, and returns the values that replace
    them, and what is wrong by field. ``stands_alone`` returns whether a post with these values
    needs no text. ``leads_to`` returns the URL of the page to go on with, once a form of this
    request was published without htmx; None for the usual one. ``take_back`` is called with a post
    that becomes a draft again, and the nonce of that. ``button_template`` takes ``element``, the
    id of the composer, and is rendered in the row of its buttons. Fields with ``data-script`` name
    the script that the first use of a composer loads.
    """

    fields: Mapping[str, Any]
    template: str
    save: Callable[[Post, Extra], None]
    of_post: Callable[[Post], Extra]
    values_template: str | None = None
    files: Sequence[str] = ()
    receive: Callable[[str, Extra, Post | None], Received] | None = None
    stands_alone: Callable[[Extra], bool] | None = None
    leads_to: Callable[[Post], str | None] | None = None
    take_back: Callable[[Post, str], None] | None = None
    button_template: str | None = None


_parts: list[ComposerPart] = []


def add_to_composer(part: ComposerPart) -> None:
    """Add ``part`` to every composer, after those of earlier domains.

    Raises :class:`ValueError` for the name of a field that the composer has already.
    """
    for name in part.fields:
        if hasattr(PostForm, name) or hasattr(DraftForm, name):
            raise ValueError(f"Every composer has a {name!r} already.")
    _parts.append(part)
    for name, form_field in part.fields.items():
        setattr(PostForm, name, form_field)
    carry_when_expired(*(name for name in part.fields if name not in part.files))


def composer_parts() -> Sequence[ComposerPart]:
    """Return what domains have added to writing."""
    return tuple(_parts)


def extra_of(post: Post) -> dict[str, Any]:
    """Return the values that composer parts have for ``post`` now."""
    return {name: value for part in _parts for name, value in part.of_post(post).items()}


def save_extra(post: Post, extra: Extra) -> None:
    """Have each composer part store its values for ``post``, in the transaction around."""
    for part in _parts:
        part.save(post, extra)


def take_back_extra(post: Post, nonce: str) -> None:
    """Have each composer part give what it has of ``post`` to the draft with that ``nonce``."""
    for part in _parts:
        if part.take_back:
            part.take_back(post, nonce)


def needs_no_text(extra: Extra) -> bool:
    """Whether a post with these values of composer parts may be without a text."""
    return any(part.stands_alone(extra) for part in _parts if part.stands_alone)


def page_after_publishing(post: Post) -> str | None:
    """Return where a form that was just published without htmx leads; None for the usual page."""
    pages = (part.leads_to(post) for part in _parts if part.leads_to)
    return next((page for page in pages if page), None)


def typed_extra(fields: Mapping[str, str]) -> dict[str, str]:
    """Return the values of composer parts among the ``fields`` of a form, as they were typed."""
    typed = {name: fields.get(name, "") for name in _names()}
    return {
        name: value
        for name, value in typed.items()
        if len(value) <= LONGEST_DRAFT and is_storable(value)
    }


def _names() -> list[str]:
    return [name for part in _parts for name in part.fields if name not in part.files]


def valid_nonce(_form: FlaskForm, field: Any) -> None:
    """Refuse what no form of ours contains."""
    if field.data and not (field.data.isascii() and field.data.isalnum()):
        raise ValidationError(_l("Reload the page and send it again."))


class WithParts(FlaskForm):
    """A form with the nonce of a composer and values of composer parts."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # What :meth:`receive` put in place of what was typed, by field name.
        self.received: dict[str, Any] = {}

    def receive(self, edited: Post | None = None) -> None:
        """Take the files that came with this form, which edits the post ``edited`` if given."""
        nonce: Any = self["nonce"]
        if not nonce.data and request.files:
            nonce.data = secrets.token_hex(16)
        if not nonce.validate(self):
            return
        for part in _parts:
            if part.receive:
                values, errors = part.receive(nonce.data or "", typed_extra(request.form), edited)
                self.received |= values
                for name, wrong in errors.items():
                    field = self[name if name in self else "body"]
                    field.process_errors = [*field.process_errors, *wrong]


class PostForm(WithParts):
    """What a composer sends."""

    body = TextAreaField()
    nonce = HiddenField(
        validators=[LengthFirst(max=64), valid_nonce], filters=[lambda text: text or None]
    )
    # Whether it is below the opened post of a thread, whose list then gets the reply.
    below_opened = HiddenField()
    # Whether to publish it although the same text was published a moment ago.
    again = HiddenField()

    def validate_body(self, field: Any) -> None:
        """Refuse what :func:`app.posts.text.validation_error` finds wrong."""
        may_be_empty = needs_no_text(self.extra)
        if wrong := validation_error(normal(field.data or ""), may_be_empty=may_be_empty):
            raise ValidationError(wrong)

    @property
    def extra(self) -> dict[str, Any]:
        """The values of composer parts."""
        return {name: self[name].data for name in _names()} | self.received

    def refuse(self, error: ValueError) -> None:
        """Show ``error``; what the form needs to be sent once more goes into its fields."""
        self.body.errors = [str(error)]
        if isinstance(error, SentBeforeError):
            self.nonce.data = following_nonce(self.nonce.data)
        elif isinstance(error, PostedLatelyError):
            self.again.data = "y"


def _id(text: str | None) -> int | None:
    return int(text) if text and is_id(text) else None


class DraftForm(WithParts):
    """What a composer saves while somebody types."""

    body = TextAreaField(
        validators=[
            LengthFirst(max=LONGEST_DRAFT, message=_l("This is too long to be kept as a draft.")),
            storable,
        ]
    )
    nonce = HiddenField(validators=[LengthFirst(min=1, max=64), valid_nonce])
    # The post that it replies to, or edits.
    in_reply_to = HiddenField(filters=[_id])
    edits = HiddenField(filters=[_id])

    @property
    def extra(self) -> dict[str, str]:
        """The values of composer parts as they were typed: a draft may be half finished."""
        return typed_extra(request.form) | self.received


@dataclass(frozen=True)
class Composer:
    """A composer as it is rendered. Home shows one on every page, so it is not a WTForms form."""

    body: str = ""
    nonce: str = field(default_factory=lambda: secrets.token_hex(16))
    extra: Extra = field(default_factory=dict, hash=False)
    # By field name.
    errors: Mapping[str, Sequence[str]] = field(default_factory=dict, hash=False)
    element: str = "composer"
    below_opened: bool = False
    # Whether htmx leaves it alone: its page has no place for what is written.
    leaves_page: bool = False
    again: bool = False
    takes_focus: bool = False
    # The post that it replies to, or edits; a draft stores it too.
    in_reply_to_id: int | None = None
    edits_id: int | None = None
    # Where to go on without sending; None where the composer always stays on the page.
    cancel: str | None = None

    @property
    def blank(self) -> "Composer | None":
        """What it has in common with others in which nothing is typed; None if something is."""
        if self.body or self.errors or any(self.extra.values()):
            return None
        return Composer(
            nonce="",
            element=self.element,
            takes_focus=self.takes_focus,
            edits_id=self.edits_id,
            cancel=self.cancel,
        )

    @property
    def parts(self) -> Sequence[ComposerPart]:
        """What domains have added."""
        return composer_parts()

    @property
    def text_errors(self) -> Iterable[str]:
        """What is wrong with the text."""
        return (*self.errors.get("body", ()), *self.errors.get("nonce", ()))

    def filled(
        self,
        *,
        body: str = "",
        extra: Extra | None = None,
        draft: Row[Any] | Draft | None = None,
        sent: PostForm | None = None,
    ) -> "Composer":
        """Put in what was ``sent`` and refused, the ``draft``, or ``body`` and ``extra``."""
        if draft and not sent:
            return replace(self, body=draft.body, nonce=draft.nonce, extra=draft.extra)
        if not sent:
            return replace(self, body=body, extra=extra or {})
        return replace(
            self,
            body=sent.body.data or "",
            nonce=self.nonce if sent.nonce.errors else sent.nonce.data or "",
            extra=sent.extra,
            errors=sent.errors,
            again=bool(sent.again.data),
        )


def composer_url(
    draft_id: int | None, in_reply_to_id: int | None = None, edits_id: int | None = None
) -> str:
    """Return the URL of a page with a composer, in which the draft of that id is."""
    if in_reply_to_id:
        return url_for("posts.write_reply", id=in_reply_to_id, draft=draft_id)
    if edits_id:
        return url_for("posts.write_edit", id=edits_id, draft=draft_id)
    return url_for("posts.new", draft=draft_id)


def post_composer(**content: Any) -> Composer:
    """Return the composer of a new post; ``content`` as for :meth:`Composer.filled`."""
    return Composer().filled(**content)


def reply_composer(
    post_id: int, *, below_opened: bool = False, sent: PostForm | None = None, **content: Any
) -> Composer:
    """Return the composer of a reply; ``content`` as for :meth:`Composer.filled`.

    ``below_opened`` means that it stays below the post on the post's own page.
    """
    composer = Composer(in_reply_to_id=post_id, below_opened=True)
    if not (below_opened or (sent and sent.below_opened.data)):
        element, cancel = f"composer_{post_id}", url_for("posts.show", id=post_id)
        composer = replace(composer, below_opened=False, element=element, cancel=cancel)
    return composer.filled(sent=sent, **content)


def edit_composer(
    post: Post, *, body: str = "", extra: Extra | None = None, **content: Any
) -> Composer:
    """Return the composer that edits ``post``; the rest as for :meth:`Composer.filled`."""
    composer = Composer(
        edits_id=post.id,
        # Not that of a reply to the post: both forms may be on one page.
        element=f"composer_edit_{post.id}",
        cancel=url_for("posts.show", id=post.id),
    )
    current = {**extra_of(post), **(extra or {})}
    return composer.filled(body=body or post.body, extra=current, **content)
