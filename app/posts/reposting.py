"""Reposting: a repost is a post without a text, so that one statement reads a timeline."""

from ..accounts.visibility import step_of
from ..data.counters import tally
from ..data.database import HasId, delete_row, insert_if_absent, writing
from .models import Post, PostRef
from .signals import reposted, unreposted


def repost(viewer: HasId, post: PostRef) -> bool:
    """Show ``post`` to the followers of ``viewer``; returns False where that is so already."""
    row = {"author_id": viewer.id, "repost_of_id": post.id, "body": "", "body_html": ""}
    with writing() as session:
        added = insert_if_absent(session, Post, **row)
        if added:
            tally(session, Post, post.id, reposts_count=1)
            reposted.send(viewer, post=post)
    return added


def unrepost(viewer: HasId, post: PostRef) -> bool:
    """Undo :func:`repost`; returns False where there is nothing to undo."""
    with writing() as session:
        removed = delete_row(session, Post, author_id=viewer.id, repost_of_id=post.id)
        if removed:
            tally(session, Post, post.id, reposts_count=step_of(viewer.id, -1))
            unreposted.send(viewer, post=post)
    return removed
