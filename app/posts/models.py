"""Posts, their mentions and tags, their earlier versions, and drafts."""

from datetime import datetime, timedelta
from typing import Any, Protocol

from sqlalchemy import (
    JSON,
    ForeignKey,
    Index,
    String,
    Text,
    and_,
    false,
    func,
    select,
    text,
    update,
)
from sqlalchemy.orm import Mapped, MappedColumn, aliased, mapped_column, relationship

from ..accounts.models import User, user_key
from ..accounts.visibility import not_hidden, step_of
from ..data.counters import counted, tally
from ..data.database import Base, changed_rows, now, writing
from ..data.ids import TimeOrdered
from ..data.types import UtcDateTime
from .signals import post_deleted, post_restored, post_withdrawn
from .text import LONGEST_TAG

# How long the deletion or the edit of a post can be undone.
UNDO_WITHIN = timedelta(seconds=30)
# How long what is deleted can be restored in any case, by whoever pressed Undo in the last moment.
ERASED_AFTER = 2 * UNDO_WITHIN
# How long the text of a post that moderators removed is kept, so that it can be put back.
REMOVED_KEPT = timedelta(days=180)
# The columns by which timelines filter posts.
FILTERED_BY = ("deleted_at", "in_reply_to_id", "in_reply_to_author_id", "repost_of_id")


class PostRef(Protocol):
    """A post that a verb is about: a model, or a row that has these columns."""

    @property
    def id(self) -> int:
        """Its primary key."""

    @property
    def author_id(self) -> int:
        """The id of its author."""


