"""What a timeline lists, as queries that nobody has run yet."""

from sqlalchemy import or_

from ..accounts.models import User
from ..db import AnySelect
from ..follows.queries import followed_by
from ..posts.models import Post
from ..posts.queries import visible_to


def home(viewer: User) -> AnySelect:
    """The posts of those whom ``viewer`` follows, and the viewer's own."""
    return visible_to(viewer).where(
        or_(Post.author_id == viewer.id, Post.author_id.in_(followed_by(viewer)))
    )


def explore(viewer: User | None) -> AnySelect:
    """Everybody's posts."""
    return visible_to(viewer)


def newer_by_others(timeline: AnySelect, viewer: User | None, since: int) -> AnySelect:
    """What others than ``viewer`` added to ``timeline`` above the post with id ``since``."""
    newer = timeline.where(Post.id > since)
    return newer.where(Post.author_id != viewer.id) if viewer else newer
