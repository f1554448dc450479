"""The log, as statements that nobody has run yet: all of it, and what everybody may read."""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, not_, select
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..data.database import AnySelect
from ..data.keyset import Window
from ..follows.queries import VIEWER_ID
from ..posts.models import Post
from .models import NOTIFIED, QUIET, LogEntry
from .queries import LOGGED

# Of the log, what everybody may read.
PUBLIC = (*NOTIFIED, "dismiss", "delete")


@cache
def whole_log(window: Window, filters: frozenset[str]) -> AnySelect:
    """Select entries with the usernames of who acted (``actor``) and of whom it concerns.

    ``existing_post_id`` is the post that it concerns, unless that is deleted. ``filters`` are
    names of :data:`FILTERS`, whose values are bind parameters. What moderators do about the viewer
    without notifying them is left out.
    """
    actor, person = aliased(User), aliased(User)
    columns = (actor.username.label("actor"), person.username, Post.id.label("existing_post_id"))
    found = select(*LOGGED, *columns)
    found = found.outerjoin(actor, actor.id == LogEntry.actor_id)
    found = found.outerjoin(person, person.id == LogEntry.person_id)
    found = found.outerjoin(Post, and_(Post.id == LogEntry.post_id, Post.deleted_at.is_(None)))
    is_about_viewer = func.coalesce(LogEntry.person_id, 0) == VIEWER_ID
    found = found.where(not_(and_(is_about_viewer, LogEntry.action.in_((*QUIET, "dismiss")))))
    for name in sorted(filters):
        found = found.where(FILTERS[name]())
    return window.of(found, LogEntry.id)


@cache
def public_log(window: Window) -> AnySelect:
    """Select what everybody may read of what was done, with the ``username`` of whom."""
    found = select(*LOGGED, User.username).outerjoin(User, User.id == LogEntry.person_id)
    return window.of(found.where(LogEntry.action.in_(PUBLIC)), LogEntry.id)


def _id_of(name: str) -> Any:
    return select(User.id).where(func.lower(User.username) == bindparam(name)).scalar_subquery()


FILTERS: dict[str, Callable[[], ColumnElement[bool]]] = {
    "by": lambda: LogEntry.actor_id == _id_of("by"),
    "by_command": lambda: LogEntry.actor_id.is_(None),
    "action": lambda: LogEntry.action == bindparam("action"),
    "to": lambda: LogEntry.person_id == _id_of("to"),
}
