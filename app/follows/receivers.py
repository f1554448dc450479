"""The counts of others leave out what hidden people do."""

from typing import Any

from sqlalchemy import select

from ..accounts.models import User
from ..accounts.signals import state_changed
from ..data.counters import recount
from ..data.database import writing
from .models import Follow


@state_changed.connect
def _count_follows(user: User, *, was_hidden: bool, is_hidden: bool, **_more: Any) -> None:
    if was_hidden == is_hidden:
        return
    followed = select(Follow.followed_id).where(Follow.follower_id == user.id)
    followers = select(Follow.follower_id).where(Follow.followed_id == user.id)
    with writing() as session:
        recount(session, User.followers_count, followed)
        recount(session, User.following_count, followers)
