"""Pictures in the composer: what is attached, in which order, with which descriptions.

The hidden field ``attached`` has the ids in their order, as the form was rendered; the field
``description_1`` is of the first of them, and so on. Files that come with the form follow. Of an
edit nothing is done to the pictures of the post before it is saved: a draft has these values, too.
"""

from collections.abc import Container, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from flask import request, url_for
from flask_babel import lazy_gettext as _l
from flask_wtf.file import MultipleFileField
from sqlalchemy import and_, or_, select
from wtforms import HiddenField, StringField

from ..accounts.viewer import viewer
from ..data.characters import is_visible
from ..data.database import db, now
from ..data.ids import is_id
from ..data.types import is_storable
from ..posts.composer import Composer, ComposerPart, Extra, Received
from ..posts.drafts import following_nonce
from ..posts.models import Post
from ..web.forms import LengthFirst, line_ends, storable
from .models import LONGEST_DESCRIPTION, MOST_PICTURES, Picture
from .uploads import discard, has_files, post_of_form, store_uploads

# The value of an edit that removes the last picture; an empty field would say that nothing was
# sent.
NONE = "-"
NUMBERS = range(1, MOST_PICTURES + 1)


@dataclass
class Attached:
    """A picture in a composer: its row, and its description as typed."""

    picture: Picture
    description: str


def attached_to(composer: Composer) -> list[Attached]:
    """Return what is attached to a composer, in order. Without anything, no statement is sent."""
    return attached(composer.extra, composer.nonce, composer.edits_id)


def attached(extra: Extra, nonce: str, edits_id: int | None) -> list[Attached]:
    """Return the viewer's pictures that ``extra`` names and that belong to this composer."""
    ids = ids_in(extra.get("attached"))
    if not ids:
        return []
    own = and_(Picture.owner_id == viewer.id, Picture.purpose == "post", Picture.id.in_(ids))
    uploaded = and_(Picture.post_id.is_(None), Picture.nonce == nonce)
    here = or_(uploaded, Picture.post_id == edits_id) if edits_id else uploaded
    found = select(Picture).where(own, here, Picture.removed_at.is_(None))
    rows = {row.id: row for row in db.session.scalars(fresh(found))}
    typed = zip(ids, descriptions(extra, len(ids)), strict=True)
    return [Attached(rows[id], text) for id, text in typed if id in rows]


def ids_in(text: Any) -> list[int]:
    """Return the ids in the field ``attached``, each once."""
    words = str(text or "").split()[: 2 * MOST_PICTURES]
    ids = (int(word) for word in words if is_id(word))
    return list(dict.fromkeys(ids))


def descriptions(extra: Extra, count: int) -> list[str]:
    """Return what was typed as the description of each of ``count`` pictures."""
    typed = [_text(extra.get(f"description_{number}")) for number in NUMBERS]
    return (typed + [""] * count)[:count]


def move_one(there: list[Attached], id: int, direction: str | None) -> None:
    """Move the picture ``id``, if it is there, one place "up" or "down"."""
    at = next((place for place, each in enumerate(there) if each.picture.id == id), None)
    if at is None:
        return
    to = at - 1 if direction == "up" else at + 1
    if 0 <= to < len(there):
        there[at], there[to] = there[to], there[at]


def values_of(found: Iterable[Attached], *, sensitive: Any, is_edit: bool = False) -> Extra:
    """Return the values of the fields for what is attached."""
    pictures = list(found)
    ids = " ".join(str(each.picture.id) for each in pictures)
    texts = [each.description for each in pictures] + [""] * MOST_PICTURES
    fields = {f"description_{number}": texts[number - 1] for number in NUMBERS}
    shown = ids or (NONE if is_edit else "")
    return {"attached": shown, **fields, "sensitive": "y" if sensitive and ids else ""}


def _receive(nonce: str, typed: Extra, edited: Post | None) -> Received:
    """Take the files of a form; see :class:`app.posts.composer.ComposerPart`."""
    files = [file for file in request.files.getlist("pictures") if file.filename]
    has_some = edited is not None and edited.pictures_count > 0
    if not (files or typed.get("attached") or has_some):
        # A cover of nothing is nothing that a draft keeps.
        return {"sensitive": ""} if typed.get("sensitive") else {}, {}
    if edited and has_some and "attached" not in request.form:
        # The form says nothing of the pictures that the post has: they stay.
        typed = {
            **typed,
            **values_of_post(edited),
            **{name: text for name, text in typed.items() if text},
        }
    if files and (sent := post_of_form(nonce, edited)):
        if has_files(sent, files):
            return values_of_post(sent), {}
        # The form that goes on with this one has them.
        nonce = following_nonce(nonce)
    there = attached(typed, nonce, edited.id if edited else None)
    known = {each.picture.digest for each in there}
    uploaded = store_uploads(viewer, files, nonce, room=MOST_PICTURES - len(there), known=known)
    if uploaded.ids and (sent := post_of_form(nonce, edited)):
        # The same form, sent at the same moment, was faster.
        discard(uploaded.ids)
        return values_of_post(sent), {}
    new = _uploaded(uploaded.ids, typed, known={each.picture.id for each in there})
    values = values_of([*there, *new], sensitive=typed.get("sensitive"), is_edit=has_some)
    return values, {"pictures": uploaded.faults}


