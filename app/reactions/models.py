"""The associations of users with posts: likes, which everybody sees, and bookmarks."""

from typing import Any

from sqlalchemy import BigInteger, Index, func, select
from sqlalchemy.orm import Mapped, mapped_column

from ..accounts.models import user_key
from ..accounts.visibility import not_hidden, step_of
from ..data.counters import counted, tally
from ..data.database import Base, HasId, delete_row, insert_if_absent, writing
from ..data.ids import moment_key
from ..posts.models import Post, PostRef, post_key
from .signals import liked, unliked


class Like(Base):
    """``user`` likes ``post``."""

    __tablename__ = "like"

    user_id: Mapped[int] = user_key()
    post_id: Mapped[int] = post_key()
    # When, and the order of the list of who liked it.
    since: Mapped[int] = mapped_column(BigInteger, default=moment_key)

    __table_args__: Any = (
        Index("ix_like_post_id_since", "post_id", "since"),
        {"sqlite_with_rowid": False},
    )


class Bookmark(Base):
    """``user`` keeps ``post`` to find it again. Nobody else sees it."""

    __tablename__ = "bookmark"

    user_id: Mapped[int] = user_key()
    post_id: Mapped[int] = post_key()
    # When, and the order of the list.
    since: Mapped[int] = mapped_column(BigInteger, default=moment_key)

    __table_args__: Any = (
        Index("ix_bookmark_user_id_since", "user_id", "since"),
        Index("ix_bookmark_post_id", "post_id"),
        {"sqlite_with_rowid": False},
    )


counted(
    Post.likes_count,
    by=select(func.count())
    .where(Like.post_id == Post.id, not_hidden(Like.user_id))
    .scalar_subquery(),
)


def like(viewer: HasId, post: PostRef) -> bool:
    """Have ``viewer`` like ``post``; returns False where that is so already."""
    with writing() as session:
        added = insert_if_absent(
            session, Like, user_id=viewer.id, post_id=post.id, since=moment_key()
        )
        if added:
            tally(session, Post, post.id, likes_count=1)
            liked.send(viewer, post=post)
    return added


def unlike(viewer: HasId, post: PostRef) -> bool:
    """Undo :func:`like`; returns False where there is nothing to undo."""
    with writing() as session:
        removed = delete_row(session, Like, user_id=viewer.id, post_id=post.id)
        if removed:
            tally(session, Post, post.id, likes_count=step_of(viewer.id, -1))
            unliked.send(viewer, post=post)
    return removed


def bookmark(viewer: HasId, post: PostRef) -> None:
    """Add ``post`` to the bookmarks of ``viewer``."""
    with writing() as session:
        row = {"user_id": viewer.id, "post_id": post.id, "since": moment_key()}
        insert_if_absent(session, Bookmark, **row)


def unbookmark(viewer: HasId, post: PostRef) -> bool:
    """Undo :func:`bookmark`; returns False where there is nothing to undo."""
    with writing() as session:
        return delete_row(session, Bookmark, user_id=viewer.id, post_id=post.id)
