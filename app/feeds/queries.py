"""What a feed lists, as statements that nobody has run yet: what anonymous viewers may see."""

from collections.abc import Callable
from functools import cache
from typing import Any

from sqlalchemy import select

from ..accounts.models import User
from ..accounts.visibility import not_limited
from ..data.database import AnySelect
from ..data.keyset import Window
from ..follows.queries import PERSON, Audience, person_by_username
from ..posts.models import Post
from ..posts.queries import visible_to
from ..posts.warnings import warned_of
from ..profiles import queries as profiles
from ..timelines import queries as timelines


@cache
def items(listed: AnySelect, window: Window) -> AnySelect:
    """Select the posts of ``listed``, ids in a window, with their text and author."""
    entry = listed.subquery("entry")
    _id, username, name, *_more = PERSON
    text = (Post.body_html, warned_of().label("warned_of"))
    found = select(Post.id, *text, Post.pictures_count, Post.edited_at)
    found = found.add_columns(username, name, User.avatar_key)
    found = found.join(entry, entry.c.id == Post.id).join(User, User.id == Post.author_id)
    return window.ordered(found.where(visible_to(Audience.ANONYMOUS)), entry.c.id)


def explore(window: Window) -> AnySelect:
    """Select what everybody posts, without replies and reposts."""
    return items(timelines.explore(window, Audience.ANONYMOUS), window)


def tag(window: Window) -> AnySelect:
    """Select what everybody posts with the ``tag``."""
    return items(timelines.tag(window, Audience.ANONYMOUS), window)


@cache
def person() -> AnySelect:
    """Select the person with the ``username``, unless only followers read what they post."""
    return person_by_username(Audience.ANONYMOUS).where(not_limited(User.id))


@cache
def profile(window: Window) -> AnySelect:
    """Select what ``user_id`` posts, without replies and reposts."""
    listed = profiles.posts(window, Audience.ANONYMOUS, with_replies=False)
    return items(listed.where(Post.repost_of_id.is_(None)), window)


def found_by(search: Callable[[Window], Any]) -> Callable[[Window], AnySelect]:
    """Return the list of the posts that a search finds by time."""
    return lambda window: items(search(window), window)
