"""What still holds of what was decided: it can be undone, and appealed against."""

from typing import Any

from sqlalchemy import ColumnElement, and_, case, false, select, true
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..data.database import writing
from ..posts.models import Post
from ..posts.warnings import PostWarning
from .models import LogEntry


def is_undone(entry: Any = LogEntry) -> ColumnElement[bool]:
    """Whether a later entry of the log undoes ``entry``: a condition."""
    later = aliased(LogEntry)
    return select(later.id).where(later.undoes_id == entry.id).exists()


def is_in_force() -> ColumnElement[bool]:
    """Whether what an entry of the log says holds: a condition.

    It is not undone; the post is there, and as it was decided; and the account is in the state that
    this entry, and none after it, has put it into.
    """
    later = aliased(LogEntry)
    is_later = and_(
        later.person_id == LogEntry.person_id,
        later.action == LogEntry.action,
        later.id > LogEntry.id,
    )
    is_last = ~select(later.id).where(is_later, ~is_undone(later)).exists()
    state = select(User.state).where(User.id == LogEntry.person_id).scalar_subquery()
    removed = select(Post.id).where(Post.id == LogEntry.post_id, Post.removed_for.is_not(None))
    warning = select(PostWarning.post_id).where(PostWarning.post_id == LogEntry.post_id)
    holds = case(
        (LogEntry.action == "limit", and_(state == "limited", is_last)),
        (LogEntry.action == "suspend", and_(state == "suspended", is_last)),
        (LogEntry.action == "remove", removed.where(~Post.is_held).exists()),
        (LogEntry.action == "refuse", removed.where(Post.is_held).exists()),
        (LogEntry.action == "mark", warning.exists()),
        (LogEntry.action.in_(("warn", "remove_all")), true()),
        else_=false(),
    )
    return and_(holds, state.is_not(None), ~is_undone())


def holds(entry: LogEntry) -> bool:
    """Whether what ``entry`` says is in force now."""
    found = select(LogEntry.id).where(LogEntry.id == entry.id, is_in_force())
    with writing() as session:
        return session.scalar(found) is not None


def state_in_force(person: User) -> LogEntry | None:
    """Return the entry that has put the account of ``person`` into its state, if one did."""
    states = ("limit", "suspend")
    found = select(LogEntry).where(
        LogEntry.person_id == person.id, LogEntry.action.in_(states), is_in_force()
    )
    with writing() as session:
        return session.scalar(found)
