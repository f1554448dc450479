"""Posts as statements that nobody has run yet: what a viewer may not see, they do not find.

Statements take the viewer's id as the bind parameter ``viewer_id``.
"""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    bindparam,
    case,
    false,
    func,
    literal,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, aliased

from ..accounts.models import User
from ..accounts.visibility import not_limited
from ..data.database import AnySelect
from ..data.keyset import Window, row_count
from ..follows.queries import (
    PERSON,
    VIEWER_ID,
    Audience,
    is_blocked_between,
    is_followed,
    not_blocked,
    not_muted,
    there_is,
)
from .models import Post, Reply, Repost, Version
from .warnings import warned_of

POST_ID = bindparam("post_id", type_=BigInteger)

# One alias for each other role of a post, made once: an alias has a copy of every column, and the
# statements are kept. No alias is nested in a query of itself, which would hide the outer one.
_Below, _DeeperBelow = aliased(Post), aliased(Post)
_Original, _OwnRepost = aliased(Post), aliased(Post)

# Posts above the opened one on its own page, and where its earlier posts are asked for.
MOST_ABOVE = 1
MOST_EARLIER = 10
# Replies that are shown below each reply of a thread.
MOST_BELOW = 3
# Posts of a conversation that are shown after the only reply to a reply.
LONGEST_CONVERSATION = 8
# Posts below a hidden one among which a visible one is searched.
MOST_SEARCHED = 100
# Counts up to this number are counted again for viewers who have blocks.
MOST_RECOUNTED = 100


def visible_to(audience: Audience, post: Any = Post) -> ColumnElement[bool]:
    """Whether the viewer may see a post: a condition. It holds for no repost."""
    return and_(
        post.deleted_at.is_(None),
        post.repost_of_id.is_(None),
        not_blocked(audience, post.author_id),
    )


def in_thread(audience: Audience, post: Any = Post) -> ColumnElement[bool]:
    """Whether a post is in its thread: it is shown there, or a descendant of it is: a condition.

    A post is shown if the viewer may see it, or the tombstone that it left when moderators removed
    it. A post that is in the thread for a descendant alone is a placeholder. The search goes down
    through hidden posts and reads at most :data:`MOST_SEARCHED`; a post with more hidden posts
    below it is in the thread too, since a visible one may follow. So with a post, all its
    ancestors are in the thread.
    """

    def shows(post: Any) -> ColumnElement[bool]:
        is_tombstone = and_(
            post.removed_for.is_not(None), ~post.is_held, not_blocked(audience, post.author_id)
        )
        return or_(visible_to(audience, post), is_tombstone)

    below = (
        select(_Below.id, shows(_Below).label("shows"))
        .where(_Below.in_reply_to_id == post.id)
        .correlate(post)
        .cte("below", recursive=True, nesting=True)
    )
    below = below.union_all(
        select(_DeeperBelow.id, shows(_DeeperBelow))
        .join(below, _DeeperBelow.in_reply_to_id == below.c.id)
        .where(~below.c.shows)
    )
    few = row_count(MOST_SEARCHED)
    searched = select(below.c.shows).limit(few).offset(row_count(0)).subquery()
    found, read = func.count().filter(searched.c.shows), func.count()
    leads_on = select(or_(found > 0, read == few)).select_from(searched).scalar_subquery()
    return or_(shows(post), leads_on)


def is_set_aside(audience: Audience, post: Any = Post) -> ColumnElement[bool]:
    """Whether a reply is by a limited person whom the viewer has nothing to do with: a condition.

    False for a viewer who wrote the reply or the post that it replies to, or follows its author.
    """
    concerned = [not_limited(post.author_id), post.author_id.is_(None)]
    if audience is not Audience.ANONYMOUS:
        people = (post.author_id, func.coalesce(post.in_reply_to_author_id, 0))
        concerned += [VIEWER_ID.in_(people), is_followed(audience, post.author_id)]
    return ~or_(*concerned)


@cache
def visible_post(audience: Audience) -> AnySelect:
    """Select the post ``post_id``, if the viewer may see it."""
    warning = warned_of().label("warned_of")
    columns = (Post.id, Post.author_id, Post.body_html, Post.edited_at, warning)
    return select(*columns).where(Post.id == POST_ID, visible_to(audience))


