"""Likes and bookmarks, as statements and columns that nobody has run yet."""

from functools import cache

from sqlalchemy import ColumnElement, case, false, func, select

from ..accounts.models import User
from ..data.database import AnySelect
from ..data.keyset import Window
from ..follows.queries import PERSON, VIEWER_ID, Audience, is_followed, not_blocked, there_is
from ..posts.models import Post
from ..posts.queries import POST_ID, entries, seen_count
from .models import Bookmark, Like


def is_liked(audience: Audience) -> ColumnElement[bool]:
    """Whether the viewer likes a post: a column."""
    if audience is Audience.ANONYMOUS:
        return false()
    row = select(Like.user_id).where(Like.user_id == VIEWER_ID, Like.post_id == Post.id)
    # Most posts have no likes, and need no look-up.
    return case((Post.likes_count > 0, there_is(row)), else_=false())


def likes_seen(audience: Audience) -> ColumnElement[int]:
    """How many people whom the viewer may see like a post: a column."""
    seen = select(func.count(Like.user_id))
    seen = seen.where(Like.post_id == Post.id, not_blocked(audience, Like.user_id))
    return seen_count(Post.likes_count, seen, audience)


def is_bookmarked(audience: Audience) -> ColumnElement[bool]:
    """Whether the viewer bookmarked a post: a column."""
    if audience is Audience.ANONYMOUS:
        return false()
    row = select(Bookmark.user_id).where(Bookmark.user_id == VIEWER_ID, Bookmark.post_id == Post.id)
    return there_is(row)


@cache
def bookmarks(window: Window, audience: Audience) -> AnySelect:
    """Select what the viewer bookmarked and may see, as entries with ``since``."""
    found = entries(audience).add_columns(Bookmark.since)
    found = found.join(Bookmark, Bookmark.post_id == Post.id)
    return window.of(found.where(Bookmark.user_id == VIEWER_ID), Bookmark.since)


@cache
def likers(window: Window, audience: Audience) -> AnySelect:
    """Select who likes ``post_id``: people, ``since``, whether they are ``followed``."""
    found = select(*PERSON, Like.since, is_followed(audience).label("followed"))
    found = found.join(Like, Like.user_id == User.id)
    return window.of(found.where(Like.post_id == POST_ID, not_blocked(audience)), Like.since)