class Post(TimeOrdered, Base):
    """A short text by a user; or, without a text, a repost of one."""

    __tablename__ = "post"

    # Null for a placeholder whose author has left; nothing but its thread finds it.
    author_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), nullable=True)
    body: Mapped[str] = mapped_column(Text)
    # Rendered from the body once, when it is written; escaped there.
    body_html: Mapped[str] = mapped_column(Text)
    # Of the form that wrote it: a form that is sent twice writes once.
    nonce: Mapped[str | None] = mapped_column(String(64))
    # The post it replies to, and its author, which timelines filter by.
    in_reply_to_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"))
    in_reply_to_author_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL")
    )
    repost_of_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    replies_count: Mapped[int] = mapped_column(default=0)
    reposts_count: Mapped[int] = mapped_column(default=0)
    # Changed by app.reactions and app.media, and here because each card shows them.
    likes_count: Mapped[int] = mapped_column(default=0)
    pictures_count: Mapped[int] = mapped_column(default=0)
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    deleted_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # The rule for which moderators removed it, "" where they named none; null for all other posts.
    removed_for: Mapped[str | None] = mapped_column(Text)
    # Whether it never was there for others: moderators read it first. ``deleted_at`` hides it.
    is_held: Mapped[bool] = mapped_column(default=False, server_default=false())

    author: Mapped[User] = relationship(foreign_keys=author_id)

    # "only_on" is read by migrations/env.py: the index is made on that database alone.
    __table_args__: Any = (
        # One covering index for every timeline: ids are in order of time, and the columns that
        # timelines filter by are included, so that no row is read.
        Index("ix_post_entries", "author_id", "id", *FILTERED_BY, info={"only_on": "sqlite"}),
        # INCLUDE: in the key, PostgreSQL 18 would skip-scan it for rows that are not deleted, which
        # nearly all are.
        Index(
            "ix_post_author_id_id",
            "author_id",
            "id",
            postgresql_include=FILTERED_BY,
            info={"only_on": "postgresql"},
        ),
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
        Index(
            "ix_post_in_reply_to_id_id",
            "in_reply_to_id",
            "id",
            sqlite_where=in_reply_to_id.is_not(None),
            postgresql_where=in_reply_to_id.is_not(None),
        ),
        Index(
            "ix_post_in_reply_to_author_id",
            "in_reply_to_author_id",
            sqlite_where=in_reply_to_author_id.is_not(None),
            postgresql_where=in_reply_to_author_id.is_not(None),
        ),
        # For one's own posts that wait: few or none of many.
        Index(
            "ix_post_held",
            "author_id",
            "id",
            sqlite_where=text("is_held = 1"),
            postgresql_where=text("is_held"),
        ),
        # For the list of reposters, by time.
        Index(
            "ix_post_repost_of_id_id",
            "repost_of_id",
            "id",
            sqlite_where=repost_of_id.is_not(None),
            postgresql_where=repost_of_id.is_not(None),
        ),
        Index(
            "uq_post_repost_of_id_author_id",
            "repost_of_id",
            "author_id",
            unique=True,
            sqlite_where=repost_of_id.is_not(None),
            postgresql_where=repost_of_id.is_not(None),
        ),
    )

    def __repr__(self) -> str:
        return f"<Post {self.id}>"

    def delete(self) -> None:
        """Delete the post; :meth:`restore` can undo that for :data:`UNDO_WITHIN`."""
        self._set_deleted_at(now(), was=Post.deleted_at.is_(None), step=-1)

    def restore(self) -> bool:
        """Undo the deletion; returns False when it is too late, or moderators removed the post."""
        if self.deleted_at is None:
            return True
        recently = and_(
            Post.deleted_at >= now() - UNDO_WITHIN, Post.removed_for.is_(None), ~Post.is_held
        )
        return self._set_deleted_at(None, was=recently, step=1) or self.deleted_at is None

    def remove(self, rule: str) -> bool:
        """Delete the post as moderators do: for a ``rule``, which its placeholder says.

        Returns False where it is deleted already. :meth:`put_back` undoes it.
        """
        with writing() as session:
            done = self._set_deleted_at(now(), was=Post.deleted_at.is_(None), step=-1)
            if done:
                self.removed_for = rule
                session.flush()
        return done

    def put_back(self) -> bool:
        """Undo :meth:`remove`; returns False where the post was not removed."""
        with writing() as session:
            was_removed = and_(Post.removed_for.is_not(None), ~Post.is_held)
            done = self._set_deleted_at(None, was=was_removed, step=1)
            if done:
                self.removed_for = None
                session.flush()
        return done

    def hold(self) -> None:
        """Hide the post from everybody, until moderators :meth:`let_through` or :meth:`refuse`."""
        with writing() as session:
            if self._set_deleted_at(now(), was=Post.deleted_at.is_(None), step=-1):
                self.is_held = True
                session.flush()

    def let_through(self) -> bool:
        """Show a post that was held, refused or not; returns False where it was not."""
        with writing() as session:
            done = self._set_deleted_at(None, was=Post.is_held, step=1)
            if done:
                self.is_held, self.removed_for = False, None
                session.flush()
        return done

    def refuse(self, rule: str) -> bool:
        """Keep a post that was held from others, for a ``rule``; returns False where it was not."""
        waits = (Post.id == self.id, Post.is_held, Post.removed_for.is_(None))
        with writing() as session:
            done = changed_rows(session, update(Post).where(*waits).values(removed_for=rule)) == 1
            session.refresh(self, ["removed_for"])
        return done

    def withdraw(self) -> bool:
        """Delete a post that waits for moderators; returns False where it does not wait."""
        waits = (Post.id == self.id, Post.is_held, Post.removed_for.is_(None))
        # So long ago that nobody can restore it, and that it is erased next.
        gone = {"is_held": False, "deleted_at": now() - ERASED_AFTER}
        with writing() as session:
            done = changed_rows(session, update(Post).where(*waits).values(gone)) == 1
            session.refresh(self, list(gone))
            if done:
                post_withdrawn.send(self)
        return done

    def _set_deleted_at(self, moment: datetime | None, *, was: Any, step: int) -> bool:
        with writing() as session:
            change = update(Post).where(Post.id == self.id, was).values(deleted_at=moment)
            done = changed_rows(session, change) == 1
            session.refresh(self, ["deleted_at"])
            if done:
                tally(session, User, self.author_id, posts_count=step)
                if self.in_reply_to_id:
                    tally(
                        session,
                        Post,
                        self.in_reply_to_id,
                        replies_count=step_of(self.author_id, step),
                    )
                (post_restored if moment is None else post_deleted).send(self)
        return done