@cache
def is_by_limited() -> AnySelect:
    """Select the post ``post_id``, if its author is shown to followers only."""
    return select(Post.id).where(Post.id == POST_ID, ~not_limited(Post.author_id))


@cache
def any_post() -> AnySelect:
    """Select the post ``post_id``, whether or not the viewer may see it."""
    return select(Post.id, Post.author_id).where(Post.id == POST_ID)


@cache
def held(window: Window) -> AnySelect:
    """Select the viewer's posts that moderators read first, and whether they are refused."""
    columns = (Post.id, Post.body, Post.removed_for.is_not(None).label("is_refused"))
    own = select(*columns).where(Post.author_id == VIEWER_ID, Post.is_held)
    return window.of(own, Post.id)


@cache
def count_of(count: Callable[[Audience], ColumnElement[int]], audience: Audience) -> AnySelect:
    """Select a ``count`` of the post ``post_id``."""
    return select(count(audience)).where(Post.id == POST_ID)


def seen_count(
    kept: InstrumentedAttribute[int], seen: Select[int], audience: Audience
) -> ColumnElement[int]:
    """Return a count of a post as a viewer with blocks can check it: a column.

    ``kept`` counts all, ``seen`` selects the number of those that the viewer may see. Above
    :data:`MOST_RECOUNTED`, which nobody checks, the number is the kept one.
    """
    if audience is not Audience.FILTERED:
        return kept.expression
    return case((kept.between(1, MOST_RECOUNTED), seen.scalar_subquery()), else_=kept)


def replies_seen(audience: Audience) -> ColumnElement[int]:
    """How many replies to a post the viewer may see: a column."""
    seen = select(func.count(Reply.id))
    seen = seen.where(Reply.in_reply_to_id == Post.id, visible_to(audience, Reply))
    return seen_count(Post.replies_count, seen, audience)


def reposts_seen(audience: Audience) -> ColumnElement[int]:
    """How many reposts of a post are by people whom the viewer may see: a column."""
    seen = select(func.count(Repost.id))
    seen = seen.where(Repost.repost_of_id == Post.id, not_blocked(audience, Repost.author_id))
    return seen_count(Post.reposts_count, seen, audience)


def entries(audience: Audience, *, without_muted: bool = False) -> AnySelect:
    """Select what the viewer may see in timelines, posts and reposts, as entries.

    An entry has the ``id`` that orders it in the list, the ``shown_id`` of the post that
    it shows, its ``author_id``, and whether it ``is_repost``: one index covers all of these.
    ``without_muted`` leaves out what is by people whom the viewer has muted. A repost is no entry
    while its reposter and the author of the post block each other, as neither sees it.
    """

    def may_be_by(author_id: Any) -> ColumnElement[bool]:
        visible = not_blocked(audience, author_id)
        return and_(visible, not_muted(audience, author_id)) if without_muted else visible

    # A column and not a join, after which SQLite would sort everything it found.
    original_is_visible = and_(
        _Original.deleted_at.is_(None),
        may_be_by(_Original.author_id),
        not_limited(_Original.author_id),
        ~is_blocked_between(Post.author_id, _Original.author_id),
    )
    may_show = select(original_is_visible).where(_Original.id == Post.repost_of_id)
    return select(
        Post.id,
        func.coalesce(Post.repost_of_id, Post.id).label("shown_id"),
        Post.author_id,
        Post.repost_of_id.is_not(None).label("is_repost"),
    ).where(
        Post.deleted_at.is_(None),
        may_be_by(Post.author_id),
        or_(Post.repost_of_id.is_(None), may_show.scalar_subquery()),
    )


def is_reply() -> ColumnElement[bool]:
    """Whether a post is a reply."""
    return Post.in_reply_to_id.is_not(None)


