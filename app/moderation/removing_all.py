"""All posts of a person, removed by the worker, a few in each transaction."""

from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import cache
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..data.database import AnySelect, db, now, writing
from ..data.ids import id_at
from ..follows.queries import USER_ID
from ..jobs import enqueue, job
from ..posts.models import Post
from .actions import Decision, record_decision
from .assignment import close_cases_of, wait_for_turn
from .in_force import is_undone
from .log import Actor
from .models import Case, LogEntry

# Posts of one transaction, so that other writers do not wait long.
BATCH = 50
# Of removals this long ago, what a stopped worker left is still found.
RESUMED_WITHIN = timedelta(days=1)


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
        remove_posts(
            entry.person_id, entry_id, entry.rule, lambda: db.session.scalar(holds) is not None
        )


def remove_posts(person_id: int, entry_id: int, rule: str, is_wanted: Callable[[], bool]) -> None:
    """Remove what a person wrote before the decision ``entry_id``, the newest first.

    As long as ``is_wanted`` returns True: that is asked in each transaction, for which whoever
    decides about the person waits.
    """
    newest = _written_before(entry_id, person_id, select(Post))
    newest = newest.order_by(Post.id.desc()).limit(BATCH)
    is_done = False
    while not is_done:
        with writing() as session:
            wait_for_turn(session, person_id)
            found = session.scalars(newest).all() if is_wanted() else ()
            for post in found:
                post.remove(rule)
            close_cases_of([post.id for post in found])
        is_done = not found


def unfinished_removals() -> Sequence[int]:
    """Return the entries of the log of which a worker that was stopped left posts."""
    # What was put back alone stays.
    alone = aliased(LogEntry)
    put_back = select(alone.id).where(alone.post_id == Post.id, is_undone(alone)).exists()
    left = _written_before(LogEntry.id, LogEntry.person_id, select(Post.id)).where(~put_back)
    recent = select(LogEntry.id).where(
        LogEntry.action == "remove_all",
        LogEntry.id > id_at(now() - RESUMED_WITHIN),
        # Of many accounts at once, app.moderation.bulk keeps what is left.
        LogEntry.before["since"].as_string().is_(None),
        ~is_undone(),
        left.exists(),
    )
    return db.session.scalars(recent).all()


@cache
def to_be_removed() -> AnySelect:
    """Select the last decision to remove all posts of ``user_id``, and how many it has left."""
    decided = select(func.max(LogEntry.id)).where(
        LogEntry.person_id == USER_ID, LogEntry.action == "remove_all", ~is_undone()
    )
    entry_id = decided.scalar_subquery()
    columns = (entry_id.label("entry_id"), func.count(Post.id).label("left"))
    return _written_before(entry_id, USER_ID, select(*columns))


def _written_before(entry_id: Any, person_id: Any, found: AnySelect) -> AnySelect:
    """Narrow a statement down to the posts of a person from before an entry of the log."""
    return found.where(
        Post.author_id == person_id,
        Post.id < entry_id,
        Post.deleted_at.is_(None),
        Post.repost_of_id.is_(None),
    )
