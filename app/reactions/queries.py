"""Likes and bookmarks as queries that nobody has run yet."""

from sqlalchemy import ColumnElement, case, false, select

from ..accounts.models import User
from ..data.database import AnySelect, there_is
from ..data.prepared import prepared
from ..follows.queries import PERSON, is_followed_by, not_blocked
from ..posts.models import Post
from ..posts.queries import entries_for
from .models import Bookmark, Like


@prepared
def likes_of(post: Post) -> AnySelect:
    """How many like ``post`` by now."""
    return select(Post.likes_count).where(Post.id == post.id)


def is_liked_by(viewer: User | None) -> ColumnElement[bool]:
    """Whether ``viewer`` likes a post: a column."""
    if viewer is None:
        return false()
    one = select(Like.user_id).where(Like.user_id == viewer.id, Like.post_id == Post.id)
    # Most posts have none, and are not looked for among all that there are.
    return case((Post.likes_count > 0, there_is(one)), else_=false())


def is_bookmarked_by(viewer: User | None) -> ColumnElement[bool]:
    """Whether ``viewer`` bookmarked a post: a column."""
    if viewer is None:
        return false()
    one = select(Bookmark.user_id).where(Bookmark.user_id == viewer.id, Bookmark.post_id == Post.id)
    return there_is(one)


@prepared
def bookmarks(viewer: User) -> AnySelect:
    """The posts that ``viewer`` bookmarked and may see, as entries, with since when."""
    return (
        entries_for(viewer)
        .add_columns(Bookmark.since)
        .join(Bookmark, Bookmark.post_id == Post.id)
        .where(Bookmark.user_id == viewer.id)
    )


@prepared
def who_liked(post: Post, viewer: User | None) -> AnySelect:
    """Those who like ``post``: people, since when, whether ``viewer`` follows them."""
    return (
        select(*PERSON, Like.since, is_followed_by(viewer).label("followed"))
        .join(Like, Like.user_id == User.id)
        .where(Like.post_id == post.id, not_blocked(viewer))
    )
