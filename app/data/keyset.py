"""Keyset pagination: a window of a list begins past a key and never skips or counts rows.

Use The Index, Luke, "Paging through results" (use-the-index-luke.com/no-offset) has the method.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, bindparam, func, literal_column, tuple_

from .database import AnySelect
from .ids import BIGGEST_ID


def row_count(rows: int) -> ColumnElement[int]:
    """Return ``rows`` for ``limit()`` or ``offset()``, as part of the statement's text.

    With a bind parameter there, SQLite prepares the statement again at each execution, because
    its planner looks at the value (SQLite built with STAT4).
    """
    return literal_column(str(int(rows)))


@dataclass(frozen=True)
class Window:
    """Which part of a list is read: ``size`` rows, descending by the key or ``ascending``.

    From the beginning of the list; with ``past``, past the key in the bind parameters
    ``past_<name of the key's column>``. A frozen value, so that functions that build statements
    can be cached by it.
    """

    size: int
    past: bool = False
    ascending: bool = False

    def of(self, statement: AnySelect, *key: Any) -> AnySelect:
        """Return ``statement`` restricted to this window, in order of the columns ``key``."""
        if self.past:
            after = [bindparam(f"past_{column.key}", type_=BigInteger) for column in key]
            left: Any = key[0] if len(key) == 1 else tuple_(*key)
            right: Any = after[0] if len(key) == 1 else tuple_(*after)
            statement = statement.where(left > right if self.ascending else left < right)
        # SQLAlchemy writes OFFSET ? for SQLite where none is given: see row_count().
        limited = statement.limit(row_count(self.size)).offset(row_count(0))
        return self.ordered(limited, *key)

    def ordered(self, statement: AnySelect, *key: Any) -> AnySelect:
        """Return ``statement`` in the order of this window."""
        return statement.order_by(*(c.asc() if self.ascending else c.desc() for c in key))

    def reaches(self, key: Any, end: ColumnElement[int]) -> ColumnElement[bool]:
        """Whether ``key`` comes before the key ``end`` in this order; true where ``end`` is null.

        ``end`` itself is not included.
        """
        if self.ascending:
            return key < func.coalesce(end, BIGGEST_ID)
        return key > func.coalesce(end, -1)
