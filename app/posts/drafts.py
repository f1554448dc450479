"""Drafts: what was typed and not sent, stored on the server."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Row, bindparam, exists, select
from sqlalchemy.exc import IntegrityError

from ..accounts.models import User
from ..accounts.viewer import Viewer
from ..data.database import AnySelect, HasId, delete_row, now, writing
from ..data.keyset import Window, row_count
from ..data.reading import read
from ..follows.queries import VIEWER_ID
from .models import Draft, Post, Version
from .text import normal

# Characters: far more than any post has, so that a text that is too long to send is not lost.
LONGEST_DRAFT = 100_000


def save_draft(
    author: HasId,
    nonce: str,
    body: str,
    *,
    in_reply_to_id: int | None = None,
    edits_id: int | None = None,
    extra: Mapping[str, Any] | None = None,
) -> bool:
    """Store what is typed in the form with that ``nonce``; an empty form deletes its draft.

    ``extra`` has the values of composer parts. A reply to a post that is gone is stored as a new
    post. Returns False, and stores nothing, where the form was sent already or the post that it
    edits is gone.
    """
    body = normal(body)
    try:
        with writing() as session:
            if not body.strip() and not any((extra or {}).values()):
                delete_draft(author.id, nonce)
                return True
            if session.scalar(select(_was_sent()), {"viewer_id": author.id, "nonce": nonce}):
                return False
            draft = session.scalar(
                select(Draft).where(Draft.author_id == author.id, Draft.nonce == nonce)
            )
            if draft is None:
                draft = Draft(author_id=author.id, nonce=nonce, edits_id=edits_id)
                parent = select(Post.id).where(Post.id == in_reply_to_id)
                draft.in_reply_to_id = session.scalar(parent)
                session.add(draft)
            draft.body, draft.extra, draft.saved_at = body, dict(extra or {}), now()
    except IntegrityError:
        # The same form was saved at the same moment, or the post that it edits is gone.
        return False
    return True


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
def drafts(window: Window) -> AnySelect:
    """Select what the viewer typed and did not send."""
    return window.of(_drafts(Draft.in_reply_to_id, Draft.edits_id, Draft.saved_at), Draft.id)


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


def _was_sent() -> ColumnElement[bool]:
    nonce: ColumnElement[str] = bindparam("nonce")
    sent = exists().where(Post.author_id == VIEWER_ID, Post.nonce == nonce)
    edited = exists().where(
        Version.nonce == nonce, Version.post_id == Post.id, Post.author_id == VIEWER_ID
    )
    return sent | edited
