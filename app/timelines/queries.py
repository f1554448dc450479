"""What a timeline lists, as queries that nobody has run yet. All are entries of posts."""

from sqlalchemy import literal, or_, select, union_all

from ..accounts.models import User
from ..db import AnySelect
from ..follows.queries import followed_by
from ..posts.models import Post
from ..posts.queries import entries_for, heard_by, is_reply, tagged


def home(viewer: User) -> AnySelect:
    """What those whom ``viewer`` follows post and repost, and the viewer's own posts.

    An answer is there when it is between people whom the viewer follows.
    """
    # One list of authors, not an OR: so that one walk along the index finds them all.
    authors = union_all(followed_by(viewer), select(literal(viewer.id)))
    return entries_for(viewer).where(
        Post.author_id.in_(authors),
        or_(~is_reply(), Post.in_reply_to_author_id.in_(authors)),
        # Whoever reposts has just read the post, and need not find it again.
        or_(Post.repost_of_id.is_(None), Post.author_id != viewer.id),
        heard_by(viewer),
    )


def explore(viewer: User | None) -> AnySelect:
    """What everybody posts, without answers and reposts."""
    return entries_for(viewer).where(~is_reply(), Post.repost_of_id.is_(None), heard_by(viewer))


def tag(folded: str, viewer: User | None) -> AnySelect:
    """What everybody posts with a tag."""
    return tagged(folded, viewer).where(heard_by(viewer))


def newer_by_others(timeline: AnySelect, viewer: User | None, since: int) -> AnySelect:
    """What others than ``viewer`` added to ``timeline`` above the entry with id ``since``."""
    newer = timeline.where(Post.id > since)
    return newer.where(Post.author_id != viewer.id) if viewer else newer
