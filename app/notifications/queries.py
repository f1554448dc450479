"""What a viewer is notified of, as statements that nobody has run yet."""

from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    and_,
    bindparam,
    case,
    func,
    literal,
    or_,
    select,
    union_all,
)

from ..accounts.models import User
from ..accounts.visibility import not_hidden
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
from ..posts.queries import replies_seen, visible_to
from ..posts.warnings import body_shown
from ..reactions.queries import is_liked, likes_seen
from ..web.paging import MOST_COUNTED
from .models import Notification

# People of a group whose names and avatars are shown.
NAMED = 3
# Unread notifications of which the groups are counted.
MOST_GROUPED = 1000
# Rows that are equal in these are one group, if all are new or none is: ten people like one post,
# in one sentence.
GROUP = (Notification.kind, Notification.post_id)
# What came after this id is new.
NEW_AFTER = bindparam("new_after", type_=BigInteger)


def unread_of_user() -> ColumnElement[int]:
    """Return how many groups of notifications are unread for a user: a column.

    It counts to one more than :data:`MOST_COUNTED`, among the newest :data:`MOST_GROUPED`
    notifications. Only users with blocks or mutes need the condition on each actor. The author of
    the post needs none: they are the actor or the user.
    """
    unread = select(Notification.kind, Notification.post_id).where(
        Notification.user_id == User.id,
        Notification.id > User.notifications_read_at,
        not_hidden(Notification.actor_id),
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
    """Select the viewer's notifications in groups: (id, kind, post_id, is_new, people).

    The id of a group is that of its newest row; ``people`` counts the actors; it is new if its rows
    are later than the id ``new_after`` (bind parameter). With ``of_kind``, only those of the
    ``kind`` (bind parameter).
    """
    # Two parts, each of which SQLite reads along the index of groups.
    found = union_all(
        _grouped(audience, of_kind=of_kind, is_new=True),
        _grouped(audience, of_kind=of_kind, is_new=False),
    ).subquery("found")
    # Posts are looked up once for each group of the page, not once for each row.
    listed = select(found).where(_is_of_visible_post(found.c.post_id, audience))
    return window.of(listed, found.c.id)


def _grouped(audience: Audience, *, of_kind: bool, is_new: bool) -> AnySelect:
    newest = func.max(Notification.id).label("id")
    # Nobody is notified twice of the same, so each row is another actor.
    people = func.count().label("people")
    later = Notification.id > NEW_AFTER
    rows = select(newest, *GROUP, literal(is_new).label("is_new"), people)
    rows = rows.where(later if is_new else ~later, _is_of_viewer(audience))
    if of_kind:
        rows = rows.where(Notification.kind == bindparam("kind"))
    return rows.group_by(*GROUP)


@cache
def newest_people(audience: Audience) -> AnySelect:
    """Select the newest :data:`NAMED` people of each of some groups, the newest first.

    Of the groups of ``kinds`` that are about no post, or about one of the ``posts`` (bind
    parameters, lists). Columns: kind, post_id, is_new, username, display_name, email,
    avatar_key.
    """
    found = (
        select(
            *GROUP,
            (Notification.id > NEW_AFTER).label("is_new"),
            Notification.actor_id,
            Notification.id,
        )
        .where(
            _is_of_viewer(audience),
            Notification.kind.in_(bindparam("kinds", expanding=True)),
            or_(
                Notification.post_id.is_(None),
                Notification.post_id.in_(bindparam("posts", expanding=True)),
            ),
        )
        .subquery("found")
    )
    group = (found.c.kind, found.c.post_id, found.c.is_new)
    ranked = (
        select(
            *group,
            found.c.actor_id,
            func.row_number()
            .over(partition_by=group, order_by=func.max(found.c.id).desc())
            .label("rank"),
        )
        .group_by(*group, found.c.actor_id)
        .subquery("ranked")
    )
    return (
        select(
            *ranked.c["kind", "post_id", "is_new"],
            User.username,
            User.display_name,
            User.email,
            User.avatar_key,
        )
        .join(ranked, ranked.c.actor_id == User.id)
        .where(ranked.c.rank <= NAMED)
        .order_by(ranked.c.rank)
    )


@cache
def posts(audience: Audience) -> AnySelect:
    """Select the ``posts`` (bind parameter, a list of ids), with what their buttons show.

    Columns: id, body, ``replies``, ``likes``, ``liked``.
    """
    columns = (
        Post.id,
        body_shown().label("body"),
        replies_seen(audience).label("replies"),
        likes_seen(audience).label("likes"),
        is_liked(audience).label("liked"),
    )
    wanted = Post.id.in_(bindparam("posts", expanding=True))
    return select(*columns).where(wanted, visible_to(audience))


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
