"""Dialects: how each database is asked which rows have some terms, and how relevant they are."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Float,
    String,
    Table,
    bindparam,
    cast,
    func,
    literal_column,
    select,
)
from sqlalchemy.dialects.postgresql import TSQUERY

from ..data.database import is_sqlite
from .query_parser import Term

# The usual constants of BM25: how fast further occurrences of a term count less, and how much the
# length of a text counts.
K1, B = 1.2, 0.75
# Characters of a text of average length.
AVERAGE_LENGTH = 100
# Relevance is a whole number, so that a page goes on exactly where the one before ended.
SCALE = 10**9


def match_query(terms: Iterable[Term], excluded: Iterable[Term] = ()) -> str:
    """Return the full-text query that finds rows with all ``terms`` and none of ``excluded``."""
    if is_sqlite():
        wanted = " AND ".join(_any_of(term, _fts5, " OR ") for term in terms)
        unwanted = " OR ".join(map(_fts5, excluded))
        return f"({wanted}) NOT ({unwanted})" if unwanted else wanted
    found = (_any_of(term, _tsquery, " | ") for term in terms)
    return " & ".join((*found, *(f"!{_tsquery(term)}" for term in excluded)))


def weight_query(terms: Iterable[Term]) -> str:
    """Return the parameter of :func:`relevance` for ``terms``."""
    if not is_sqlite():
        return match_query(terms)
    each = (one for term in terms for one in term.any_of())
    texts = [f" {' '.join(term.words)}{'' if term.is_prefix else ' '}" for term in each]
    return json.dumps(texts, ensure_ascii=False)


def query_parameter(name: str) -> BindParameter[str]:
    """Return the bind parameter ``name`` that takes a :func:`match_query`.

    On PostgreSQL it becomes a literal of the statement, so that the planner sees the words: rows
    with a rare word are found by the GIN index, those with a frequent one on the way from the
    newest down. The plan of a prepared statement is the same for all values.
    """
    return bindparam(name, type_=String, literal_execute=not is_sqlite())


def matches(table: Table, query: Any) -> ColumnElement[bool]:
    """Whether a row of the index ``table`` matches the ``query``, a :func:`query_parameter`."""
    if is_sqlite():
        # FTS5 wants the table itself on the left.
        return literal_column(table.name).bool_op("MATCH")(query)
    return table.c.words.bool_op("@@")(cast(query, TSQUERY))


def indexed_text(table: Table) -> ColumnElement[str]:
    """Return the column of the index ``table`` that :func:`relevance` takes."""
    if is_sqlite():
        # Each word between spaces. Of a word that occurs twice in a row, one occurrence counts.
        return literal_column("' '").concat(table.c.words).concat(" ")
    return table.c.words


def relevance(text: Any, query: Any) -> ColumnElement[int]:
    """Return how relevant ``text`` is for the ``query`` of :func:`weight_query`: a whole number.

    Computed from the row alone; FTS5's own rank first counts the rows of each word, and reads all
    of them for that. The formula is BM25's (Robertson and Zaragoza, "The Probabilistic Relevance
    Framework", 2009) with equal weights, since every text that is found has all terms.
    """
    if not is_sqlite():
        # Flag 1: divided by the logarithm of the length.
        return cast(func.ts_rank(text, cast(query, TSQUERY), 1) * SCALE, BigInteger)
    # In SQL, because a Python function would take the interpreter's lock at every row.
    term = func.json_each(query).table_valued("value").c.value
    # Null where a term does not occur in this spelling.
    occurring = func.nullif(func.length(text) - func.length(func.replace(text, term, "")), 0)
    length = _number(K1 * (1 - B)) + func.length(text) * _number(K1 * B / AVERAGE_LENGTH)
    one = _number(1)
    score = func.sum(one / (one + func.length(term) * length / occurring))
    return select(cast(score * SCALE, BigInteger)).scalar_subquery()


def _number(value: float) -> ColumnElement[float]:
    return literal_column(repr(float(value)), Float)


def _any_of(term: Term, write: Callable[[Term], str], either: str) -> str:
    return f"({either.join(map(write, term.any_of()))})" if term.other else write(term)


# A token has letters, marks, digits, _ and @: nothing in it could end the quotation.


def _fts5(term: Term) -> str:
    return f'"{" ".join(term.words)}"{"*" if term.is_prefix else ""}'


def _tsquery(term: Term) -> str:
    words = " <-> ".join(f"'{word}'" for word in term.words)
    return f"({words}{':*' if term.is_prefix else ''})"