def post_key() -> MappedColumn[int]:
    """Return a column of an association's primary key: a post, with which the row is deleted."""
    return mapped_column(ForeignKey("post.id", ondelete="CASCADE"), primary_key=True)


class Version(TimeOrdered, Base):
    """What a post said before an edit; the id is when it was edited."""

    __tablename__ = "version"

    post_id: Mapped[int] = mapped_column(ForeignKey("post.id", ondelete="CASCADE"))
    body: Mapped[str] = mapped_column(Text)
    body_html: Mapped[str] = mapped_column(Text)
    # When this text was written; null for the first.
    edited_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Of the form that edited: a form that is sent twice edits once.
    nonce: Mapped[str | None] = mapped_column(String(64))
    # The values of composer parts before the edit, by field name.
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")

    __table_args__: Any = (
        Index("ix_version_post_id_id", "post_id", "id"),
        Index(
            "uq_version_post_id_nonce",
            "post_id",
            "nonce",
            unique=True,
            sqlite_where=nonce.is_not(None),
            postgresql_where=nonce.is_not(None),
        ),
    )


class Mention(Base):
    """``user`` is mentioned in ``post``."""

    __tablename__ = "mention"

    post_id: Mapped[int] = post_key()
    user_id: Mapped[int] = user_key()

    __table_args__: Any = (
        Index("ix_mention_user_id_post_id", "user_id", "post_id"),
        {"sqlite_with_rowid": False},
    )


class Tagging(Base):
    """``tag``, folded, is in ``post``."""

    __tablename__ = "post_tag"

    tag: Mapped[str] = mapped_column(String(LONGEST_TAG), primary_key=True)
    post_id: Mapped[int] = post_key()

    __table_args__: Any = (Index("ix_post_tag_post_id", "post_id"), {"sqlite_with_rowid": False})


class Draft(TimeOrdered, Base):
    """A text that was typed and not sent yet, in the form that carries the nonce."""

    __tablename__ = "draft"

    author_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    nonce: Mapped[str] = mapped_column(String(64))
    body: Mapped[str] = mapped_column(Text)
    # The post it will reply to, or edit; neither for a new post.
    in_reply_to_id: Mapped[int | None] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), index=True
    )
    edits_id: Mapped[int | None] = mapped_column(
        ForeignKey("post.id", ondelete="CASCADE"), index=True
    )
    # The values of composer parts, by field name.
    extra: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict, server_default="{}")
    saved_at: Mapped[datetime] = mapped_column(UtcDateTime, default=now)

    __table_args__: Any = (Index("uq_draft_author_id_nonce", "author_id", "nonce", unique=True),)


counted(
    User.posts_count,
    by=select(func.count())
    .where(Post.author_id == User.id, Post.deleted_at.is_(None), Post.repost_of_id.is_(None))
    .scalar_subquery(),
)

# A post as a reply to another, and as its repost: one alias for each role.
Reply, Repost = aliased(Post), aliased(Post)

counted(
    Post.replies_count,
    by=select(func.count())
    .where(Reply.in_reply_to_id == Post.id, Reply.deleted_at.is_(None), not_hidden(Reply.author_id))
    .correlate(Post)
    .scalar_subquery(),
)

counted(
    Post.reposts_count,
    by=select(func.count())
    .where(Repost.repost_of_id == Post.id, not_hidden(Repost.author_id))
    .correlate(Post)
    .scalar_subquery(),
)
