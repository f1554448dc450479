"""Scheduling: which picture is decoded next. The owners of those that wait take turns.

Nobody waits for all the pictures of somebody else.
"""

import time
from functools import cache
from typing import NamedTuple

from sqlalchemy import bindparam, func, select

from ..data.database import AnySelect, now
from ..data.reading import read_latest
from ..data.types import UtcDateTime
from .models import WAITING, Picture

# When an owner, of whom pictures wait, had the last turn (of the monotonic clock).
_turns: dict[int | None, float] = {}


class Due(NamedTuple):
    """A picture that waits, its owner, and all owners of whom some wait."""

    id: int
    owner_id: int | None
    owners: set[int | None]


def next_waiting() -> Due | None:
    """Return the picture to begin with: the oldest of the owner who waits longest for a turn."""
    found = read_latest(_first_of_owners(), now=now()).all()
    if not found:
        return None
    first = min(found, key=lambda row: (_turns.get(row.owner_id, 0), row.id))
    return Due(first.id, first.owner_id, {row.owner_id for row in found})


def take_turn(due: Due) -> None:
    """Note whose turn it was. For one thread at a time."""
    for owner_id in _turns.keys() - due.owners:
        del _turns[owner_id]
    _turns[due.owner_id] = time.monotonic()


@cache
def _first_of_owners() -> AnySelect:
    is_due = Picture.due_at <= bindparam("now", type_=UtcDateTime)
    waits = select(Picture.owner_id, func.min(Picture.id).label("id"))
    waits = waits.where(Picture.state == WAITING, is_due, Picture.removed_at.is_(None))
    return waits.group_by(Picture.owner_id)
