"""What people take along of their pins."""

from sqlalchemy import select

from ..accounts.exporting import OWNER_ID, add_to_export
from ..data.database import AnySelect
from .models import Pin


def _pins() -> AnySelect:
    return select(Pin.post_id, Pin.since).where(Pin.author_id == OWNER_ID).order_by(Pin.since)


add_to_export("pinned", _pins, "since")
