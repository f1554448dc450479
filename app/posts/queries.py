"""Posts as queries that nobody has run yet: what you may not see, they do not find."""

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..data.database import AnySelect, at_most, there_is
from ..data.prepared import prepared
from ..follows.queries import PERSON, is_followed_by, not_blocked, not_muted
from .models import Post, Version

# How many answers are shown below each answer of a thread.
MOST_BELOW = 3


def visible_to(viewer: User | None) -> Select[Post]:
    """Every post that ``viewer`` (None for a stranger) may see. Reposts are none of them."""
    return select(Post).where(
        Post.deleted_at.is_(None),
        Post.repost_of_id.is_(None),
        not_blocked(viewer, Post.author_id),
    )


@prepared
def visible_post(id: int, viewer: User | None) -> Select[Post]:
    """The post of that id, if ``viewer`` may see it."""
    return visible_to(viewer).where(Post.id == id)


@prepared
def reposts_of(post: Post) -> AnySelect:
    """How many have reposted ``post`` by now."""
    return select(Post.reposts_count).where(Post.id == post.id)


def own(viewer: User) -> Select[Post]:
    """The posts that ``viewer`` may delete, restore and edit, deleted ones included."""
    return select(Post).where(Post.author_id == viewer.id, Post.repost_of_id.is_(None))


def entries_for(viewer: User | None, *, heard: bool = False) -> AnySelect:
    """What ``viewer`` may see in timelines: posts and reposts, as entries.

    An entry has the ``id`` that it stands in the list by, the ``shown_id`` of the post that
    it shows, whose it is (``author_id``), and whether it ``is_repost``: all of it is found in one
    index. With ``heard``, nothing by or of those whom ``viewer`` has muted.
    """

    def may_come_from(author_id: Any) -> ColumnElement[bool]:
        seen = not_blocked(viewer, author_id)
        return and_(seen, not_muted(viewer, author_id)) if heard else seen

    # A column and no join, after which SQLite would sort all that it found.
    original = aliased(Post)
    may_be_shown = and_(original.deleted_at.is_(None), may_come_from(original.author_id))
    shows = select(may_be_shown).where(original.id == Post.repost_of_id).scalar_subquery()
    return select(
        Post.id,
        func.coalesce(Post.repost_of_id, Post.id).label("shown_id"),
        Post.author_id,
        Post.repost_of_id.is_not(None).label("is_repost"),
    ).where(
        Post.deleted_at.is_(None),
        may_come_from(Post.author_id),
        or_(Post.repost_of_id.is_(None), shows),
    )


def is_reply() -> ColumnElement[bool]:
    """Whether a post answers another one."""
    return Post.in_reply_to_id.is_not(None)


@prepared
def replies_to(id: int, viewer: User | None) -> AnySelect:
    """The answers to a post, and the places of deleted ones that were themselves answered.

    Each with the ids of the oldest :data:`MOST_BELOW` answers to it: ``answer_0`` and so on,
    null past the last.
    """
    answers = (_answer(place, viewer).label(f"answer_{place}") for place in range(MOST_BELOW))
    return select(Post.id, Post.id.label("shown_id"), Post.deleted_at, *answers).where(
        Post.in_reply_to_id == id,
        or_(Post.deleted_at.is_(None), Post.replies_count > 0),
        not_blocked(viewer, Post.author_id),
    )


def _answer(place: int, viewer: User | None) -> ColumnElement[int]:
    # One by one along the index: what thousands answered costs no more than other posts.
    answer = aliased(Post)
    answers = select(answer.id).where(
        answer.in_reply_to_id == Post.id,
        answer.deleted_at.is_(None),
        not_blocked(viewer, answer.author_id),
    )
    return answers.order_by(answer.id).limit(at_most(1)).offset(place).scalar_subquery()


@prepared
def line_above(id: int, viewer: User | None, most: int) -> AnySelect:
    """A post and what it answers, upwards, ``most`` posts at most, the topmost first.

    ``is_visible`` tells whether ``viewer`` may see each.
    """
    line = (
        select(
            Post.id,
            Post.in_reply_to_id,
            Post.deleted_at,
            Post.author_id,
            Post.replies_count,
            literal(0).label("depth"),
        )
        .where(Post.id == id, Post.repost_of_id.is_(None))
        .cte("line", recursive=True)
    )
    above = aliased(Post, name="above")
    line = line.union_all(
        select(
            above.id,
            above.in_reply_to_id,
            above.deleted_at,
            above.author_id,
            above.replies_count,
            line.c.depth + 1,
        ).where(above.id == line.c.in_reply_to_id, line.c.depth < most)
    )
    is_visible = and_(line.c.deleted_at.is_(None), not_blocked(viewer, line.c.author_id))
    return select(
        line.c.id,
        line.c.in_reply_to_id,
        line.c.deleted_at,
        line.c.replies_count,
        is_visible.label("is_visible"),
    ).order_by(line.c.depth.desc())


@prepared
def versions(post: Post) -> AnySelect:
    """What ``post`` said before each edit."""
    found = select(Version.id, Version.body_html, Version.edited_at)
    return found.where(Version.post_id == post.id)


def is_reposted_by(viewer: User | None) -> ColumnElement[bool]:
    """Whether ``viewer`` has reposted a post: a column."""
    if viewer is None:
        return false()
    mine = aliased(Post)
    one = select(mine.id).where(mine.repost_of_id == Post.id, mine.author_id == viewer.id)
    # Most posts have none, and are not looked for among all that there are.
    return case((Post.reposts_count > 0, there_is(one)), else_=false())


@prepared
def reposters(post: Post, viewer: User | None) -> AnySelect:
    """Who reposted ``post``: people, the id of the ``repost``, whether ``viewer`` follows them."""
    followed = is_followed_by(viewer).label("followed")
    return (
        select(*PERSON, Post.id.label("repost"), followed)
        .join(Post, Post.author_id == User.id)
        .where(Post.repost_of_id == post.id, not_blocked(viewer))
    )
