"""The counter that stands on every page of who is signed in."""

from flask_login import current_user

from . import queries

# Above this the counter says "99+": nothing counts all rows to draw a page.
MOST_COUNTED = 99


def unread_count() -> int:
    """Return how many notifications the person has not read, at most :data:`MOST_COUNTED` + 1."""
    count: int = queries.count_unread(current_user, MOST_COUNTED + 1).run().scalar_one()
    return count
