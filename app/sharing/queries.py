"""What is shared, as statements that nobody has run yet: what an anonymous viewer may see."""

from functools import cache
from typing import Any

from sqlalchemy import BigInteger, bindparam, select

from ..accounts.models import User
from ..accounts.visibility import not_limited
from ..data.database import AnySelect
from ..data.keyset import row_count
from ..follows.queries import PERSON, Audience, not_blocked
from ..posts.models import Post
from ..posts.queries import POST_ID, is_reply, visible_to
from ..posts.warnings import body_shown, warned_of

# Parts of the sitemap of one kind, and what one part lists: the newest.
MOST_PARTS = 1_000
MOST_LISTED = 1_000


@cache
def shared_post(audience: Audience) -> AnySelect:
    """Select the post ``post_id`` and its author, if the viewer may see it."""
    _id, username, name, *_more = PERSON
    texts = (body_shown().label("body"), Post.body_html, warned_of().label("warned_of"))
    found = select(Post.id, *texts, Post.edited_at, username, name, User.avatar_key)
    found = found.join(User, User.id == Post.author_id)
    return found.where(Post.id == POST_ID, visible_to(audience))


def threads() -> AnySelect:
    """Select the posts in the sitemap, with their last change."""
    found = select(Post.id, Post.edited_at)
    shown = visible_to(Audience.ANONYMOUS) & not_limited(Post.author_id)
    return found.where(shown, ~is_reply())


def writers() -> AnySelect:
    """Select the people whose profile has something on it."""
    found = select(User.id, User.username)
    return found.where(User.posts_count > 0, not_blocked(Audience.ANONYMOUS), not_limited(User.id))


@cache
def parts(kind: str, length: int) -> AnySelect:
    """Select the newest ids of the parts of a list of ``kind``, newest first.

    A part is the rows with ids of one period of ``length``; it is number id // length. Each is
    found from the one before along the primary key, however many rows there are between.
    """
    found = LISTED[kind]()
    id = found.selected_columns.id
    newest = found.with_only_columns(id).order_by(id.desc()).limit(row_count(1))
    part = select(newest.scalar_subquery().label("id")).cte("part", recursive=True)
    before = newest.where(id < part.c.id // length * length).correlate(part)
    part = part.union_all(select(before.scalar_subquery()).where(part.c.id.is_not(None)))
    return select(part.c.id).where(part.c.id.is_not(None)).limit(row_count(MOST_PARTS))


@cache
def listed(kind: str) -> AnySelect:
    """Select what one part of a list has: the rows with ids from ``start`` to before ``end``."""
    found = LISTED[kind]()
    id = found.selected_columns.id
    start, end = (bindparam(name, type_=BigInteger) for name in ("start", "end"))
    newest = found.where(id >= start, id < end).order_by(id.desc())
    return newest.limit(row_count(MOST_LISTED))


LISTED: dict[str, Any] = {"posts": threads, "people": writers}
