"""The counter that stands on every page of who is signed in."""

from flask_login import current_user

from . import queries


def unread_count() -> int:
    """Return how many notifications the person has not read, at most a hundred."""
    count: int = queries.count_unread(current_user).run().scalar_one()
    return count
