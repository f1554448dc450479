"""What a timeline lists, as queries that nobody has run yet."""

from typing import Any

from sqlalchemy import Select, or_

from ..accounts.models import User
from ..follows.queries import followed_by
from ..posts.models import Post
from ..posts.queries import visible_to


def home(viewer: User) -> Select[Any]:
    """The posts of those whom ``viewer`` follows, and the viewer's own."""
    return visible_to(viewer).where(
        or_(Post.author_id == viewer.id, Post.author_id.in_(followed_by(viewer)))
    )


def explore(viewer: User | None) -> Select[Any]:
    """Everybody's posts."""
    return visible_to(viewer)


def newer_by_others(
    timeline: Select[Any], viewer: User | None, since: int
) -> Select[Any]:
    """What others than ``viewer`` added to ``timeline`` above the post with id ``since``."""
    newer = timeline.where(Post.id > since)
    return newer.where(Post.author_id != viewer.id) if viewer else newer
