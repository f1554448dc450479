"""The counts of posts leave out what hidden people do."""

from typing import Any

from sqlalchemy import select

from ..accounts.models import User
from ..accounts.signals import state_changed
from ..data.counters import recount
from ..data.database import writing
from .models import Post


@state_changed.connect
def _count_replies_and_reposts(
    user: User, *, was_hidden: bool, is_hidden: bool, **_more: Any
) -> None:
    if was_hidden == is_hidden:
        return
    own = Post.author_id == user.id
    replied_to = select(Post.in_reply_to_id).where(own, Post.in_reply_to_id.is_not(None))
    reposted = select(Post.repost_of_id).where(own, Post.repost_of_id.is_not(None))
    with writing() as session:
        recount(session, Post.replies_count, replied_to)
        recount(session, Post.reposts_count, reposted)
