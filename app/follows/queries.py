"""Who follows whom, and who may see whom, as statements and conditions that nobody has run yet.

Statements take the viewer's id as the bind parameter ``viewer_id``.
"""

from enum import Enum
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    bindparam,
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

from ..accounts.models import User
from ..accounts.viewer import Viewer
from ..accounts.visibility import not_hidden
from ..data.database import AnySelect
from ..data.keyset import Window
from .models import Block, Follow, Mute

VIEWER_ID = bindparam("viewer_id", type_=BigInteger)
USER_ID = bindparam("user_id", type_=BigInteger)

# Follows by the viewer, and of the viewer: aliases, because lists made from follows select from the
# table itself.
_Mine, _Theirs = aliased(Follow), aliased(Follow)

# What a list of people shows of each.
PERSON = (
    User.id,
    User.username,
    func.coalesce(func.nullif(User.display_name, ""), User.username).label("name"),
    User.email,
    User.about_me,
    User.avatar_key,
)


class Audience(Enum):
    """What a statement must check for its viewer: all of a viewer that changes its text."""

    ANONYMOUS = "not signed in"
    UNFILTERED = "signed in, with no block or mute in either direction"
    FILTERED = "signed in, with a block in either direction or a mute"


def audience_of(viewer: Viewer) -> Audience:
    """Return what statements must check for ``viewer``. Most people have no blocks or mutes."""
    if not viewer.is_authenticated:
        return Audience.ANONYMOUS
    return Audience.FILTERED if viewer.columns["blocks_or_mutes"] else Audience.UNFILTERED


def has_blocks_or_mutes() -> ColumnElement[bool]:
    """Whether a user has blocked or muted, or is blocked by, anybody: a column."""
    return or_(
        exists().where(Block.blocker_id == User.id),
        exists().where(Block.blocked_id == User.id),
        exists().where(Mute.muter_id == User.id),
    )


def there_is(row: Select[Any]) -> ColumnElement[bool]:
    """Whether ``row``, a query by key of a single row for each row around it, finds one.

    Unlike EXISTS, a scalar subquery is not turned into a join: to count what somebody has not
    read, PostgreSQL would join all posts.
    """
    return row.scalar_subquery().is_not(None)


def followed_by_viewer() -> Select[int]:
    """Select the ids of the people whom the viewer follows."""
    return select(Follow.followed_id).where(Follow.follower_id == VIEWER_ID)


def is_followed(audience: Audience, user_id: Any = User.id) -> ColumnElement[bool]:
    """Whether the viewer follows the user of that id: a column."""
    if audience is Audience.ANONYMOUS:
        return false()
    row = select(_Mine.follower_id)
    row = row.where(_Mine.follower_id == VIEWER_ID, _Mine.followed_id == user_id)
    return there_is(row)


def follows_viewer(audience: Audience) -> ColumnElement[bool]:
    """Whether a user follows the viewer: a column."""
    if audience is Audience.ANONYMOUS:
        return false()
    row = select(_Theirs.follower_id)
    row = row.where(_Theirs.follower_id == User.id, _Theirs.followed_id == VIEWER_ID)
    return there_is(row)


def not_blocked(audience: Audience, user_id: Any = User.id) -> ColumnElement[bool]:
    """Whether the viewer may see the user of that id: a condition.

    The account is not hidden, and neither of the two has blocked the other.
    """
    if audience is not Audience.FILTERED:
        return not_hidden(user_id)
    blocked = select(Block.blocked_id).where(Block.blocker_id == VIEWER_ID)
    blockers = select(Block.blocker_id).where(Block.blocked_id == VIEWER_ID)
    return and_(not_hidden(user_id), user_id.not_in(union_all(blocked, blockers)))


def not_muted(audience: Audience, user_id: Any = User.id) -> ColumnElement[bool]:
    """Whether the viewer has not muted the user of that id: a condition."""
    if audience is not Audience.FILTERED:
        return true()
    return user_id.not_in(select(Mute.muted_id).where(Mute.muter_id == VIEWER_ID))


