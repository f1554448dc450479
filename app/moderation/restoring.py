"""Restoring all posts of a person, by the worker, once their removal is undone."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import aliased

from ..data.database import db, now, writing
from ..data.ids import id_at, moment_of
from ..jobs import job
from ..posts.models import Post
from .assignment import wait_for_turn
from .in_force import is_undone
from .models import LogEntry
from .removing_all import BATCH, RESUMED_WITHIN, remove_as_decided


@job
def restore_all(entry_id: int) -> None:
    """Restore the posts that the entry of the log removed, the oldest first.

    A post that was removed alone, or by a later entry, stays removed.
    """
    entry, last_id = db.session.get_one(LogEntry, entry_id), 0
    while posts := _restore_next(entry, last_id):
        last_id = posts[-1].id
    # Somebody may have had all posts removed again before the last of them was back.
    if again := db.session.scalar(_later(entry).where(~is_undone()).limit(1)):
        remove_as_decided(again.id)


def unfinished_restorations() -> Iterator[int]:
    """Yield the undone entries of the log whose posts a stopped worker restored in part."""
    undoing = aliased(LogEntry)
    recent = select(LogEntry).join(undoing, undoing.undoes_id == LogEntry.id)
    recent = recent.where(
        LogEntry.action == "remove_all", undoing.id > id_at(now() - RESUMED_WITHIN)
    )
    for entry in db.session.scalars(recent).all():
        if db.session.scalar(_removed_by(entry).limit(1)):
            yield entry.id


def _restore_next(entry: LogEntry, last_id: int) -> Sequence[Post]:
    """Restore the next posts after ``last_id``, in one transaction, and return them."""
    with writing() as session:
        wait_for_turn(session, entry.person_id or 0)
        posts = session.scalars(_removed_by(entry).where(Post.id > last_id)).all()
        for post in posts:
            post.put_back()
    return posts


def _removed_by(entry: LogEntry) -> Any:
    alone = aliased(LogEntry)
    removed_alone = select(alone.id).where(
        alone.post_id == Post.id, alone.action == "remove", ~is_undone(alone)
    )
    found = select(Post).where(
        Post.author_id == entry.person_id,
        Post.repost_of_id.is_(None),
        Post.removed_for == entry.rule,
        Post.deleted_at >= _began(entry),
        ~removed_alone.exists(),
    )
    if next_one := db.session.scalar(_later(entry).limit(1)):
        found = found.where(Post.deleted_at < _began(next_one))
    return found.order_by(Post.id).limit(BATCH)


def _later(entry: LogEntry) -> Any:
    """Select what had all posts of the person removed after ``entry``, the first first."""
    later = select(LogEntry).where(
        LogEntry.person_id == entry.person_id,
        LogEntry.action == entry.action,
        LogEntry.id > entry.id,
    )
    return later.order_by(LogEntry.id)


def _began(entry: LogEntry) -> datetime:
    """Return from when on posts were removed: of many people at once, before it was logged."""
    since = entry.before.get("since")
    return datetime.fromisoformat(since) if since else moment_of(entry.id)
