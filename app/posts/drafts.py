"""Drafts: what was typed and not sent, kept on the server."""

from sqlalchemy import ColumnElement, Select, delete, exists, select
from sqlalchemy.exc import IntegrityError

from ..accounts.models import User
from ..data.changes import affected
from ..data.database import AnySelect, at_most, db, now, writing
from ..data.plain import Row
from ..data.prepared import prepared
from .models import Draft, Post, Version
from .text import normal

# In characters: far longer than any post, so that a text that is too long to send is not lost.
LONGEST_DRAFT = 100_000


def save_draft(
    author: User,
    nonce: str,
    body: str,
    *,
    in_reply_to_id: int | None = None,
    edits_id: int | None = None,
) -> bool:
    """Keep what is typed in the form of that ``nonce``; an empty ``body`` forgets it.

    An answer to what is gone is kept as a new post. Returns False, and keeps nothing, where
    the form was sent already or what it changes is gone.
    """
    body = normal(body)
    try:
        with writing() as session:
            if not body.strip():
                forget_draft(author.id, nonce)
                return True
            if _was_sent(author, nonce):
                return False
            draft = session.scalar(
                select(Draft).where(Draft.author_id == author.id, Draft.nonce == nonce)
            )
            if draft is None:
                draft = Draft(author_id=author.id, nonce=nonce, body=body)
                answered = select(Post.id).where(Post.id == in_reply_to_id)
                draft.in_reply_to_id, draft.edits_id = session.scalar(answered), edits_id
                session.add(draft)
            draft.body, draft.saved_at = body, now()
    except IntegrityError:
        # The same form saved at the same moment, or what it changes is gone.
        return False
    return True


def forget_draft(author_id: int, nonce: str | None) -> bool:
    """Forget the draft of that form; returns False where there was none."""
    if nonce is None:
        return False
    with writing():
        mine = delete(Draft).where(Draft.author_id == author_id, Draft.nonce == nonce)
        return affected(mine) == 1


def drafts_of(author: User) -> Select[Draft]:
    """What ``author`` has typed and not sent.

    A save that was on its way while its form was sent does not come back here.
    """
    sent = exists().where(Post.author_id == Draft.author_id, Post.nonce == Draft.nonce)
    done = exists().where(Version.post_id == Draft.edits_id, Version.nonce == Draft.nonce)
    return select(Draft).where(Draft.author_id == author.id, ~sent, ~done)


def has_drafts() -> ColumnElement[bool]:
    """Whether a user may have any: a column. Most people have none, and no page looks for them."""
    return exists().where(Draft.author_id == User.id)


@prepared
def listed_drafts(author: User) -> AnySelect:
    """The same, with their ids as a column to page by."""
    return drafts_of(author).add_columns(Draft.id)


def draft_for(
    author: User,
    *,
    in_reply_to_id: int | None = None,
    edits_id: int | None = None,
    id: int | None = None,
) -> Row | None:
    """Return (id, nonce, body) of the draft ``id``, by default of the newest.

    That is, of a new post, of an answer or of an edit. None if there is none.
    """
    if not author.has_drafts:
        return None
    return _drafts_for(author, in_reply_to_id, edits_id, id).first()


@prepared
def _drafts_for(
    author: User, in_reply_to_id: int | None, edits_id: int | None, id: int | None
) -> AnySelect:
    same = [
        Draft.in_reply_to_id.is_not_distinct_from(in_reply_to_id),
        Draft.edits_id.is_not_distinct_from(edits_id),
    ]
    if id is not None:
        # Whatever it was for: what it answers may be gone.
        same = [Draft.id == id]
    newest_first = (Draft.saved_at.desc(), Draft.id.desc())
    found = drafts_of(author).with_only_columns(Draft.id, Draft.nonce, Draft.body)
    return found.where(*same).order_by(*newest_first).limit(at_most(1))


def _was_sent(author: User, nonce: str) -> bool:
    sent = exists().where(Post.author_id == author.id, Post.nonce == nonce)
    edited = exists().where(
        Version.nonce == nonce, Version.post_id == Post.id, Post.author_id == author.id
    )
    return bool(db.session.scalar(select(sent | edited)))
