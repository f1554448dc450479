"""What a profile shows, as statements that nobody has run yet."""

from functools import cache

from sqlalchemy import or_, select

from ..accounts.models import User
from ..data.database import AnySelect
from ..data.keyset import Window
from ..follows.queries import (
    PERSON,
    USER_ID,
    Audience,
    has_username,
    not_blocked,
    relationship_columns,
)
from ..posts.models import Post
from ..posts.queries import entries, is_reply


@cache
def profile(audience: Audience) -> AnySelect:
    """Select the person with the ``username``, and what the viewer has set towards them.

    People whom the viewer has blocked are found too, or nobody could unblock; whatever the
    other one did, so that being blocked back does not show.
    """
    followed, blocked, muted = relationship_columns(audience)
    columns = (
        *PERSON,
        User.last_seen_at,
        User.posts_count,
        User.followers_count,
        User.following_count,
    )
    found = select(*columns, followed, blocked, muted)
    return found.where(has_username(), or_(not_blocked(audience), blocked.element))


@cache
def posts(window: Window, audience: Audience, *, with_replies: bool) -> AnySelect:
    """Select what ``user_id`` posted and reposted, and their replies where ``with_replies``."""
    found = entries(audience).where(Post.author_id == USER_ID)
    return window.of(found if with_replies else found.where(~is_reply()), Post.id)