def may_be_notified_of(actor_id: Any) -> ColumnElement[bool]:
    """Whether a user is notified of the user ``actor_id``: no mute, no block in either direction.

    A condition for a query of users, or for one that is correlated to it.
    """
    muted = exists().where(Mute.muter_id == User.id, Mute.muted_id == actor_id)
    return not_(or_(muted.correlate_except(Mute), is_blocked_between(User.id, actor_id)))


def is_blocked_between(one: Any, other: Any) -> ColumnElement[bool]:
    """Whether one of the users of those ids has blocked the other: a condition."""
    blocks = (
        exists().where(Block.blocker_id == blocker, Block.blocked_id == blocked)
        for blocker, blocked in ((one, other), (other, one))
    )
    return or_(*(block.correlate_except(Block) for block in blocks))


def relationship_columns(audience: Audience) -> list[ColumnElement[bool]]:
    """Return what the viewer has set towards a user: ``followed``, ``blocked``, ``muted``."""
    blocked: ColumnElement[bool] = false()
    muted: ColumnElement[bool] = false()
    if audience is Audience.FILTERED:
        blocked = exists().where(Block.blocker_id == VIEWER_ID, Block.blocked_id == User.id)
        muted = exists().where(Mute.muter_id == VIEWER_ID, Mute.muted_id == User.id)
    return [is_followed(audience).label("followed"), blocked.label("blocked"), muted.label("muted")]


@cache
def person_by_username(audience: Audience) -> AnySelect:
    """Select the person with the ``username`` (bind parameter), if the viewer may see them."""
    return select(*PERSON).where(has_username(), not_blocked(audience))


@cache
def relationship_to(audience: Audience) -> AnySelect:
    """Select the person with the ``username``, and what the viewer has set towards them."""
    columns = (User.id, User.username, User.role, *relationship_columns(audience))
    return select(*columns).where(has_username())


def has_username() -> ColumnElement[bool]:
    """Whether a user has the ``username`` (bind parameter), whatever the case."""
    return func.lower(User.username) == func.lower(bindparam("username"))


@cache
def person_with_followers() -> AnySelect:
    """Select the person ``user_id`` as they are now, if neither has blocked the other.

    With their ``followers_count``, and whether they are ``followed``. For after a write: it
    always checks blocks, since one may have been added since the viewer was read.
    """
    followed = is_followed(Audience.FILTERED).label("followed")
    found = select(*PERSON, User.followers_count, followed)
    return found.where(User.id == USER_ID, not_blocked(Audience.FILTERED))


@cache
def followers(window: Window, audience: Audience) -> AnySelect:
    """Select who follows ``user_id``: people, ``since``, whether they are ``followed``."""
    return _people(window, audience, Follow.follower_id, Follow.followed_id == USER_ID)


@cache
def following(window: Window, audience: Audience) -> AnySelect:
    """Select whom ``user_id`` follows: people, ``since``, whether they are ``followed``."""
    return _people(window, audience, Follow.followed_id, Follow.follower_id == USER_ID)


def _people(
    window: Window, audience: Audience, person_id: Any, of_user: ColumnElement[bool]
) -> AnySelect:
    columns = (
        is_followed(audience).label("followed"),
        follows_viewer(audience).label("follows_viewer"),
    )
    found = select(*PERSON, Follow.since, *columns)
    found = found.join(Follow, person_id == User.id).where(of_user, not_blocked(audience))
    return window.of(found, Follow.since)


@cache
def blocked_or_muted(window: Window) -> AnySelect:
    """Select whom the viewer has blocked or muted: people, ``since``, ``blocked``, ``muted``."""
    blocks = select(
        Block.blocked_id.label("id"),
        Block.since.label("since"),
        literal(1).label("blocked"),
        literal(0).label("muted"),
    ).where(Block.blocker_id == VIEWER_ID)
    mutes = select(Mute.muted_id, Mute.since, literal(0), literal(1)).where(
        Mute.muter_id == VIEWER_ID
    )
    either = union_all(blocks, mutes).subquery()
    latest = (func.max(column).label(column.name) for column in either.c if column.name != "id")
    found = select(either.c.id, *latest).group_by(either.c.id).subquery()
    people = select(*PERSON, found.c.since, found.c.blocked, found.c.muted)
    people = people.where(not_hidden(User.id))
    return window.of(people.join(found, found.c.id == User.id), found.c.since)
