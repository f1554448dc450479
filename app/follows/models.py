"""The associations of users with users: follows, blocks, mutes."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime
from typing import Any, TypeAlias

from sqlalchemy import BigInteger, CheckConstraint, Index, Insert, func, literal, or_, select
from sqlalchemy.orm import Mapped, mapped_column, relationship
from sqlalchemy.orm import Session as OrmSession

from ..accounts.models import User, user_key
from ..accounts.visibility import not_hidden, step_of
from ..data.counters import counted, tally
from ..data.database import (
    Base,
    HasId,
    changed_rows,
    delete_row,
    insert_if_absent,
    insert_ignoring_conflict,
    is_sqlite,
    writing,
)
from ..data.ids import moment_key, moment_of
from .signals import followed, unfollowed

# A follower, and whom they follow.
Pair: TypeAlias = tuple[HasId, HasId]


class Follow(Base):
    """``follower`` has the posts of ``followed`` in the home timeline."""

    __tablename__ = "follow"

    follower_id: Mapped[int] = user_key()
    followed_id: Mapped[int] = user_key()
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

    blocker_id: Mapped[int] = user_key()
    blocked_id: Mapped[int] = user_key()
    since: Mapped[int] = mapped_column(BigInteger, default=moment_key)

    __table_args__: Any = (
        CheckConstraint("blocker_id <> blocked_id", name="nobody_blocks_themselves"),
        Index("ix_block_blocked_id_blocker_id", "blocked_id", "blocker_id"),
        Index("ix_block_blocker_id_since", "blocker_id", "since"),
        {"sqlite_with_rowid": False},
    )


class Mute(Base):
    """``muter`` sees nothing of ``muted`` in timelines and notifications; nobody is notified."""

    __tablename__ = "mute"

    muter_id: Mapped[int] = user_key()
    muted_id: Mapped[int] = user_key()
    since: Mapped[int] = mapped_column(BigInteger, default=moment_key)

    __table_args__: Any = (
        CheckConstraint("muter_id <> muted_id", name="nobody_mutes_themselves"),
        Index("ix_mute_muter_id_since", "muter_id", "since"),
        {"sqlite_with_rowid": False},
    )


counted(
    User.followers_count,
    by=select(func.count())
    .where(Follow.followed_id == User.id, not_hidden(Follow.follower_id))
    .scalar_subquery(),
)
counted(
    User.following_count,
    by=select(func.count())
    .where(Follow.follower_id == User.id, not_hidden(Follow.followed_id))
    .scalar_subquery(),
)


def follow(viewer: HasId, author: HasId) -> bool:
    """Have ``viewer`` follow ``author``.

    Returns False where that is so already, and where one of the two has blocked the
    other. Raises :class:`ValueError` if they are the same person.
    """
    if viewer.id == author.id:
        raise ValueError("Nobody follows themselves.")
    with writing() as session:
        _lock(session, viewer, author)
        added = changed_rows(session, _insert_unless_blocked(viewer, author)) == 1
        if added:
            _count(session, [(viewer, author)], step=1)
            followed.send(viewer, author=author)
    return added


def unfollow(viewer: HasId, author: HasId) -> bool:
    """Have ``viewer`` no longer follow ``author``; returns False where that is so already."""
    with writing() as session:
        _lock(session, viewer, author)
        return _end_follows(session, (viewer, author))


def block(viewer: HasId, author: HasId) -> None:
    """Hide ``viewer`` and ``author`` from each other, and end their follows in both directions.

    Raises :class:`ValueError` if they are the same person.
    """
    if viewer.id == author.id:
        raise ValueError("Nobody blocks themselves.")
    with writing() as session:
        _lock(session, viewer, author)
        insert_if_absent(
            session, Block, blocker_id=viewer.id, blocked_id=author.id, since=moment_key()
        )
        _end_follows(session, (viewer, author), (author, viewer))


def unblock(viewer: HasId, author: HasId) -> None:
    """Undo :func:`block`. Follows that it ended stay ended."""
    with writing() as session:
        delete_row(session, Block, blocker_id=viewer.id, blocked_id=author.id)


def mute(viewer: HasId, author: HasId) -> None:
    """Keep what ``author`` does out of ``viewer``'s timelines and notifications, silently.

    Raises :class:`ValueError` if they are the same person.
    """
    if viewer.id == author.id:
        raise ValueError("Nobody mutes themselves.")
    with writing() as session:
        insert_if_absent(session, Mute, muter_id=viewer.id, muted_id=author.id, since=moment_key())


def unmute(viewer: HasId, author: HasId) -> None:
    """Undo :func:`mute`."""
    with writing() as session:
        delete_row(session, Mute, muter_id=viewer.id, muted_id=author.id)


def _lock(session: OrmSession, viewer: HasId, author: HasId) -> None:
    """Lock the two rows, so that nobody else changes a relationship of these two meanwhile.

    SQLite has one writer anyway. In the order of ids and before any other row, against deadlocks;
    FOR NO KEY UPDATE, so that the two can still write posts, which refer to their rows.
    """
    if not is_sqlite():
        rows = select(User.id).where(User.id.in_((viewer.id, author.id))).order_by(User.id)
        session.execute(rows.with_for_update(key_share=True))


def _insert_unless_blocked(viewer: HasId, author: HasId) -> Insert:
    is_blocked = or_(
        (Block.blocker_id == viewer.id) & (Block.blocked_id == author.id),
        (Block.blocker_id == author.id) & (Block.blocked_id == viewer.id),
    )
    row = select(
        literal(viewer.id, BigInteger), literal(author.id, BigInteger), literal(moment_key())
    ).where(~select(Block.since).where(is_blocked).exists())
    return insert_ignoring_conflict(Follow).from_select(
        ["follower_id", "followed_id", "since"], row
    )


def _end_follows(session: OrmSession, *pairs: Pair) -> bool:
    """End those follows of ``pairs`` that exist; return whether any did."""
    ended = [
        (follower, author)
        for follower, author in pairs
        if delete_row(session, Follow, follower_id=follower.id, followed_id=author.id)
    ]
    _count(session, ended, step=-1)
    for follower, author in ended:
        unfollowed.send(follower, author=author)
    return bool(ended)


def _count(session: OrmSession, pairs: Iterable[Pair], *, step: int) -> None:
    """Add ``step`` to the counts of both people of each pair, with one statement a person."""
    steps: dict[int, dict[str, Any]] = defaultdict(dict)
    for follower, author in pairs:
        steps[follower.id]["following_count"] = step_of(author.id, step)
        steps[author.id]["followers_count"] = step_of(follower.id, step)
    for id, counts in steps.items():
        tally(session, User, id, **counts)
