"""Who follows whom, as queries that nobody has run yet."""

from typing import Any

from sqlalchemy import ColumnElement, Select, exists, false, select

from ..accounts.models import User
from .models import Follow


def followed_by(viewer: User) -> Select[tuple[int]]:
    """The ids of those whom ``viewer`` follows."""
    return select(Follow.followed_id).where(Follow.follower_id == viewer.id)


def is_followed_by(
    viewer: User | None, author_id: Any = User.id
) -> ColumnElement[bool]:
    """Whether ``viewer`` (None for a stranger) follows the user of that id: a column."""
    if viewer is None:
        return false()
    return exists().where(
        Follow.follower_id == viewer.id, Follow.followed_id == author_id
    )


def followers(author: User, viewer: User | None) -> Select[Any]:
    """Those who follow ``author``: (User, since, whether ``viewer`` follows them)."""
    return (
        select(User, Follow.since, is_followed_by(viewer).label("followed"))
        .join(Follow, Follow.follower_id == User.id)
        .where(Follow.followed_id == author.id)
    )


def following(author: User, viewer: User | None) -> Select[Any]:
    """Those whom ``author`` follows: (User, since, whether ``viewer`` follows them)."""
    return (
        select(User, Follow.since, is_followed_by(viewer).label("followed"))
        .join(Follow, Follow.followed_id == User.id)
        .where(Follow.follower_id == author.id)
    )
