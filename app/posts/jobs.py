"""Periodic jobs of posts."""

from datetime import timedelta

from sqlalchemy import and_, delete, exists, or_, select, update
from sqlalchemy.orm import aliased

from ..data.database import now, writing
from ..jobs import every_minute
from .models import REMOVED_KEPT, UNDO_WITHIN, Draft, Mention, Post, Tagging, Version
from .signals import posts_erased

# A draft is deleted when it was not changed for this time.
DRAFTS_KEPT = timedelta(days=90)
IN_SQL = {"synchronize_session": False}


@every_minute
def erase_deleted() -> None:
    """Delete for good the posts that can no longer be restored.

    Of a post that has replies an empty row stays, so that its thread stays whole.
    """
    reply = aliased(Post)
    gone = or_(
        and_(Post.removed_for.is_(None), ~Post.is_held, Post.deleted_at < now() - 2 * UNDO_WITHIN),
        Post.deleted_at < now() - REMOVED_KEPT,
    )
    without_replies = ~exists().where(reply.in_reply_to_id == Post.id)
    with writing() as session:
        # Drafts of replies and of edits become drafts of posts.
        for column in (Draft.in_reply_to_id, Draft.edits_id):
            of_gone = column.in_(select(Post.id).where(gone, without_replies))
            detach = update(Draft).where(of_gone).values({column: None})
            session.execute(detach, execution_options=IN_SQL)
        session.execute(delete(Post).where(gone, without_replies), execution_options=IN_SQL)
        has_content = or_(Post.body != "", Post.pictures_count > 0)
        emptied = session.scalars(select(Post.id).where(gone, has_content)).all()
        for table in (Version, Mention, Tagging):
            session.execute(
                delete(table).where(table.post_id.in_(emptied)), execution_options=IN_SQL
            )
        empty = (
            update(Post).where(Post.id.in_(emptied)).values(body="", body_html="", pictures_count=0)
        )
        session.execute(empty, execution_options=IN_SQL)
        if emptied:
            posts_erased.send(list(emptied))


@every_minute
def delete_old_drafts() -> None:
    """Delete drafts that nobody continued."""
    with writing() as session:
        old = Draft.saved_at < now() - DRAFTS_KEPT
        session.execute(delete(Draft).where(old), execution_options=IN_SQL)
