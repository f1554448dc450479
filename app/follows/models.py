"""The associations of users with users: follows, blocks, mutes."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ColumnElement,
    ForeignKey,
    Index,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Mapped, mapped_column, relationship

from ..accounts.models import User
from ..cli import counted
from ..data.changes import add_if_new, remove, tally
from ..data.database import Base, db, writing
from ..data.ids import moment_key, moment_of
from .signals import followed, unfollowed

# A follower, and whom they follow.
_Pair: TypeAlias = tuple[User, User]


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
    since: Mapped[int] = mapped_column(BigInteger, default=moment_key)

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


class Block(Base):
    """``blocker`` and ``blocked`` do not exist for each other."""

    __tablename__ = "block"

    blocker_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    blocked_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    since: Mapped[int] = mapped_column(BigInteger, default=moment_key)

    __table_args__: Any = (
        CheckConstraint("blocker_id <> blocked_id", name="nobody_blocks_themselves"),
        Index("ix_block_blocked_id_blocker_id", "blocked_id", "blocker_id"),
        Index("ix_block_blocker_id_since", "blocker_id", "since"),
        {"sqlite_with_rowid": False},
    )


class Mute(Base):
    """``muter`` hears nothing of ``muted``, who is not told."""

    __tablename__ = "mute"

    muter_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    muted_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True
    )
    since: Mapped[int] = mapped_column(BigInteger, default=moment_key)

    __table_args__: Any = (
        CheckConstraint("muter_id <> muted_id", name="nobody_mutes_themselves"),
        Index("ix_mute_muter_id_since", "muter_id", "since"),
        {"sqlite_with_rowid": False},
    )


counted(
    User.followers_count,
    by=select(func.count()).where(Follow.followed_id == User.id).scalar_subquery(),
)
counted(
    User.following_count,
    by=select(func.count()).where(Follow.follower_id == User.id).scalar_subquery(),
)


def follow(viewer: User, author: User) -> bool:
    """Have ``viewer`` read ``author``.

    Returns False where that was so already, and where one of the two has blocked the
    other. Raises :class:`ValueError` if they are the same person.
    """
    if viewer.id == author.id:
        raise ValueError("Nobody follows themselves.")
    with writing():
        _hold(viewer, author)
        added = add_if_new(
            Follow,
            unless=_is_blocked,
            follower_id=viewer.id,
            followed_id=author.id,
            since=moment_key(),
        )
        if added:
            _count([(viewer, author)], step=1)
            followed.send(viewer, author=author)
    return added


def unfollow(viewer: User, author: User) -> bool:
    """Have ``viewer`` no longer read ``author``; returns False where that was so already."""
    with writing():
        _hold(viewer, author)
        return _end([(viewer, author)])


def block(viewer: User, author: User) -> None:
    """Hide ``viewer`` and ``author`` from each other, and end their follows both ways.

    Raises :class:`ValueError` if they are the same person.
    """
    if viewer.id == author.id:
        raise ValueError("Nobody blocks themselves.")
    with writing():
        _hold(viewer, author)
        add_if_new(Block, blocker_id=viewer.id, blocked_id=author.id, since=moment_key())
        viewer.is_apart = author.is_apart = True
        _end([(viewer, author), (author, viewer)])


def unblock(viewer: User, author: User) -> None:
    """Undo :func:`block`. Follows that it ended stay ended."""
    with writing():
        remove(Block, blocker_id=viewer.id, blocked_id=author.id)


def mute(viewer: User, author: User) -> None:
    """Keep what ``author`` does out of ``viewer``'s timelines and notifications, silently.

    Raises :class:`ValueError` if they are the same person.
    """
    if viewer.id == author.id:
        raise ValueError("Nobody mutes themselves.")
    with writing():
        add_if_new(Mute, muter_id=viewer.id, muted_id=author.id, since=moment_key())
        viewer.is_apart = True


def unmute(viewer: User, author: User) -> None:
    """Undo :func:`mute`."""
    with writing():
        remove(Mute, muter_id=viewer.id, muted_id=author.id)


def _hold(viewer: User, author: User) -> None:
    """Make others who change anything between these two wait until this transaction ends.

    SQLite has one writer anyway. In the order of ids and before any other row, so that
    nobody waits in a circle; not so firmly that the two could write no posts meanwhile.
    """
    if db.engine.dialect.name != "sqlite":
        ids = (viewer.id, author.id)
        db.session.execute(
            select(User.id)
            .where(User.id.in_(ids))
            .order_by(User.id)
            .with_for_update(key_share=True)
        )


def _is_blocked(follow: Mapping[str, Any]) -> ColumnElement[bool]:
    follower, followed = follow["follower_id"], follow["followed_id"]
    either = or_(
        (Block.blocker_id == follower) & (Block.blocked_id == followed),
        (Block.blocker_id == followed) & (Block.blocked_id == follower),
    )
    return select(Block.since).where(either).exists()


def _end(follows: Iterable[_Pair]) -> bool:
    """End the ``follows`` that there are, count and announce that; returns whether any was."""
    ended = [
        (follower, author)
        for follower, author in follows
        if remove(Follow, follower_id=follower.id, followed_id=author.id)
    ]
    _count(ended, step=-1)
    for follower, author in ended:
        unfollowed.send(follower, author=author)
    return bool(ended)


def _count(follows: Iterable[_Pair], *, step: int) -> None:
    steps: dict[int, dict[str, int]] = defaultdict(dict)
    for follower, author in follows:
        steps[follower.id]["following_count"] = step
        steps[author.id]["followers_count"] = step
    for id, changes in steps.items():
        tally(User, id, **changes)
