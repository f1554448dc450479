"""Posts, and the one way to publish one."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text, func, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..cli import counted
from ..db import Base, TimeOrdered, UtcDateTime, affected, db, now, tally, writing
from .signals import post_created, post_deleted, post_restored
from .text import fault, normal, to_html

# How long a deleted post can be brought back.
UNDO_WITHIN = timedelta(seconds=30)


class Post(TimeOrdered, Base):
    """A short text by a user."""

    __tablename__ = "post"

    author_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    body: Mapped[str] = mapped_column(Text)
    # Made from the body once, when it is written; escaped there.
    body_html: Mapped[str] = mapped_column(Text)
    # What the form that wrote it carried: a form that is sent twice writes once.
    nonce: Mapped[str | None] = mapped_column(String(64))
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    author: Mapped[User] = relationship()

    __table_args__: Any = (
        # One index for every timeline: the ids are in order of time.
        Index("ix_post_author_id_id", "author_id", "id"),
        Index(
            "uq_post_author_id_nonce",
            "author_id",
            "nonce",
            unique=True,
            sqlite_where=nonce.is_not(None),
            postgresql_where=nonce.is_not(None),
        ),
        Index(
            "ix_post_deleted_at",
            "deleted_at",
            sqlite_where=deleted_at.is_not(None),
            postgresql_where=deleted_at.is_not(None),
        ),
    )

    def __repr__(self) -> str:
        return f"<Post {self.id}>"

    def delete(self) -> None:
        """Take the post away; :meth:`restore` brings it back for :data:`UNDO_WITHIN`."""
        self._set_deleted_at(now(), was=Post.deleted_at.is_(None), step=-1)

    def restore(self) -> bool:
        """Bring a deleted post back; returns False when it is too late."""
        if self.deleted_at is None:
            return True
        recently = Post.deleted_at >= now() - UNDO_WITHIN
        return self._set_deleted_at(None, was=recently, step=1)

    def _set_deleted_at(self, moment: datetime | None, *, was: Any, step: int) -> bool:
        with writing() as session:
            change = update(Post).where(Post.id == self.id, was).values(deleted_at=moment)
            done = affected(change) == 1
            if done:
                tally(User, self.author_id, posts_count=step)
                session.refresh(self, ["deleted_at"])
                (post_restored if moment is None else post_deleted).send(self)
        return done


counted(
    User.posts_count,
    by=select(func.count())
    .where(Post.author_id == User.id, Post.deleted_at.is_(None))
    .scalar_subquery(),
)


def publish(author: User, body: str, *, nonce: str | None = None) -> Post:
    """Publish ``body`` by ``author``: for the web, the shell and any program, the one way.

    The same nonce twice gives the same post. Raises :class:`ValueError`, in words for
    the author, when the text is empty, too long, or cannot be kept.
    """
    body = normal(body)
    if wrong := fault(body):
        raise ValueError(wrong)
    html = to_html(body)
    try:
        with writing() as session:
            post = _of_nonce(author, nonce)
            if post is None:
                post = Post(author_id=author.id, body=body, body_html=html, nonce=nonce)
                session.add(post)
                session.flush()
                tally(User, author.id, posts_count=1)
                post_created.send(post, mentioned=[])
    except IntegrityError:
        # PostgreSQL has many writers: the same form, sent at the same moment, was faster.
        post = _of_nonce(author, nonce)
        if post is None:
            raise
    return post


def _of_nonce(author: User, nonce: str | None) -> Post | None:
    if nonce is None:
        return None
    return db.session.scalar(select(Post).where(Post.author_id == author.id, Post.nonce == nonce))
