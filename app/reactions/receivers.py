"""The counts of likes leave out those of hidden people."""

from typing import Any

from sqlalchemy import select

from ..accounts.models import User
from ..accounts.signals import state_changed
from ..data.counters import recount
from ..data.database import writing
from ..posts.models import Post
from .models import Like


@state_changed.connect
def _count_likes(user: User, *, was_hidden: bool, is_hidden: bool, **_more: Any) -> None:
    if was_hidden != is_hidden:
        with writing() as session:
            recount(session, Post.likes_count, select(Like.post_id).where(Like.user_id == user.id))
