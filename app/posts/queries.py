"""Posts as queries that nobody has run yet: what you may not see, they do not find."""

from sqlalchemy import Select, select

from ..accounts.models import User
from ..db import AnySelect
from ..follows.queries import not_blocked
from .models import Post


def visible_to(viewer: User | None) -> Select[Post]:
    """Every post that ``viewer`` (None for a stranger) may see."""
    return select(Post).where(Post.deleted_at.is_(None), not_blocked(viewer, Post.author_id))


def written_by(author: User, viewer: User | None) -> Select[Post]:
    """The posts of ``author`` that ``viewer`` may see."""
    return visible_to(viewer).where(Post.author_id == author.id)


def own(viewer: User) -> Select[Post]:
    """The posts that ``viewer`` may delete and restore, deleted ones included."""
    return select(Post).where(Post.author_id == viewer.id)


def as_cards(posts: AnySelect) -> AnySelect:
    """The columns of ``posts`` and their authors that :func:`app.posts.cards.card` draws."""
    return posts.join(User, User.id == Post.author_id).with_only_columns(
        Post.id,
        Post.body_html,
        Post.author_id,
        User.username,
        User.display_name,
        User.email,
    )
