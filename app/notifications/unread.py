"""The counter that stands on every page of who is signed in."""

from flask_login import current_user
from sqlalchemy import func, select

from ..db import db
from . import queries

# Above this the counter says "99+": nothing counts all rows to draw a page.
MOST_COUNTED = 99


def unread_count() -> int:
    """Return how many notifications the person has not read, at most :data:`MOST_COUNTED` + 1."""
    limited = queries.unread(current_user).limit(MOST_COUNTED + 1).subquery()
    return db.session.scalar(select(func.count()).select_from(limited)) or 0