@cache
def replies(window: Window, audience: Audience) -> AnySelect:
    """Select the replies to ``post_id`` that are in its thread.

    Each with whether it ``is_set_aside``, and with the ids of the oldest replies to it that are
    not, :data:`MOST_BELOW` and one more: ``reply_0`` and so on, null past the last.
    """
    nested = (
        nth_reply(position, audience).label(f"reply_{position}")
        for position in range(MOST_BELOW + 1)
    )
    aside = is_set_aside(audience).label("is_set_aside")
    found = select(Post.id, Post.removed_for, aside, *nested).where(
        Post.in_reply_to_id == POST_ID, in_thread(audience)
    )
    return window.of(found, Post.id)


def nth_reply(position: int, audience: Audience) -> ColumnElement[int | None]:
    """Return the id of a reply to a post, counted from the oldest, which is 0: a column."""
    # One at a time along the index: a post with thousands of replies costs what others do.
    found = select(Reply.id).where(Reply.in_reply_to_id == Post.id, in_thread(audience, Reply))
    found = found.where(~is_set_aside(audience, Reply))
    one = found.order_by(Reply.id).limit(row_count(1)).offset(row_count(position))
    return one.scalar_subquery()


@cache
def conversations(audience: Audience) -> AnySelect:
    """Select what follows each of the posts ``ids``, as far as each has one reply: a conversation.

    Up to :data:`LONGEST_CONVERSATION` posts, the earliest first, each with the one of ``ids`` that
    the conversation ``begins_with``.
    """
    ids: Any = bindparam("ids", expanding=True)
    only = (nth_reply(0, audience).label("next_id"), nth_reply(1, audience).label("another_id"))
    first = select(Post.id.label("begins_with"), Post.id, literal(0).label("depth"), *only)
    line = first.where(Post.id.in_(ids)).cte("conversation", recursive=True)
    line = line.union_all(
        select(line.c.begins_with, Post.id, line.c.depth + 1, *only).where(
            Post.id == line.c.next_id,
            line.c.another_id.is_(None),
            line.c.depth < LONGEST_CONVERSATION,
        )
    )
    return (
        select(line.c.begins_with, line.c.id)
        .where(line.c.depth > 0)
        .order_by(line.c.begins_with, line.c.depth)
    )


@cache
def ancestors(audience: Audience, most: int) -> AnySelect:
    """Select the post ``post_id``, if it is in a thread, and up to ``most`` ancestors.

    Topmost first, with the id of the post that each replies to.
    """
    columns = (Post.id, Post.in_reply_to_id, Post.removed_for, literal(0).label("depth"))
    opened = select(*columns).where(Post.id == POST_ID, in_thread(audience))
    line = opened.cte("line", recursive=True)
    parent = aliased(Post, name="parent")
    line = line.union_all(
        select(parent.id, parent.in_reply_to_id, parent.removed_for, line.c.depth + 1).where(
            parent.id == line.c.in_reply_to_id, line.c.depth < most
        )
    )
    return select(line.c.id, line.c.in_reply_to_id, line.c.removed_for).order_by(
        line.c.depth.desc()
    )


@cache
def versions(window: Window) -> AnySelect:
    """Select what the post ``post_id`` was before each edit."""
    columns = (Version.id, Version.body_html, Version.edited_at, Version.extra)
    return window.of(select(*columns).where(Version.post_id == POST_ID), Version.id)


def is_reposted(audience: Audience) -> ColumnElement[bool]:
    """Whether the viewer has reposted a post: a column."""
    if audience is Audience.ANONYMOUS:
        return false()
    row = select(_OwnRepost.id)
    row = row.where(_OwnRepost.repost_of_id == Post.id, _OwnRepost.author_id == VIEWER_ID)
    # Most posts have no reposts, and need no look-up.
    return case((Post.reposts_count > 0, there_is(row)), else_=false())


@cache
def reposters(window: Window, audience: Audience) -> AnySelect:
    """Select who reposted ``post_id``: people, the ``repost_id``, whether they are ``followed``."""
    columns = (*PERSON, Post.id.label("repost_id"), is_followed(audience).label("followed"))
    found = select(*columns).join(Post, Post.author_id == User.id)
    found = found.where(Post.repost_of_id == POST_ID, not_blocked(audience))
    return window.of(found, Post.id.label("repost_id"))
