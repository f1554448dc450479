"""All posts of a person, removed by the worker, a few in each transaction."""

from functools import cache
from typing import Any

from sqlalchemy import func, select

from ..accounts.models import User
from ..data.database import AnySelect, db, writing
from ..follows.queries import USER_ID
from ..jobs import enqueue, job
from ..posts.models import Post
from .actions import Decision, tell
from .models import LogEntry

# Posts of one transaction, so that other writers do not wait long.
BATCH = 50


def remove_all(moderator: Any, person: User, decision: Decision) -> LogEntry:
    """Have the worker remove every post that ``person`` has written."""
    with writing():
        posts = {"before": {"posts": person.posts_count}, "after": {"posts": 0}}
        entry = tell(moderator, "remove_all", decision, person, **posts)
        enqueue(remove_posts, person.id, decision.rule)
    return entry


@job
def remove_posts(person_id: int, rule: str) -> None:
    """Remove the posts of a person, the newest first."""
    found = select(Post).where(
        Post.author_id == person_id, Post.deleted_at.is_(None), Post.repost_of_id.is_(None)
    )
    newest = found.order_by(Post.id.desc()).limit(BATCH)
    while posts := db.session.scalars(newest).all():
        with writing():
            for post in posts:
                post.remove(rule)


@cache
def to_be_removed() -> AnySelect:
    """Select how many posts of ``user_id`` there are."""
    return select(func.count(Post.id)).where(
        Post.author_id == USER_ID, Post.deleted_at.is_(None), Post.repost_of_id.is_(None)
    )
