"""Who follows whom, as queries that nobody has run yet."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, select
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..db import AnySelect
from .models import Follow


def followed_by(viewer: User) -> Select[int]:
    """The ids of those whom ``viewer`` follows."""
    return select(Follow.followed_id).where(Follow.follower_id == viewer.id)


def is_followed_by(viewer: User | None, author_id: Any = User.id) -> ColumnElement[bool]:
    """Whether ``viewer`` (None for a stranger) follows the user of that id: a column."""
    if viewer is None:
        return false()
    mine = aliased(Follow)  # Of its own, so that it stands in lists made from follows too.
    return exists().where(mine.follower_id == viewer.id, mine.followed_id == author_id)


def followers(author: User, viewer: User | None) -> AnySelect:
    """Those who follow ``author``: (User, since, whether ``viewer`` follows them)."""
    return (
        select(User, Follow.since, is_followed_by(viewer).label("followed"))
        .join(Follow, Follow.follower_id == User.id)
        .where(Follow.followed_id == author.id)
    )


def following(author: User, viewer: User | None) -> AnySelect:
    """Those whom ``author`` follows: (User, since, whether ``viewer`` follows them)."""
    return (
        select(User, Follow.since, is_followed_by(viewer).label("followed"))
        .join(Follow, Follow.followed_id == User.id)
        .where(Follow.follower_id == author.id)
    )
