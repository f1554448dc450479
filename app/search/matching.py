"""How each database is asked which rows have the words sought, and how much of a text they are."""

import json
from collections.abc import Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Float,
    Table,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from ..data.database import db
from .asking import Term

# BM25's usual figures: how soon a word that comes again counts less, and how much length counts.
K1, B = 1.2, 0.75
# The letters of a text of middling length.
MIDDLING = 100
# Strength is a whole number, so that a page goes on exactly where the one before ended.
FINENESS = 10**9


def written(terms: Iterable[Term]) -> str | None:
    """Return what the database is asked for rows with all ``terms``; None where there are none."""
    if db.engine.dialect.name == "sqlite":
        return " ".join(map(_fts5, terms)) or None
    return " & ".join(map(_tsquery, terms)) or None


def weighed(terms: Iterable[Term]) -> str | None:
    """Return what the database is asked how much of a text ``terms`` are; None for no terms."""
    if db.engine.dialect.name != "sqlite":
        return written(terms)
    pieces = [f" {' '.join(term.words)}{'' if term.is_begun else ' '}" for term in terms]
    return json.dumps(pieces, ensure_ascii=False) if pieces else None


def matches(table: Table, asked: Any) -> ColumnElement[bool]:
    """Whether a row of the index ``table`` has what is ``asked``, as it was :func:`written`."""
    if db.engine.dialect.name == "sqlite":
        # FTS5 wants the table itself on the left.
        return literal_column(table.name).bool_op("MATCH")(asked)
    return table.c.words.bool_op("@@")(cast(asked, TSQUERY))


def text_to_weigh(table: Table) -> ColumnElement[str]:
    """The column of the index ``table`` that :func:`strength_of` takes."""
    if db.engine.dialect.name == "sqlite":
        # Each word between spaces. Of one that comes twice in a row, every second one counts.
        return literal_column("' '").concat(table.c.words).concat(" ")
    return table.c.words


def strength_of(text: Any, asked: Any) -> ColumnElement[int]:
    """How much of a ``text`` is what is ``asked``, as :func:`weighed`: a whole number.

    Worked out from the row alone. FTS5's own rank counts first in how many rows each word is,
    and goes through all of them for that. As BM25 has it (Robertson and Zaragoza, 2009), but
    with every term of the same weight: a text that is found has all of them.
    """
    if db.engine.dialect.name != "sqlite":
        # Less for longer texts (flag 1).
        return cast(func.ts_rank(text, cast(asked, TSQUERY), 1) * FINENESS, BigInteger)
    # In SQL: a function of Python's would wait for the interpreter's lock at every row.
    term = func.json_each(asked).table_valued("value").c.value
    # Null where a term is not in the text, as it stands for it.
    taken = func.nullif(func.length(text) - func.length(func.replace(text, term, "")), 0)
    length = _number(K1 * (1 - B)) + func.length(text) * _number(K1 * B / MIDDLING)
    one = _number(1)
    strength = func.sum(one / (one + func.length(term) * length / taken))
    return select(cast(strength * FINENESS, BigInteger)).scalar_subquery()


def _number(value: float) -> ColumnElement[float]:
    # Part of the text: as a parameter it would be SQLAlchemy's to look at.
    return literal_column(repr(float(value)), Float)


# A word is letters and digits, perhaps after a mark: nothing in it could end the quotation.


def _fts5(term: Term) -> str:
    return f'"{" ".join(term.words)}"{"*" if term.is_begun else ""}'


def _tsquery(term: Term) -> str:
    words = " <-> ".join(f"'{word}'" for word in term.words)
    return f"({words}{':*' if term.is_begun else ''})"
