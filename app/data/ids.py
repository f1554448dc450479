"""Ids that are in order of time, and the time that each of them tells."""

import secrets
from collections.abc import Hashable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Integer,
    Sequence,
    func,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Mapped, mapped_column

from .database import Base, db, now

# An id is milliseconds since 1970 above this many bits that tell one millisecond's ids apart.
LOW_BITS = 16
BIGGEST_ID = 2**63 - 1

# SQLite's key must be spelt INTEGER, or the id is not the row's own number.
BigId = BigInteger().with_variant(Integer, "sqlite")

low_bits = Sequence(
    "id_low_bits",
    minvalue=0,
    maxvalue=2**LOW_BITS - 1,
    start=0,
    cycle=True,
    metadata=Base.metadata,
)


def id_at(moment: datetime) -> int:
    """Return the lowest id that a row made at ``moment`` may have."""
    return int(moment.timestamp() * 1000) << LOW_BITS


def moment_of(id: int) -> datetime:
    """Return when the row with this id was made, to the millisecond, in UTC."""
    return datetime.fromtimestamp((id >> LOW_BITS) / 1000, UTC)


def moment_key(moment: datetime | None = None) -> int:
    """Return a number that orders the rows of an association by time: the key of its lists.

    Made like an id, but its low bits are random: it need not be unique in the table,
    only unlikely to recur in one list within a millisecond.
    """
    return id_at(moment or now()) | secrets.randbits(LOW_BITS)


def next_id(context: Any) -> int:
    """Return the next time-ordered id for a table: the column default of :class:`TimeOrdered`.

    SQLite has one writer at a time, so the last id decides; PostgreSQL has many,
    so a sequence fills the low bits.
    """
    base = id_at(now())
    if context.dialect.name != "sqlite":
        return base | context.connection.scalar(select(low_bits.next_value()))
    column = context.current_column
    last = getattr(context, "last_id", None)  # One statement may insert many rows.
    if last is None:
        last = context.connection.scalar(select(func.max(column))) or 0
    context.last_id = max(base, last + 1)
    return context.last_id


def ids_in_sql(column: InstrumentedAttribute[int], base: ColumnElement[int]) -> ColumnElement[int]:
    """An expression that gives each row of ``INSERT … SELECT`` into its table a time-ordered id.

    ``column`` is the key of that table; ``base`` is what :func:`id_at` returns for this moment.
    The same order as by :func:`next_id`, in one statement.
    """
    if db.engine.dialect.name != "sqlite":
        return base + low_bits.next_value()
    following = func.coalesce(select(func.max(column)).scalar_subquery(), 0) + 1
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

    @property
    def shape(self) -> Mapping[str, Hashable]:
        """On which of its attributes, besides its id, the text of a query depends."""
        return {}
