"""Housekeeping of posts."""

from datetime import timedelta

from sqlalchemy import delete, exists, select, update
from sqlalchemy.orm import aliased

from ..data.database import now, writing
from ..jobs import every_minute
from .models import UNDO_WITHIN, Draft, Mention, Post, Tagging, Version

# A draft that nobody went on with for so long is forgotten.
DRAFTS_KEPT = timedelta(days=90)
IN_SQL = {"synchronize_session": False}


@every_minute
def erase_deleted() -> None:
    """Delete for good what can no longer be brought back.

    Of a post that was answered an empty place stays, so that its thread stays whole.
    """
    reply = aliased(Post)
    gone = Post.deleted_at < now() - 2 * UNDO_WITHIN
    unanswered = ~exists().where(reply.in_reply_to_id == Post.id)
    with writing() as session:
        # What others were writing in answer is not lost with it.
        about_it = Draft.in_reply_to_id.in_(select(Post.id).where(gone, unanswered))
        let_go = update(Draft).where(about_it).values(in_reply_to_id=None)
        session.execute(let_go, execution_options=IN_SQL)
        session.execute(delete(Post).where(gone, unanswered), execution_options=IN_SQL)
        answered = session.scalars(select(Post.id).where(gone, Post.body != "")).all()
        for table in (Version, Mention, Tagging):
            session.execute(
                delete(table).where(table.post_id.in_(answered)), execution_options=IN_SQL
            )
        emptied = update(Post).where(Post.id.in_(answered)).values(body="", body_html="")
        session.execute(emptied, execution_options=IN_SQL)


@every_minute
def forget_old_drafts() -> None:
    """Delete drafts that nobody went on with."""
    with writing() as session:
        old = Draft.saved_at < now() - DRAFTS_KEPT
        session.execute(delete(Draft).where(old), execution_options=IN_SQL)
