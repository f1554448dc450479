"""All posts of a person, removed by the worker, a few in each transaction."""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import func, select

from ..accounts.models import User
from ..data.database import AnySelect, db, writing
from ..follows.queries import USER_ID
from ..jobs import enqueue, job
from ..posts.models import Post
from .actions import Decision, record_decision
from .in_force import is_undone
from .log import Actor
from .models import Case, LogEntry
from .taking import close_cases_of, wait_for_turn

# Posts of one transaction, so that other writers do not wait long.
BATCH = 50


def remove_all(
    moderator: Actor, person: User, decision: Decision, case: Case | None = None
) -> LogEntry:
    """Have the worker remove every post that ``person`` has written."""
    with writing():
        posts = {"before": {"posts": person.posts_count}, "after": {"posts": 0}}
        entry = record_decision(moderator, "remove_all", decision, person, case, **posts)
        enqueue(remove_as_decided, entry.id)
    return entry


@job
def remove_as_decided(entry_id: int) -> None:
    """Remove all posts, as that entry of the log says, until somebody undoes it."""
    entry = db.session.get_one(LogEntry, entry_id)
    if entry.person_id:
        holds = select(LogEntry.id).where(LogEntry.id == entry_id, ~is_undone())
        remove_posts(entry.person_id, entry.rule, lambda: db.session.scalar(holds) is not None)


def remove_posts(person_id: int, rule: str, is_wanted: Callable[[], bool]) -> None:
    """Remove the posts of a person, the newest first, as long as ``is_wanted`` returns True.

    That is asked in each transaction, for which whoever decides about the person waits.
    """
    newest = written_by(select(Post)).order_by(Post.id.desc()).limit(BATCH)
    is_done = False
    while not is_done:
        with writing() as session:
            wait_for_turn(session, person_id)
            found = session.scalars(newest, {"user_id": person_id}).all() if is_wanted() else ()
            for post in found:
                post.remove(rule)
            close_cases_of([post.id for post in found])
        is_done = not found


def written_by(found: Any) -> Any:
    """Narrow a statement down to the posts of ``user_id`` that are there."""
    return found.where(
        Post.author_id == USER_ID, Post.deleted_at.is_(None), Post.repost_of_id.is_(None)
    )


@cache
def to_be_removed() -> AnySelect:
    """Select how many posts of ``user_id`` there are."""
    count: AnySelect = written_by(select(func.count(Post.id)))
    return count
