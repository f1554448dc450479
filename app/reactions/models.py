"""The associations of users with posts: likes, which everybody sees, and bookmarks."""

from typing import Any

from sqlalchemy import BigInteger, ForeignKey, Index, func, select
from sqlalchemy.orm import Mapped, mapped_column

from ..accounts.models import User
from ..cli import counted
from ..data.changes import add_if_new, remove, tally
from ..data.database import Base, writing
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
    """``user`` wants to find ``post`` again. Nobody else knows."""

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


counted(
    Post.likes_count,
    by=select(func.count()).where(Like.post_id == Post.id).scalar_subquery(),
)


def like(viewer: User, post: Post) -> bool:
    """Have ``viewer`` like ``post``; returns False where that was so already."""
    with writing():
        added = add_if_new(Like, user_id=viewer.id, post_id=post.id, since=moment_key())
        if added:
            tally(Post, post.id, likes_count=1)
            liked.send(viewer, post=post)
    return added


def unlike(viewer: User, post: Post) -> bool:
    """Undo :func:`like`; returns False where there was nothing to undo."""
    with writing():
        removed = remove(Like, user_id=viewer.id, post_id=post.id)
        if removed:
            tally(Post, post.id, likes_count=-1)
            unliked.send(viewer, post=post)
    return removed


def bookmark(viewer: User, post: Post) -> None:
    """Put ``post`` among the bookmarks of ``viewer``."""
    with writing():
        add_if_new(Bookmark, user_id=viewer.id, post_id=post.id, since=moment_key())


def unbookmark(viewer: User, post: Post) -> None:
    """Undo :func:`bookmark`."""
    with writing():
        remove(Bookmark, user_id=viewer.id, post_id=post.id)
