"""What somebody was told, as queries that nobody has run yet."""

from types import SimpleNamespace
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, or_, select

from ..accounts.models import User
from ..data.database import AnySelect, at_most, is_among, there_is
from ..data.prepared import prepared
from ..follows.queries import is_apart, not_blocked, not_muted
from ..posts.models import Post
from ..posts.queries import visible_to
from .models import Notification

# Above this the counter says "99+": nothing counts all rows to draw a page.
MOST_COUNTED = 99
# How many of the people of a group are drawn.
DRAWN = 3
# What makes rows one group: ten people like one post, and it is told once.
GROUP = (Notification.kind, Notification.post_id, Notification.is_read)


def unread(viewer: User) -> Select[int]:
    """The ids of what ``viewer`` was told and has not read."""
    return select(Notification.id).where(
        *_heard_by(viewer),
        Notification.is_read.is_(False),
        _of_no_hidden_post(viewer, Notification.post_id),
    )


@prepared
def count_unread(viewer: User) -> AnySelect:
    """How many :func:`unread` finds; counts to one more than :data:`MOST_COUNTED`."""
    counted = unread(viewer).limit(at_most(MOST_COUNTED + 1))
    return select(func.count()).select_from(counted.subquery())


def unread_of_user() -> ColumnElement[int]:
    """The same as a column of a query of users; null for who :func:`is_apart` from somebody.

    Theirs would look for blocks and mutes anew with each notification.
    """
    user: Any = SimpleNamespace(id=User.id, is_apart=False)
    counted = unread(user).limit(at_most(MOST_COUNTED + 1)).correlate(User).subquery()
    count = select(func.count()).select_from(counted).scalar_subquery()
    return case((~is_apart(), count))


@prepared
def groups(viewer: User, kind: str | None = None) -> AnySelect:
    """What ``viewer`` was told, grouped: (id, kind, post_id, is_read, count of people).

    The id of a group is that of its newest row. With ``kind``, of that kind alone.
    """
    newest = func.max(Notification.id).label("id")
    people = func.count(Notification.actor_id.distinct()).label("people")
    rows = select(newest, *GROUP, people).where(*_heard_by(viewer))
    if kind is not None:
        rows = rows.where(Notification.kind == kind)
    # Posts are looked at once for each group that is listed, not once for each row.
    found = rows.group_by(*GROUP).subquery("found")
    return select(found).where(_of_no_hidden_post(viewer, found.c.post_id))


@prepared
def newest_people(viewer: User, kinds: list[str], posts: list[int]) -> AnySelect:
    """The newest :data:`DRAWN` people of each of some groups, the newest first.

    The groups are those of ``kinds`` that are of no post, or of one of ``posts`` (ids). Columns:
    kind, post_id, is_read, username, display_name, email.
    """
    ranked = (
        select(
            *GROUP,
            Notification.actor_id,
            func.row_number()
            .over(partition_by=GROUP, order_by=func.max(Notification.id).desc())
            .label("place"),
        )
        .where(
            *_heard_by(viewer),
            is_among(Notification.kind, kinds),
            or_(Notification.post_id.is_(None), is_among(Notification.post_id, posts)),
        )
        .group_by(*GROUP, Notification.actor_id)
        .subquery("ranked")
    )
    group = (ranked.c.kind, ranked.c.post_id, ranked.c.is_read)
    return (
        select(*group, User.username, User.display_name, User.email)
        .join(ranked, ranked.c.actor_id == User.id)
        .where(ranked.c.place <= DRAWN)
        .order_by(ranked.c.place)
    )


@prepared
def texts(viewer: User, posts: list[int]) -> AnySelect:
    """The (id, body) of ``posts``, which are ids."""
    return visible_to(viewer).where(is_among(Post.id, posts)).with_only_columns(Post.id, Post.body)


def _heard_by(viewer: User) -> tuple[ColumnElement[bool], ...]:
    # Who was blocked or muted since is not heard of either.
    return (
        Notification.user_id == viewer.id,
        not_blocked(viewer, Notification.actor_id),
        not_muted(viewer, Notification.actor_id),
    )


def _of_no_hidden_post(viewer: User, post_id: Any) -> ColumnElement[bool]:
    visible = visible_to(viewer).where(Post.id == post_id).with_only_columns(Post.id)
    return or_(post_id.is_(None), there_is(visible))
