"""All posts of a person, put back by the worker once their removal is undone."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from ..data.database import db, writing
from ..data.ids import moment_of
from ..jobs import job
from ..posts.models import Post
from .models import LogEntry

# Posts of one transaction, so that other writers do not wait long.
BATCH = 50


@job
def put_back_posts(entry_id: int) -> None:
    """Put back what was removed by that entry of the log, the oldest first.

    What was removed alone, or by a later entry, stays away.
    """
    removed, last_id = _removed_by(db.session.get_one(LogEntry, entry_id)), 0
    while posts := db.session.scalars(removed.where(Post.id > last_id)).all():
        last_id = posts[-1].id
        with writing():
            for post in posts:
                post.put_back()


def _removed_by(entry: LogEntry) -> Any:
    alone, undone, later = aliased(LogEntry), aliased(LogEntry), aliased(LogEntry)
    is_undone = select(undone.id).where(undone.undoes_id == alone.id).exists()
    removed_alone = select(alone.id).where(
        alone.post_id == Post.id, alone.action == "remove", ~is_undone
    )
    found = select(Post).where(
        Post.author_id == entry.person_id,
        Post.repost_of_id.is_(None),
        Post.removed_for == entry.rule,
        Post.deleted_at >= _began(entry),
        ~removed_alone.exists(),
    )
    next_ones = select(later).where(
        later.person_id == entry.person_id, later.action == entry.action, later.id > entry.id
    )
    if next_one := db.session.scalar(next_ones.order_by(later.id).limit(1)):
        found = found.where(Post.deleted_at < _began(next_one))
    return found.order_by(Post.id).limit(BATCH)


def _began(entry: LogEntry) -> datetime:
    """Return from when on posts were removed: of many people at once, before it was logged."""
    since = entry.before.get("since")
    return datetime.fromisoformat(since) if since else moment_of(entry.id)
