"""Housekeeping of posts."""

from sqlalchemy import delete

from ..db import now, writing
from ..jobs import every_minute
from .models import UNDO_WITHIN, Post


@every_minute
def erase_deleted() -> None:
    """Delete for good what can no longer be brought back."""
    with writing() as session:
        session.execute(delete(Post).where(Post.deleted_at < now() - 2 * UNDO_WITHIN))
