"""Posts as queries that nobody has run yet: what you may not see, they do not find."""

from sqlalchemy import ColumnElement, Select, and_, false, func, literal, or_, select
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..db import AnySelect
from ..follows.queries import not_blocked, not_muted
from ..prepared import prepared
from .models import Post, Tagging, Version

Original = aliased(Post, name="original")


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


def own(viewer: User) -> Select[Post]:
    """The posts that ``viewer`` may delete, restore and edit, deleted ones included."""
    return select(Post).where(Post.author_id == viewer.id, Post.repost_of_id.is_(None))


def entries_for(viewer: User | None) -> AnySelect:
    """What ``viewer`` may see in timelines: posts and reposts, in the columns of an entry.

    An entry has the ``id`` that it stands in the list by, the ``shown_id`` of the post that
    it shows, and who reposted it (``reposter_id`` and names; None for a post itself).
    """
    is_repost = Post.repost_of_id.is_not(None)
    return (
        select(
            Post.id,
            func.coalesce(Post.repost_of_id, Post.id).label("shown_id"),
            Post.author_id,
            is_repost.label("is_repost"),
            User.username,
            User.display_name,
        )
        .join(User, User.id == Post.author_id)
        .outerjoin(Original, Original.id == Post.repost_of_id)
        .where(
            Post.deleted_at.is_(None),
            not_blocked(viewer, Post.author_id),
            or_(
                Post.repost_of_id.is_(None),
                and_(Original.deleted_at.is_(None), not_blocked(viewer, Original.author_id)),
            ),
        )
    )


def heard_by(viewer: User | None) -> ColumnElement[bool]:
    """Whether ``viewer`` has muted neither the author of an entry nor that of the original."""
    return and_(
        not_muted(viewer, Post.author_id),
        or_(Post.repost_of_id.is_(None), not_muted(viewer, Original.author_id)),
    )


def is_reply() -> ColumnElement[bool]:
    """Whether a post answers another one."""
    return Post.in_reply_to_id.is_not(None)


def tagged(tag: str, viewer: User | None) -> AnySelect:
    """The posts with ``tag`` (folded) that ``viewer`` may see, as entries."""
    entries = entries_for(viewer).join(Tagging, Tagging.post_id == Post.id)
    return entries.where(Tagging.tag == tag)


@prepared
def replies_to(id: int, viewer: User | None) -> AnySelect:
    """The answers to a post, and the places of deleted ones that were themselves answered."""
    return select(Post.id, Post.id.label("shown_id"), Post.deleted_at).where(
        Post.in_reply_to_id == id,
        or_(Post.deleted_at.is_(None), Post.replies_count > 0),
        not_blocked(viewer, Post.author_id),
    )


@prepared
def first_answers(ids: list[int], viewer: User | None, most: int) -> AnySelect:
    """The oldest answers, ``most`` at most, to each post of ``ids``."""
    place = func.row_number().over(partition_by=Post.in_reply_to_id, order_by=Post.id)
    ranked = (
        select(Post.id, Post.in_reply_to_id, place.label("place"))
        .where(
            Post.in_reply_to_id.in_(ids),
            Post.deleted_at.is_(None),
            not_blocked(viewer, Post.author_id),
        )
        .subquery()
    )
    return (
        select(ranked.c.id, ranked.c.in_reply_to_id)
        .where(ranked.c.place <= most)
        .order_by(ranked.c.id)
    )


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
    return select(mine.id).where(mine.repost_of_id == Post.id, mine.author_id == viewer.id).exists()


@prepared
def reposters(post: Post, viewer: User | None) -> AnySelect:
    """Who reposted ``post``: (User, id of the repost)."""
    return (
        select(User, Post.id)
        .join(Post, Post.author_id == User.id)
        .where(Post.repost_of_id == post.id, not_blocked(viewer))
    )
