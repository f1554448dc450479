"""The counter that stands on every page of who is signed in."""

from ..accounts.sign_in import viewer
from . import queries


def unread_count() -> int:
    """Return how many notifications who is asking has not read, at most a hundred."""
    reader = viewer()
    if reader is None:
        return 0
    if reader.unread is not None:
        return reader.unread
    count: int = queries.count_unread(reader).value()
    return count