def _uploaded(ids: Sequence[int], typed: Extra, known: Container[int]) -> list[Attached]:
    """Return the pictures that came with a form, with the descriptions that follow in it."""
    if not ids:
        return []
    found = select(Picture).where(Picture.id.in_(ids))
    rows = {row.id: row for row in db.session.scalars(fresh(found))}
    before = len(ids_in(typed.get("attached")))
    texts = descriptions(typed, before + len(ids))[before:]
    pairs = zip(ids, texts, strict=True)
    return [Attached(rows[id], text) for id, text in pairs if id in rows and id not in known]


def values_of_post(post: Post) -> Extra:
    """Return the values of the fields for the pictures of a post."""
    if not post.pictures_count:
        return {}
    rows = list(db.session.scalars(pictures_of(post.id)))
    return values_of(
        [Attached(row, row.description) for row in rows],
        sensitive=any(row.sensitive for row in rows),
    )


def save_pictures(post: Post, extra: Extra) -> None:
    """Give ``post`` the pictures, their order and their descriptions of ``extra``, and no others.

    Those that it had may come back while they are there. Within ``writing()``.
    """
    ids = ids_in(extra.get("attached"))
    if not ids and not post.pictures_count:
        return
    uploaded = and_(Picture.post_id.is_(None), Picture.id.in_(ids))
    own = and_(Picture.owner_id == post.author_id, Picture.purpose == "post")
    found = select(Picture).where(own, or_(Picture.post_id == post.id, uploaded))
    rows = {row.id: row for row in db.session.scalars(fresh(found))}
    typed = zip(ids, descriptions(extra, len(ids)), strict=True)
    kept = [(rows.pop(id), text) for id, text in typed if id in rows][:MOST_PICTURES]
    for place, (row, text) in enumerate(kept):
        row.post_id, row.nonce, row.removed_at = post.id, None, None
        row.place, row.description = place, text
        row.sensitive = bool(extra.get("sensitive"))
    for row in rows.values():
        if row.post_id == post.id and row.removed_at is None:
            row.removed_at = now()
    post.pictures_count = len(kept)


def _take_back(post: Post, nonce: str) -> None:
    if post.pictures_count:
        for row in db.session.scalars(pictures_of(post.id)):
            # Without the digest: the form may have got the same file already, as another picture.
            row.post_id, row.nonce, row.digest = None, nonce, None
        post.pictures_count = 0


def pictures_of(post_id: int) -> Any:
    """Select the pictures of a post, in order."""
    there = and_(Picture.post_id == post_id, Picture.removed_at.is_(None))
    return fresh(select(Picture).where(there).order_by(Picture.place, Picture.id))


def fresh(statement: Any) -> Any:
    """Return a statement that also updates rows that the session has: the worker changes them."""
    return statement.execution_options(populate_existing=True)


def _leads_to(post: Post) -> str | None:
    came = any(file.filename for file in request.files.getlist("pictures"))
    return url_for("media.describe", id=post.id) if came and post.pictures_count else None


def _text(text: str | None) -> str:
    typed = line_ends(text).strip()
    # What nobody sees describes nothing.
    return typed if is_visible(typed) or not is_storable(typed) else ""


def _description() -> Any:
    too_long = _l("A description can have %(max)d characters. Shorten it.")
    length = LengthFirst(max=LONGEST_DESCRIPTION, message=too_long)
    return StringField(filters=[_text], validators=[length, storable])


DESCRIPTIONS = {f"description_{number}": _description() for number in NUMBERS}
PART = ComposerPart(
    fields={
        "pictures": MultipleFileField(),
        "attached": HiddenField(),
        **DESCRIPTIONS,
        "sensitive": StringField(filters=[lambda text: "y" if text else ""]),
    },
    files=("pictures",),
    template="media/_attached.html",
    button_template="media/_button.html",
    values_template="media/_values.html",
    save=save_pictures,
    of_post=values_of_post,
    receive=_receive,
    stands_alone=lambda extra: bool(ids_in(extra.get("attached"))),
    leads_to=_leads_to,
    take_back=_take_back,
)
