"""Who follows, sees and hears whom, as queries that nobody has run yet."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    exists,
    false,
    func,
    literal,
    not_,
    or_,
    select,
    true,
    union_all,
)
from sqlalchemy.orm import aliased

from ..accounts.models import User, by_name
from ..data.database import AnySelect, there_is
from ..data.prepared import prepared
from .models import Block, Follow, Mute

# What a list of people shows of each. Entities would take several times as long to read.
PERSON = (
    User.id,
    User.username,
    func.coalesce(func.nullif(User.display_name, ""), User.username).label("name"),
    User.email,
    User.about_me,
)


def followed_by(viewer: User) -> Select[int]:
    """The ids of those whom ``viewer`` follows."""
    return select(Follow.followed_id).where(Follow.follower_id == viewer.id)


def is_followed_by(viewer: User | None, author_id: Any = User.id) -> ColumnElement[bool]:
    """Whether ``viewer`` (None for a stranger) follows the user of that id: a column."""
    if viewer is None:
        return false()
    mine = aliased(Follow)  # Of its own, so that it stands in lists made from follows too.
    one = select(mine.follower_id).where(
        mine.follower_id == viewer.id, mine.followed_id == author_id
    )
    return there_is(one)


def not_blocked(viewer: User | None, author_id: Any = User.id) -> ColumnElement[bool]:
    """Whether neither ``viewer`` nor the user of that id has blocked the other: a condition."""
    if viewer is None or not viewer.is_apart:
        return true()
    blocked = select(Block.blocked_id).where(Block.blocker_id == viewer.id)
    blockers = select(Block.blocker_id).where(Block.blocked_id == viewer.id)
    return author_id.not_in(union_all(blocked, blockers))


def not_muted(viewer: User | None, author_id: Any = User.id) -> ColumnElement[bool]:
    """Whether ``viewer`` has not muted the user of that id: a condition."""
    if viewer is None or not viewer.is_apart:
        return true()
    return author_id.not_in(select(Mute.muted_id).where(Mute.muter_id == viewer.id))


def hears_of(actor_id: Any) -> ColumnElement[bool]:
    """Whether a user hears what the user ``actor_id`` does: no mute, no block either way."""
    return not_(
        or_(
            exists().where(Mute.muter_id == User.id, Mute.muted_id == actor_id),
            exists().where(Block.blocker_id == User.id, Block.blocked_id == actor_id),
            exists().where(Block.blocker_id == actor_id, Block.blocked_id == User.id),
        )
    )


def is_apart() -> ColumnElement[bool]:
    """Whether a block, by whomever, or a mute stands between a user and anybody: a column.

    Most people have none, and their lists need not ask for them.
    """
    return or_(
        exists().where(Block.blocker_id == User.id),
        exists().where(Block.blocked_id == User.id),
        exists().where(Mute.muter_id == User.id),
    )


def stands_between(viewer: User | None) -> dict[str, ColumnElement[bool]]:
    """What ``viewer`` has set between the two, as columns: ``followed``, ``blocked``, ``muted``."""
    if viewer is None:
        return {"followed": false(), "blocked": false(), "muted": false()}
    return {
        "followed": is_followed_by(viewer),
        "blocked": exists().where(Block.blocker_id == viewer.id, Block.blocked_id == User.id),
        "muted": exists().where(Mute.muter_id == viewer.id, Mute.muted_id == User.id),
    }


def visible_people(viewer: User | None) -> Select[User]:
    """Everybody whom ``viewer`` may see: whoever has not blocked them, or been blocked."""
    return select(User).where(not_blocked(viewer))


def visible_by_name(username: str, viewer: User | None) -> Select[User]:
    """The user of that name, if ``viewer`` may see them."""
    return by_name(username).where(not_blocked(viewer))


@prepared
def named(username: str, viewer: User | None) -> AnySelect:
    """The user of that name, if ``viewer`` may see them."""
    return visible_by_name(username, viewer)


@prepared
def with_followers(author: User, viewer: User) -> AnySelect:
    """The person as they are by now, if ``viewer`` may see them.

    With their ``followers_count``, and whether they are ``followed``.
    """
    followed = is_followed_by(viewer).label("followed")
    found = select(*PERSON, User.followers_count, followed)
    return found.where(User.id == author.id, not_blocked(viewer))


@prepared
def profile(username: str, viewer: User | None) -> AnySelect:
    """The user of that name, and what :func:`stands_between` the two.

    Whom ``viewer`` has blocked is found too, or nobody could unblock; whatever the
    other one did, so that blocking back does not show.
    """
    between = stands_between(viewer)
    found = by_name(username).where(or_(not_blocked(viewer), between["blocked"]))
    return found.add_columns(*(column.label(name) for name, column in between.items()))


@prepared
def kept_away(viewer: User) -> AnySelect:
    """Whom ``viewer`` has blocked or muted: a person, since when, ``blocked``, ``muted``."""
    blocks = select(
        Block.blocked_id.label("id"),
        Block.since.label("since"),
        literal(1).label("blocked"),
        literal(0).label("muted"),
    ).where(Block.blocker_id == viewer.id)
    mutes = select(Mute.muted_id, Mute.since, literal(0), literal(1)).where(
        Mute.muter_id == viewer.id
    )
    either = union_all(blocks, mutes).subquery()
    latest = (func.max(column).label(column.name) for column in either.c if column.name != "id")
    kept = select(either.c.id, *latest).group_by(either.c.id).subquery()
    columns = (*PERSON, kept.c.since, kept.c.blocked, kept.c.muted)
    return select(*columns).join(kept, kept.c.id == User.id)


@prepared
def followers(author: User, viewer: User | None) -> AnySelect:
    """Those who follow ``author``: people, since when, whether they are ``followed``."""
    return (
        select(*PERSON, Follow.since, is_followed_by(viewer).label("followed"))
        .join(Follow, Follow.follower_id == User.id)
        .where(Follow.followed_id == author.id, not_blocked(viewer))
    )


@prepared
def following(author: User, viewer: User | None) -> AnySelect:
    """Those whom ``author`` follows: people, since when, whether they are ``followed``."""
    return (
        select(*PERSON, Follow.since, is_followed_by(viewer).label("followed"))
        .join(Follow, Follow.followed_id == User.id)
        .where(Follow.follower_id == author.id, not_blocked(viewer))
    )
