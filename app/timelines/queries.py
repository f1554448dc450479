"""What a timeline lists, as queries that nobody has run yet."""

from sqlalchemy import literal, select, union_all

from ..accounts.models import User
from ..db import AnySelect
from ..follows.models import Follow
from ..follows.queries import followed_by, not_muted
from ..posts.models import Post
from ..posts.queries import visible_to


def home(viewer: User) -> AnySelect:
    """The posts of those whom ``viewer`` follows and has not muted, and the viewer's own."""
    # One list of authors, not an OR: so that one walk along the index finds them all.
    heard = followed_by(viewer).where(not_muted(viewer, Follow.followed_id))
    authors = union_all(heard, select(literal(viewer.id)))
    return visible_to(viewer).where(Post.author_id.in_(authors))


def explore(viewer: User | None) -> AnySelect:
    """Everybody's posts, but for those whom ``viewer`` has muted."""
    return visible_to(viewer).where(not_muted(viewer, Post.author_id))


def newer_by_others(timeline: AnySelect, viewer: User | None, since: int) -> AnySelect:
    """What others than ``viewer`` added to ``timeline`` above the post with id ``since``."""
    newer = timeline.where(Post.id > since)
    return newer.where(Post.author_id != viewer.id) if viewer else newer
