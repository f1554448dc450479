"""The number of unread groups of notifications, on every page of a signed-in viewer."""

from ..accounts.viewer import Viewer


def unread_count(viewer: Viewer) -> int:
    """Return how many groups were unread when ``viewer`` was read; 100 for more than 99."""
    count: int = viewer.columns["unread_notifications"]
    return count
