"""Pins: the posts that a person shows first on their profile."""

from typing import Any

from sqlalchemy import BigInteger, ColumnElement, ForeignKey, Index, delete, func, select
from sqlalchemy.orm import Mapped, aliased, mapped_column

from ..accounts.models import User
from ..data.database import (
    UNSYNCHRONIZED,
    Base,
    HasId,
    delete_row,
    insert_if_absent,
    is_sqlite,
    writing,
)
from ..data.ids import moment_key
from ..posts.models import Post, PostRef, post_key

MOST_PINNED = 3


class Pin(Base):
    """``post`` is first on the profile of its author."""

    __tablename__ = "pin"

    post_id: Mapped[int] = post_key()
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    # When, and the order on the profile.
    since: Mapped[int] = mapped_column(BigInteger, default=moment_key)

    __table_args__: Any = (Index("ix_pin_author_id_since", "author_id", "since"),)


class TooManyPinsError(ValueError):
    """The author has pinned :data:`MOST_PINNED` posts already."""


def pin(post: PostRef) -> None:
    """Show ``post`` first on the profile of its author. Raises :class:`TooManyPinsError`."""
    with writing() as session:
        if not is_sqlite():  # It has one writer anyway.
            author = select(User.id).where(User.id == post.author_id)
            session.execute(author.with_for_update(key_share=True))
        if session.scalar(select(_takes_places_of_others(post))):
            raise TooManyPinsError
        row = {"post_id": post.id, "author_id": post.author_id, "since": moment_key()}
        insert_if_absent(session, Pin, **row)


def unpin(post: HasId) -> bool:
    """Undo :func:`pin`; returns False where there is nothing to undo."""
    with writing() as session:
        return delete_row(session, Pin, post_id=post.id)


def unpin_if_others_are(post: PostRef) -> None:
    """Unpin a restored post, if others took its place meanwhile."""
    restored = delete(Pin).where(Pin.post_id == post.id, _takes_places_of_others(post))
    with writing() as session:
        session.execute(restored, execution_options=UNSYNCHRONIZED)


def unpin_erased(ids: list[int]) -> None:
    """Unpin posts whose text was erased for good."""
    with writing() as session:
        session.execute(delete(Pin).where(Pin.post_id.in_(ids)))


def _takes_places_of_others(post: PostRef) -> ColumnElement[bool]:
    """Whether the author has pinned as many other posts as may be; deleted ones do not count."""
    other = aliased(Pin)
    others = select(func.count()).join_from(other, Post, Post.id == other.post_id)
    others = others.where(
        other.author_id == post.author_id, other.post_id != post.id, Post.deleted_at.is_(None)
    )
    return others.scalar_subquery() >= MOST_PINNED
