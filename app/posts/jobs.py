"""Periodic jobs of posts."""

from datetime import timedelta

from sqlalchemy import and_, delete, or_

from ..data.database import UNSYNCHRONIZED, now, writing
from ..jobs import every_minute
from .erasing import erase
from .models import ERASED_AFTER, REMOVED_KEPT, Draft, Post

# A draft is deleted when it was not changed for this time.
DRAFTS_KEPT = timedelta(days=90)


@every_minute
def erase_deleted() -> None:
    """Delete for good the posts that can no longer be restored.

    Of a post that has replies an empty row stays, so that its thread stays whole.
    """
    gone = or_(
        and_(Post.removed_for.is_(None), ~Post.is_held, Post.deleted_at < now() - ERASED_AFTER),
        Post.deleted_at < now() - REMOVED_KEPT,
    )
    with writing() as session:
        erase(session, gone)


@every_minute
def delete_old_drafts() -> None:
    """Delete drafts that nobody continued."""
    with writing() as session:
        old = Draft.saved_at < now() - DRAFTS_KEPT
        session.execute(delete(Draft).where(old), execution_options=UNSYNCHRONIZED)
