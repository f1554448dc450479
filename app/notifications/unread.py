"""The number of unread groups of notifications, on every page of a signed-in viewer."""

from ..accounts.viewer import Viewer
from ..data.reading import read
from . import queries


def unread_count(viewer: Viewer) -> int:
    """Return how many groups were unread when ``viewer`` was read; 100 for more than 99."""
    count: int = viewer.columns["unread_notifications"]
    return count


def count_unread_now(viewer: Viewer) -> int:
    """Return how many are unread now, after some were marked as read in this request."""
    count: int = read(queries.count_unread(), viewer_id=viewer.id).scalar_one()
    return count
