"""Previews by the URL of their page, and the posts that show them."""

import hashlib
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, Index, Select, String, Text, delete, func, or_, select, update
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm import Session as OrmSession

from ..data.database import Base, HasId, changed_rows, delete_row, insert_if_absent, now, writing
from ..data.types import UtcDateTime
from ..posts.models import Post, post_key
from .fetcher.addresses import LONGEST_HOST, Target

# A page is read again when a post links to it this long after it was read last.
KEPT = timedelta(days=30)
# A page waits so long for each other one that waits for the same author: pages of others come
# between. Of so many, those that follow are not read. They are looked for in the latest posts.
TURN, MOST_WAITING, LATEST = timedelta(seconds=20), 100, 500


class LinkPreview(Base):
    """What the page at ``url`` says of itself, for all posts that link to it."""

    __tablename__ = "link_preview"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    url: Mapped[str] = mapped_column(Text)
    host: Mapped[str] = mapped_column(String(LONGEST_HOST))
    # What cards show, as app.previews.content writes it; null while there is nothing to show.
    content: Mapped[str | None] = mapped_column(Text)
    picture_id: Mapped[int | None] = mapped_column(
        ForeignKey("picture.id", ondelete="SET NULL"), index=True
    )
    # How often it was tried, when the last time, and when it is to be tried; null for never.
    attempts: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, default=now)

    __table_args__: Any = (
        Index(
            "ix_link_preview_due_at",
            "due_at",
            sqlite_where=due_at.is_not(None),
            postgresql_where=due_at.is_not(None),
        ),
    )


class PostLink(Base):
    """The first link of ``post``, whose preview the post shows unless its author removed it."""

    __tablename__ = "post_link"

    post_id: Mapped[int] = post_key()
    preview_key: Mapped[str] = mapped_column(
        ForeignKey("link_preview.key", ondelete="CASCADE"), index=True
    )
    is_removed: Mapped[bool] = mapped_column(default=False)

    __table_args__: Any = ({"sqlite_with_rowid": False},)


def key_of(target: Target) -> str:
    """Return the key of the preview of a page."""
    return hashlib.sha256(target.url.encode()).hexdigest()


def link(session: OrmSession, post: HasId, target: Target) -> bool:
    """Have ``post`` show the preview of a page; return whether that page is to be read now."""
    key = key_of(target)
    waiting = session.scalar(_waiting_with(post)) or 0
    due_at = now() + waiting * TURN if waiting < MOST_WAITING else None
    values = {"url": target.url, "host": target.host, "attempts": 0, "due_at": due_at}
    is_new = insert_if_absent(session, LinkPreview, key=key, **values)
    insert_if_absent(session, PostLink, post_id=post.id, preview_key=key, is_removed=False)
    return due_at is not None and (is_new or _ask_again(session, key, due_at))


def unlink(session: OrmSession, post: HasId) -> None:
    """Have ``post`` show no preview."""
    delete_row(session, PostLink, post_id=post.id)


def unlink_erased(ids: list[int]) -> None:
    """Delete the links of posts whose text was erased for good."""
    with writing() as session:
        session.execute(delete(PostLink).where(PostLink.post_id.in_(ids)))


def set_removed(post: HasId, *, is_removed: bool) -> bool:
    """Remove the preview of ``post``, or restore it; return whether it has one."""
    change = update(PostLink).where(PostLink.post_id == post.id).values(is_removed=is_removed)
    with writing() as session:
        return changed_rows(session, change) == 1


def _waiting_with(post: HasId) -> Select[int]:
    """Select how many pages wait to be read for the author of ``post``."""
    author_id = select(Post.author_id).where(Post.id == post.id).scalar_subquery()
    latest = select(Post.id).where(Post.author_id == author_id).order_by(Post.id.desc())
    shown = select(PostLink.preview_key).where(PostLink.post_id.in_(latest.limit(LATEST)))
    waits = LinkPreview.due_at.is_not(None)
    return select(func.count()).where(LinkPreview.key.in_(shown), waits)


def _ask_again(session: OrmSession, key: str, due_at: datetime) -> bool:
    was_not_read_lately = or_(LinkPreview.tried_at.is_(None), LinkPreview.tried_at < now() - KEPT)
    again = update(LinkPreview).where(LinkPreview.key == key, was_not_read_lately)
    again = again.where(LinkPreview.due_at.is_(None))
    return changed_rows(session, again.values(attempts=0, due_at=due_at)) == 1
