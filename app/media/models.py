"""Pictures: one row for each, whatever it is for, with how far the worker is with it."""

import secrets
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    and_,
    func,
    literal_column,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column

from ..data.counters import counted
from ..data.database import Base, now
from ..data.ids import TimeOrdered
from ..data.types import UtcDateTime
from ..posts.models import Post
from .cropping import LONGEST_CROP

MOST_PICTURES = 4
# Characters of a description.
LONGEST_DESCRIPTION = 1_500
# Within this time, the form has stored what came, and the worker is done with a picture.
DONE_WITHIN = timedelta(seconds=90)
# States, as part of a statement's text. Some indexes have the pictures of one state only: with a
# bind parameter, they are not used, or SQLite prepares the statement again at each execution.
READY: ColumnElement[str] = literal_column("'ready'")
WAITING: ColumnElement[str] = literal_column("'waiting'")


def new_key() -> str:
    """Return a key that cannot be guessed: the folder of a picture's files in the store."""
    return secrets.token_urlsafe(16)


class Picture(TimeOrdered, Base):
    """A picture that came from somebody. Its files are in the store, below its key.

    It belongs to a post; or, until that is published, to the composer with the ``nonce``. The row
    outlives its owner and its post: it says which files are to be deleted.
    """

    __tablename__ = "picture"

    owner_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    # "post", "avatar", "banner", "preview", or "site" for the banner of the site.
    purpose: Mapped[str] = mapped_column(String(10), default="post")
    post_id: Mapped[int | None] = mapped_column(ForeignKey("post.id", ondelete="SET NULL"))
    # The order within the post, from 0.
    place: Mapped[int] = mapped_column(default=0)
    nonce: Mapped[str | None] = mapped_column(String(64))
    # SHA-256 of what came, in hexadecimal: a file that comes twice with one form is kept once.
    digest: Mapped[str | None] = mapped_column(String(64))
    key: Mapped[str] = mapped_column(String(22), default=new_key)
    # "waiting" for the worker, "ready", or "failed" for the reason ``failure``, a code.
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    failure: Mapped[str | None] = mapped_column(String(20))
    description: Mapped[str] = mapped_column(Text, default="")
    sensitive: Mapped[bool] = mapped_column(default=False)
    # What is cut out, as the form sent it (:func:`app.media.cropping.crop_of`).
    crop: Mapped[str | None] = mapped_column(String(LONGEST_CROP))
    # Of the largest file, in pixels; 0 until it is ready.
    width: Mapped[int] = mapped_column(default=0)
    height: Mapped[int] = mapped_column(default=0)
    # Of all files together.
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    # A data: URL of a tiny picture, to be shown while the real one loads.
    blur: Mapped[str] = mapped_column(Text, default="")
    is_animated: Mapped[bool] = mapped_column(default=False)
    # Whether the store has the original.
    has_original: Mapped[bool] = mapped_column(default=True)
    # How often the worker began with it, and when it is to begin (again).
    tries: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(
        UtcDateTime, default=lambda: now() + DONE_WITHIN
    )
    # When its owner removed it; undoing that makes it null.
    removed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__: Any = (
        Index("uq_picture_key", "key", unique=True),
        # For profile pictures, and for the storage that somebody uses.
        Index("ix_picture_owner_id_purpose", "owner_id", "purpose"),
        Index("uq_picture_owner_id_nonce_digest", "owner_id", "nonce", "digest", unique=True),
        Index(
            "ix_picture_post_id",
            "post_id",
            sqlite_where=post_id.is_not(None),
            postgresql_where=post_id.is_not(None),
        ),
        # For the sweep.
        Index(
            "ix_picture_removed_at",
            "removed_at",
            sqlite_where=removed_at.is_not(None),
            postgresql_where=removed_at.is_not(None),
        ),
        Index(
            "ix_picture_waiting",
            "due_at",
            sqlite_where=state == "waiting",
            postgresql_where=state == "waiting",
        ),
        Index(
            "ix_picture_with_original",
            "id",
            sqlite_where=and_(state == "ready", has_original.is_(True)),
            postgresql_where=and_(state == "ready", has_original.is_(True)),
        ),
        Index(
            "ix_picture_without_post",
            "id",
            sqlite_where=post_id.is_(None),
            postgresql_where=post_id.is_(None),
        ),
    )

    def __repr__(self) -> str:
        return f"<Picture {self.id}>"


counted(
    Post.pictures_count,
    by=select(func.count())
    .where(Picture.post_id == Post.id, Picture.removed_at.is_(None))
    .correlate(Post)
    .scalar_subquery(),
)
