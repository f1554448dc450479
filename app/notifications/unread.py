"""The counter that stands on every page of who is signed in."""

from ..accounts.models import User
from . import queries


def unread_count(reader: User) -> int:
    """Return how many notifications ``reader``, who is asking, has not read; at most a hundred."""
    if reader.unread is not None:
        return reader.unread
    count: int = queries.count_unread(reader).value()
    return count
