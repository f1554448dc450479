"""Periodic jobs of posts."""

from collections.abc import Callable
from datetime import timedelta

from sqlalchemy import ColumnElement, and_, delete, false, or_

from ..data.database import now, writing
from ..jobs import every_minute
from .erasing import IN_SQL, erase
from .models import REMOVED_KEPT, UNDO_WITHIN, Draft, Post

# A draft is deleted when it was not changed for this time.
DRAFTS_KEPT = timedelta(days=90)

Condition = Callable[[], ColumnElement[bool]]
_needing: list[Condition] = []


def keep_posts_while(condition: Condition) -> Condition:
    """Have deleted posts stay in the database while ``condition`` of them holds: a decorator."""
    _needing.append(condition)
    return condition


def is_needed() -> ColumnElement[bool]:
    """Whether a later domain still needs a post that is deleted: a condition."""
    return or_(false(), *(condition() for condition in _needing))


@every_minute
def erase_deleted() -> None:
    """Delete for good the posts that can no longer be restored.

    Of a post that has replies an empty row stays, so that its thread stays whole.
    """
    is_old = or_(
        and_(Post.removed_for.is_(None), ~Post.is_held, Post.deleted_at < now() - 2 * UNDO_WITHIN),
        Post.deleted_at < now() - REMOVED_KEPT,
    )
    gone = and_(is_old, ~is_needed())
    with writing() as session:
        erase(session, gone)


@every_minute
def delete_old_drafts() -> None:
    """Delete drafts that nobody continued."""
    with writing() as session:
        old = Draft.saved_at < now() - DRAFTS_KEPT
        session.execute(delete(Draft).where(old), execution_options=IN_SQL)
