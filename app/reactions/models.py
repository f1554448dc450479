"""The associations of users with posts: likes, which everybody sees, and bookmarks."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm import Session as OrmSession

from ..data.counters import counted, tally
from ..data.database import Base, HasId, changed_rows, insert_if_absent, table_of, writing
from ..data.ids import moment_key
from ..posts.models import Post
from .signals import liked, unliked


class Like(Base):
    """``user`` likes ``post``."""

    __tablename__ = "like"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )
    # When, and the order of the list of who liked it.
    since: Mapped[int] = mapped_column(BigInteger, default=moment_key)

    __table_args__: Any = (
        Index("ix_like_post_id_since", "post_id", "since"),
        {"sqlite_with_rowid": False},
    )


class Bookmark(Base):
    """``user`` keeps ``post`` to find it again. Nobody else sees it."""

    __tablename__ = "bookmark"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    post_id: Mapped[int] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), primary_key=True
    )
    # When, and the order of the list.
    since: Mapped[int] = mapped_column(BigInteger, default=moment_key)

    __table_args__: Any = (
        Index("ix_bookmark_user_id_since", "user_id", "since"),
        Index("ix_bookmark_post_id", "post_id"),
        {"sqlite_with_rowid": False},
    )


counted(Post.likes_count, by=select(func.count()).where(Like.post_id == Post.id).scalar_subquery())


def like(viewer: HasId, post: HasId) -> bool:
    """Have ``viewer`` like ``post``; returns False where that is so already."""
    with writing() as session:
        added = _add(session, Like, viewer, post)
        if added:
            tally(session, Post, post.id, likes_count=1)
            liked.send(viewer, post=post)
    return added


def unlike(viewer: HasId, post: HasId) -> bool:
    """Undo :func:`like`; returns False where there is nothing to undo."""
    with writing() as session:
        removed = _remove(session, Like, viewer, post)
        if removed:
            tally(session, Post, post.id, likes_count=-1)
            unliked.send(viewer, post=post)
    return removed


def bookmark(viewer: HasId, post: HasId) -> None:
    """Add ``post`` to the bookmarks of ``viewer``."""
    with writing() as session:
        _add(session, Bookmark, viewer, post)


def unbookmark(viewer: HasId, post: HasId) -> None:
    """Undo :func:`bookmark`."""
    with writing() as session:
        _remove(session, Bookmark, viewer, post)


def _add(session: OrmSession, model: type[Base], viewer: HasId, post: HasId) -> bool:
    row = {"user_id": viewer.id, "post_id": post.id, "since": moment_key()}
    return changed_rows(session, insert_if_absent(model), row) == 1


def _remove(session: OrmSession, model: type[Base], viewer: HasId, post: HasId) -> bool:
    theirs = delete(table_of(model)).filter_by(user_id=viewer.id, post_id=post.id)
    return changed_rows(session, theirs) == 1
