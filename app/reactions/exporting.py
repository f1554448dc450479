"""What people take along of their likes and bookmarks."""

from sqlalchemy import select

from ..accounts.exporting import OWNER_ID, add_to_export
from ..data.database import AnySelect
from .models import Bookmark, Like


def _likes() -> AnySelect:
    own = select(Like.post_id, Like.since).where(Like.user_id == OWNER_ID)
    return own.order_by(Like.since)


def _bookmarks() -> AnySelect:
    own = select(Bookmark.post_id, Bookmark.since).where(Bookmark.user_id == OWNER_ID)
    return own.order_by(Bookmark.since)


add_to_export("likes", _likes, "since")
add_to_export("bookmarks", _bookmarks, "since")
