"""Time-ordered ids: the primary key is the order of rows and holds when each was made."""

import secrets
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Integer, Sequence, func, select
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from .database import Base, is_sqlite, now
from .types import BigId

# An id is milliseconds since 1970, followed by this many bits that keep ids of one millisecond
# apart.
LOW_BITS = 16
BIGGEST_ID = 2**63 - 1
# The ids of a day are below this distance from each other.
DAY_OF_IDS = 86_400_000 << LOW_BITS
# The next id ignores ids that are further ahead than this, so that one clock that was wrong does
# not push all later ids into the future. Ids of rows that one statement makes run ahead by less.
AHEAD = 60_000 << LOW_BITS

low_bits = Sequence(
    "id_low_bits", minvalue=0, maxvalue=2**LOW_BITS - 1, start=0, cycle=True, metadata=Base.metadata
)


def id_at(moment: datetime) -> int:
    """Return the lowest id that a row made at ``moment`` may have."""
    return int(moment.timestamp() * 1000) << LOW_BITS


def is_id(text: str) -> bool:
    """Whether ``text`` is a number that an id can be."""
    return text.isascii() and text.isdigit() and len(text) < 20 and int(text) <= BIGGEST_ID


def moment_of(id: int) -> datetime:
    """Return when the row with this id was made, to the millisecond, in UTC."""
    return datetime.fromtimestamp((id >> LOW_BITS) / 1000, UTC)


def moment_key() -> int:
    """Return a number that orders the rows of an association by time: the key of its lists.

    Built like an id, but with random low bits: it need not be unique in the table, only
    unlikely to occur twice in one list within a millisecond.
    """
    return id_at(now()) | secrets.randbits(LOW_BITS)


def next_id(context: Any) -> int:
    """Return the next time-ordered id of a table: the column default of :class:`TimeOrdered`.

    SQLite has one writer at a time, so the id follows the table's last one. PostgreSQL has many,
    so a sequence gives the low bits. One statement may insert many rows, and asks once for all.
    """
    base = id_at(now())
    if context.dialect.name != "sqlite":
        bits = getattr(context, "low_bits", None)
        if bits is None:
            rows = func.generate_series(1, len(context.compiled_parameters)).table_valued("row")
            each = select(low_bits.next_value()).select_from(rows)
            bits = context.low_bits = iter(context.connection.scalars(each).all())
        return base | next(bits)
    column = context.current_column
    last = getattr(context, "last_id", None)
    if last is None:
        past = select(func.max(column)).where(column < base + AHEAD)
        last = context.connection.scalar(past) or 0
    context.last_id = max(base, last + 1)
    return context.last_id


def ids_in_sql(column: InstrumentedAttribute[int], base: ColumnElement[int]) -> ColumnElement[int]:
    """Return an expression that gives each row of an ``INSERT … SELECT`` a time-ordered id.

    ``column`` is the primary key of the table; ``base`` is :func:`id_at` of now. The order is
    that of :func:`next_id`, in one statement.
    """
    if not is_sqlite():
        return base + low_bits.next_value()
    past = select(func.max(column)).where(column < base + AHEAD)
    following = func.coalesce(past.scalar_subquery(), 0) + 1
    return func.max(base, following, type_=Integer) + func.row_number().over() - 1


class TimeOrdered:
    """A model whose primary key is the order in which, and the time when, its rows were made."""

    id: Mapped[int] = mapped_column(
        BigId, primary_key=True, autoincrement=False, default=next_id, sort_order=-1
    )

    @property
    def created_at(self) -> datetime:
        """When the row was made, to the millisecond, in UTC."""
        return moment_of(self.id)
