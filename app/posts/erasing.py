"""Deleting posts for good: those that can no longer be restored, and those of who has left."""

from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, or_, select, update
from sqlalchemy.orm import Session, aliased

from ..accounts.leaving import deletes_with_account
from ..data.database import UNSYNCHRONIZED, now, writing
from .models import Draft, Mention, Post, Tagging, Version
from .signals import post_deleted, posts_erased

# Posts of a deleted account that one transaction erases, so that other writers do not wait long.
BATCH = 50


def erase(session: Session, gone: ColumnElement[bool]) -> None:
    """Delete the posts for which ``gone`` holds, in the transaction of ``session``.

    Of a post that has replies an empty row stays, so that its thread stays whole.
    """
    reply = aliased(Post)
    without_replies = ~exists().where(reply.in_reply_to_id == Post.id)
    # Drafts of replies and of edits become drafts of posts.
    for column in (Draft.in_reply_to_id, Draft.edits_id):
        of_gone = column.in_(select(Post.id).where(gone, without_replies))
        detach = update(Draft).where(of_gone).values({column: None})
        session.execute(detach, execution_options=UNSYNCHRONIZED)
    session.execute(delete(Post).where(gone, without_replies), execution_options=UNSYNCHRONIZED)
    has_content = or_(Post.body != "", Post.pictures_count > 0)
    emptied = session.scalars(select(Post.id).where(gone, has_content)).all()
    for table in (Version, Mention, Tagging):
        session.execute(
            delete(table).where(table.post_id.in_(emptied)), execution_options=UNSYNCHRONIZED
        )
    empty: Any = update(Post).where(Post.id.in_(emptied))
    empty = empty.values(body="", body_html="", pictures_count=0)
    session.execute(empty, execution_options=UNSYNCHRONIZED)
    if emptied:
        posts_erased.send(list(emptied))


@deletes_with_account
def erase_posts_of(user_id: int) -> bool:
    """Delete the newest posts and reposts of a user who has left and is hidden."""
    newest = select(Post).where(Post.author_id == user_id).order_by(Post.id.desc()).limit(BATCH)
    with writing() as session:
        posts = session.scalars(newest).all()
        ids = [post.id for post in posts]
        for post in posts:
            if post.deleted_at is None and post.repost_of_id is None:
                post_deleted.send(post)
        erase(session, Post.id.in_(ids))
        # What is left is a placeholder of nobody. Kept counts leave out hidden people already.
        left = update(Post).where(Post.id.in_(ids))
        deleted_at = func.coalesce(Post.deleted_at, now())
        nobodys = {"author_id": None, "nonce": None, "deleted_at": deleted_at}
        session.execute(left.values(nobodys), execution_options=UNSYNCHRONIZED)
        for post in posts:
            session.expunge(post)
    return bool(posts)
