"""Drafts: what was typed and not sent, stored on the server."""

from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from typing import Any, Literal

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    CompoundSelect,
    Row,
    Select,
    and_,
    bindparam,
    exists,
    func,
    select,
)
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..accounts.viewer import Viewer
from ..data.database import AnySelect, HasId, db, delete_row, now, writing
from ..data.keyset import Window, row_count
from ..data.reading import read
from ..follows.queries import VIEWER_ID, Audience
from .models import Draft, Post, Version
from .queries import visible_to
from .refusals import MOST_DRAFTS, TooManyDraftsError
from .text import normal

# Characters: far more than any post has, so that a text that is too long to send is not lost.
LONGEST_DRAFT = 100_000

# What saving a form did to its draft; nothing, if the form was sent already.
Saved = Literal["kept", "deleted", "sent already"]


def following_nonce(nonce: str) -> str:
    """Return the nonce under which a form that was sent keeps what was typed in it since."""
    return sha256(nonce.encode()).hexdigest()[:32]


def save_draft(
    author: HasId,
    nonce: str,
    body: str,
    *,
    in_reply_to_id: int | None = None,
    edits_id: int | None = None,
    extra: Mapping[str, Any] | None = None,
) -> Saved:
    """Store what is typed in the form with that ``nonce``; an empty form deletes its draft.

    ``extra`` has the values of composer parts. A reply to a post that is gone, or an edit of one,
    is stored as a new post. If the form was sent already, a text that goes beyond what was sent is
    stored under :func:`following_nonce`; any other text is not stored. Returns what was done.
    Raises :class:`TooManyDraftsError`.
    """
    body = normal(body)
    try:
        with writing() as session:
            if not body.strip() and not any((extra or {}).values()):
                delete_draft(author.id, nonce)
                return "deleted"
            while (sent := _sent_text(session, author, nonce)) is not None:
                if sent.startswith(body.rstrip()):
                    return "sent already"
                nonce = following_nonce(nonce)
            draft = session.scalar(_of_form(author.id, nonce))
            if draft is None:
                _check_number(session, author)
                parent = select(Post.id).where(Post.id == in_reply_to_id)
                own = select(Post.id).where(Post.id == edits_id, Post.author_id == author.id)
                draft = Draft(author_id=author.id, nonce=nonce)
                draft.in_reply_to_id, draft.edits_id = session.scalar(parent), session.scalar(own)
                session.add(draft)
            draft.body, draft.extra, draft.saved_at = body, dict(extra or {}), now()
    except IntegrityError:
        # The same form was saved at the same moment, by the same press of a button.
        pass
    return "kept"


def draft_of_form(author_id: int, nonce: str) -> Draft | None:
    """Return the draft of the form with that ``nonce``; None where there is none."""
    return db.session.scalar(_of_form(author_id, nonce))


def _of_form(author_id: int, nonce: str) -> Select[Draft]:
    return select(Draft).where(Draft.author_id == author_id, Draft.nonce == nonce)


def delete_draft(author_id: int, nonce: str | None) -> bool:
    """Delete the draft of the form with that ``nonce``; returns False where there is none."""
    if nonce is None:
        return False
    with writing() as session:
        return delete_row(session, Draft, author_id=author_id, nonce=nonce)


def has_drafts() -> ColumnElement[bool]:
    """Whether a user may have drafts: a column. Most people have none, so pages look for none."""
    return exists().where(Draft.author_id == User.id)


@cache
def drafts(window: Window, audience: Audience) -> AnySelect:
    """Select what the viewer typed and did not send, and to whom they reply (``in_reply_to``)."""
    parent, author = aliased(Post), aliased(User)
    columns = (Draft.in_reply_to_id, Draft.edits_id, Draft.saved_at)
    found = _drafts(*columns, author.username.label("in_reply_to"))
    seen = and_(parent.id == Draft.in_reply_to_id, visible_to(audience, parent))
    found = found.select_from(Draft).outerjoin(parent, seen)
    found = found.outerjoin(author, author.id == parent.author_id)
    return window.of(found, Draft.id)


def draft_for(
    viewer: Viewer,
    *,
    in_reply_to_id: int | None = None,
    edits_id: int | None = None,
    id: int | None = None,
) -> Row[Any] | None:
    """Return (id, nonce, body, extra) of the draft ``id``, by default of the newest.

    That is, the newest of a new post, of a reply, or of an edit. None if there is none.
    """
    if not viewer.columns["has_drafts"]:
        return None
    if id is not None:
        return read(draft_by_id(), viewer_id=viewer.id, draft_id=id).first()
    values = {"in_reply_to_id": in_reply_to_id, "edits_id": edits_id}
    return read(_newest_draft(), viewer_id=viewer.id, **values).first()


@cache
def draft_by_id() -> AnySelect:
    """Select the viewer's draft ``draft_id``, whatever it is for: its parent may be gone."""
    return _drafts().where(Draft.id == bindparam("draft_id", type_=BigInteger))


@cache
def _newest_draft() -> AnySelect:
    same = (
        column.is_not_distinct_from(bindparam(column.key, type_=BigInteger))
        for column in (Draft.in_reply_to_id, Draft.edits_id)
    )
    newest_first = (Draft.saved_at.desc(), Draft.id.desc())
    return _drafts().where(*same).order_by(*newest_first).limit(row_count(1))


def _drafts(*columns: Any) -> AnySelect:
    """Select drafts of the viewer, without those that were sent while a save was on its way."""
    sent = exists().where(Post.author_id == Draft.author_id, Post.nonce == Draft.nonce)
    edited = exists().where(Version.post_id == Draft.edits_id, Version.nonce == Draft.nonce)
    found = select(Draft.id, Draft.nonce, Draft.body, Draft.extra, *columns)
    return found.where(Draft.author_id == VIEWER_ID, ~sent, ~edited)


def _check_number(session: OrmSession, author: HasId) -> None:
    kept = select(func.count()).where(Draft.author_id == author.id)
    if (session.scalar(kept) or 0) >= MOST_DRAFTS:
        raise TooManyDraftsError


def _sent_text(session: OrmSession, author: HasId, nonce: str) -> str | None:
    """Return what the form with that ``nonce`` published; None if it was not sent."""
    text: str | None = session.scalar(_by_nonce(), {"viewer_id": author.id, "nonce": nonce})
    return text


@cache
def _by_nonce() -> CompoundSelect[str]:
    nonce: ColumnElement[str] = bindparam("nonce")
    own = select(Post.body).where(Post.author_id == VIEWER_ID)
    edited = own.join(Version, Version.post_id == Post.id).where(Version.nonce == nonce)
    return own.where(Post.nonce == nonce).union_all(edited).limit(row_count(1))
