"""What a profile shows, as statements that nobody has run yet."""

from functools import cache

from sqlalchemy import ColumnElement, and_, case, false, func, or_, select

from ..accounts.models import User
from ..data.database import AnySelect
from ..data.keyset import Window, row_count
from ..follows.queries import (
    PERSON,
    USER_ID,
    VIEWER_ID,
    Audience,
    follows_viewer,
    has_username,
    not_blocked,
    relationship_columns,
    there_is,
)
from ..media.models import READY, Picture
from ..posts.models import Post
from ..posts.queries import entries, is_reply
from .models import MOST_PINNED, Pin


@cache
def profile(audience: Audience) -> AnySelect:
    """Select the person with the ``username``, and what the viewer has set towards them.

    With whether they follow the viewer (``follows_viewer``), when they were last seen if they show
    that, the banner, and the ids of their pinned posts: ``pinned_0`` and so on, null past the last.

    People whom the viewer has blocked are found too, or nobody could unblock; whatever the
    other one did, so that being blocked back does not show.
    """
    followed, blocked, muted = relationship_columns(audience)
    columns = (
        *PERSON,
        User.state,
        case((User.shows_last_seen, User.last_seen_at)).label("last_seen_at"),
        User.posts_count,
        User.followers_count,
        User.following_count,
        Picture.key.label("banner_key"),
        Picture.description.label("banner_description"),
    )
    banner = and_(
        Picture.owner_id == User.id,
        Picture.purpose == "banner",
        Picture.state == READY,
        Picture.removed_at.is_(None),
    )
    pinned = (_nth_pinned(position).label(f"pinned_{position}") for position in range(MOST_PINNED))
    follows = follows_viewer(audience).label("follows_viewer")
    found = select(*columns, followed, blocked, muted, follows, *pinned)
    found = found.select_from(User).outerjoin(Picture, banner)
    return found.where(has_username(), or_(not_blocked(audience), blocked.element))


@cache
def suspended() -> AnySelect:
    """Select the person with the ``username``, if they are suspended, and until when."""
    return select(User.username, User.state_until).where(has_username(), User.state == "suspended")


def _nth_pinned(position: int) -> ColumnElement[int | None]:
    """Return the id of a post that a user has pinned, counted from the latest, which is 0."""
    found = select(Pin.post_id).join(Post, Post.id == Pin.post_id)
    found = found.where(Pin.author_id == User.id, Post.deleted_at.is_(None))
    one = found.order_by(Pin.since.desc()).limit(row_count(1)).offset(row_count(position))
    return one.correlate(User).scalar_subquery()


@cache
def posts(
    window: Window, audience: Audience, *, with_replies: bool, without_pinned: bool = False
) -> AnySelect:
    """Select what ``user_id`` posted and reposted, and their replies where ``with_replies``.

    ``without_pinned`` leaves out the posts that are above the list.
    """
    found = entries(audience).where(Post.author_id == USER_ID)
    if without_pinned:
        pinned = select(Pin.post_id).where(Pin.author_id == USER_ID)
        found = found.where(func.coalesce(Post.repost_of_id, Post.id).not_in(pinned))
    return window.of(found if with_replies else found.where(~is_reply()), Post.id)


def is_pinned(audience: Audience) -> ColumnElement[bool]:
    """Whether a post is one that the viewer has pinned: a column."""
    if audience is Audience.ANONYMOUS:
        return false()
    row = select(Pin.post_id).where(Pin.post_id == Post.id)
    # Only the menu of the viewer's own posts says it.
    return case((Post.author_id == VIEWER_ID, there_is(row)), else_=false())
