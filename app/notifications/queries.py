"""What a viewer is notified of, as statements that nobody has run yet."""

from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, case, func, or_, select

from ..accounts.models import User
from ..data.database import AnySelect
from ..data.keyset import Window, row_count
from ..follows.queries import (
    VIEWER_ID,
    Audience,
    has_blocks_or_mutes,
    may_be_notified_of,
    not_blocked,
    not_muted,
    there_is,
)
from ..posts.models import Post
from ..posts.queries import visible_to
from ..web.paging import MOST_COUNTED
from .models import Notification

# People of a group whose names and avatars are shown.
NAMED = 3
# Unread notifications of which the groups are counted.
MOST_GROUPED = 1000
# Rows that are equal in these are one group: ten people like one post, in one sentence.
GROUP = (Notification.kind, Notification.post_id, Notification.is_read)


@cache
def count_unread() -> AnySelect:
    """Select :func:`unread_of_user` of the viewer."""
    return select(unread_of_user()).where(User.id == VIEWER_ID)


def unread_of_user() -> ColumnElement[int]:
    """Return how many groups of notifications are unread for a user: a column.

    It counts to one more than :data:`MOST_COUNTED`, among the newest :data:`MOST_GROUPED`
    notifications. Only users with blocks or mutes need the condition on each actor. The author of
    the post needs none: they are the actor or the user.
    """
    unread = select(Notification.kind, Notification.post_id).where(
        Notification.user_id == User.id, Notification.is_read.is_(False)
    )
    allowed = unread.where(may_be_notified_of(Notification.actor_id))
    return case((~has_blocks_or_mutes(), _count_groups(unread)), else_=_count_groups(allowed))


def _count_groups(rows: AnySelect) -> ColumnElement[int]:
    newest = rows.order_by(Notification.id.desc()).limit(row_count(MOST_GROUPED))
    (kind, post_id) = newest.offset(row_count(0)).correlate(User).subquery("newest").c
    found = select(kind, post_id).distinct().subquery("found")
    listed = select(found).where(_is_of_visible_post(found.c.post_id, Audience.UNFILTERED))
    counted = listed.limit(row_count(MOST_COUNTED + 1)).offset(row_count(0)).subquery("counted")
    return select(func.count()).select_from(counted).scalar_subquery()


@cache
def groups(window: Window, audience: Audience, *, of_kind: bool) -> AnySelect:
    """Select the viewer's notifications in groups: (id, kind, post_id, is_read, people).

    The id of a group is that of its newest row; ``people`` counts the actors. With ``of_kind``,
    only those of the ``kind`` (bind parameter).
    """
    newest = func.max(Notification.id).label("id")
    people = func.count(Notification.actor_id.distinct()).label("people")
    rows = select(newest, *GROUP, people).where(_is_of_viewer(audience))
    if of_kind:
        rows = rows.where(Notification.kind == bindparam("kind"))
    # Posts are looked up once for each group of the page, not once for each row.
    found = rows.group_by(*GROUP).subquery("found")
    listed = select(found).where(_is_of_visible_post(found.c.post_id, audience))
    return window.of(listed, found.c.id)


@cache
def newest_people(audience: Audience) -> AnySelect:
    """Select the newest :data:`NAMED` people of each of some groups, the newest first.

    Of the groups of ``kinds`` that are about no post, or about one of the ``posts`` (bind
    parameters, lists). Columns: kind, post_id, is_read, username, display_name, email.
    """
    ranked = (
        select(
            *GROUP,
            Notification.actor_id,
            func.row_number()
            .over(partition_by=GROUP, order_by=func.max(Notification.id).desc())
            .label("rank"),
        )
        .where(
            _is_of_viewer(audience),
            Notification.kind.in_(bindparam("kinds", expanding=True)),
            or_(
                Notification.post_id.is_(None),
                Notification.post_id.in_(bindparam("posts", expanding=True)),
            ),
        )
        .group_by(*GROUP, Notification.actor_id)
        .subquery("ranked")
    )
    group = (ranked.c.kind, ranked.c.post_id, ranked.c.is_read)
    return (
        select(*group, User.username, User.display_name, User.email)
        .join(ranked, ranked.c.actor_id == User.id)
        .where(ranked.c.rank <= NAMED)
        .order_by(ranked.c.rank)
    )


@cache
def texts(audience: Audience) -> AnySelect:
    """Select the (id, body) of the ``posts`` (bind parameter, a list of ids)."""
    posts = Post.id.in_(bindparam("posts", expanding=True))
    return select(Post.id, Post.body).where(posts, visible_to(audience))


def _is_of_viewer(audience: Audience) -> ColumnElement[bool]:
    # People who were blocked or muted after the notification are left out too.
    return and_(
        Notification.user_id == VIEWER_ID,
        not_blocked(audience, Notification.actor_id),
        not_muted(audience, Notification.actor_id),
    )


def _is_of_visible_post(post_id: Any, audience: Audience) -> ColumnElement[bool]:
    visible = select(Post.id).where(Post.id == post_id, visible_to(audience))
    return or_(post_id.is_(None), there_is(visible))
