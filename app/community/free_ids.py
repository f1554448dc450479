"""Ids of rows that are loaded: each is the moment when its row was made."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from sqlalchemy import select

from ..data.database import db
from ..data.ids import LOW_BITS, id_at


def free_ids(model: type[Any], moments: list[datetime]) -> Iterator[int]:
    """Yield an unused id for each of the sorted ``moments``."""
    if not moments:
        return iter(())
    first, last = id_at(moments[0]), id_at(moments[-1])
    # Ids that collide move up, past those that moved up before.
    beyond = last + len(moments) + (1 << LOW_BITS)
    around = select(model.id).where(model.id >= first, model.id <= beyond)
    taken = set(db.session.scalars(around))
    return rising_ids(moments, taken)


def rising_ids(
    moments: Iterable[datetime], taken: set[int] | frozenset[int] = frozenset()
) -> Iterator[int]:
    """Yield time-ordered ids that are strictly rising and not in ``taken``."""
    last = 0
    for moment in moments:
        last = max(id_at(moment), last + 1)
        while last in taken:
            last += 1
        yield last
