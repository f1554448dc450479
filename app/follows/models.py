"""The association of users with users, in its two directions."""

import secrets
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, delete, func, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..cli import counted
from ..db import LOW_BITS, Base, affected, db, id_at, moment_of, now, tally, writing


def following_key(moment: datetime | None = None) -> int:
    """Return a number that orders follows by time within each person's lists.

    Made like the ids of rows, but the low bits are random: the key need not be
    unique in the table, only unlikely to recur in one list within a millisecond.
    """
    return id_at(moment or now()) | secrets.randbits(LOW_BITS)


class Follow(Base):
    """``follower`` reads ``followed`` in the home timeline."""

    __tablename__ = "follow"

    follower_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    followed_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    # When, and the order of lists of people. Not the table's key.
    since: Mapped[int] = mapped_column(BigInteger, default=following_key)

    follower: Mapped[User] = relationship(foreign_keys=follower_id)
    followed: Mapped[User] = relationship(foreign_keys=followed_id)

    __table_args__: Any = (
        CheckConstraint("follower_id <> followed_id", name="nobody_follows_themselves"),
        Index("ix_follow_followed_id_since", "followed_id", "since"),
        Index("ix_follow_follower_id_since", "follower_id", "since"),
        {"sqlite_with_rowid": False},
    )

    @property
    def created_at(self) -> datetime:
        """When, to the millisecond, in UTC."""
        return moment_of(self.since)


counted(
    User.followers_count,
    by=select(func.count()).where(Follow.followed_id == User.id).scalar_subquery(),
)
counted(
    User.following_count,
    by=select(func.count()).where(Follow.follower_id == User.id).scalar_subquery(),
)


def follow(viewer: User, author: User) -> bool:
    """Have ``viewer`` read ``author``; returns False where that was so already.

    Raises :class:`ValueError` if they are the same person.
    """
    if viewer.id == author.id:
        raise ValueError("Nobody follows themselves.")
    insert = sqlite.insert if db.engine.dialect.name == "sqlite" else postgresql.insert
    row = {"follower_id": viewer.id, "followed_id": author.id}
    with writing():
        added = affected(insert(Follow).values(row).on_conflict_do_nothing()) == 1
        if added:
            _count(viewer, author, 1)
    return added


def unfollow(viewer: User, author: User) -> bool:
    """Have ``viewer`` no longer read ``author``; returns False where that was so already."""
    pair = (Follow.follower_id == viewer.id, Follow.followed_id == author.id)
    with writing():
        removed = affected(delete(Follow).where(*pair)) == 1
        if removed:
            _count(viewer, author, -1)
    return removed


def _count(viewer: User, author: User, step: int) -> None:
    # In the order of ids, so that two people who follow each other at once cannot deadlock.
    changes = {
        viewer.id: {"following_count": step},
        author.id: {"followers_count": step},
    }
    for id in sorted(changes):
        tally(User, id, **changes[id])
