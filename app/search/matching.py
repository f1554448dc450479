"""How each database tells whether the words of a row are those sought, and how strongly."""

import re
from functools import lru_cache
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Table, cast, event, func, literal_column
from sqlalchemy.dialects.postgresql import TSQUERY

from ..db import db

# BM25's usual figures: how soon a word that comes again counts less, how much length counts,
# and of how many words a text of middling length is.
K1, B, MIDDLING = 1.2, 0.75, 15
# Strength is a whole number, so that a page goes on exactly where the one before ended.
FINENESS = 10**9

_TERM = re.compile(r'"([^"]*)"(\*?)')


def matches(table: Table, words: Any) -> ColumnElement[bool]:
    """Whether a row of the index ``table`` has ``words``, in the database's language."""
    if db.engine.dialect.name == "sqlite":
        # FTS5 wants the table itself on the left.
        return literal_column(table.name).bool_op("MATCH")(words)
    return table.c.words.bool_op("@@")(cast(words, TSQUERY))


def strength_of(table: Table, words: Any) -> ColumnElement[int]:
    """How much of a row's text are ``words``, which it has: a whole number.

    Worked out from the row alone. FTS5's own rank counts first in how many rows each word is,
    and goes through all of them for that.
    """
    if db.engine.dialect.name == "sqlite":
        return func.strength_of(table.c.words, words, type_=BigInteger)
    # Less for longer texts (flag 1).
    return cast(func.ts_rank(table.c.words, cast(words, TSQUERY), 1) * FINENESS, BigInteger)


def init_app(state: Any) -> None:
    """Give every connection to SQLite the function that :func:`strength_of` asks for."""
    with state.app.app_context():
        if db.engine.dialect.name == "sqlite":
            event.listen(db.engine, "connect", _teach)


def _teach(connection: Any, _record: object) -> None:
    connection.create_function("strength_of", 2, weigh, deterministic=True)


def weigh(text: str, sought: str) -> int:
    """Return how much of ``text``, words with spaces between, is ``sought``, a query of FTS5.

    By BM25 (Robertson and Zaragoza, 2009), with every term of the same weight: a text that is
    asked has all of them.
    """
    # Two spaces between words, so that each has its own before and after it.
    text = f" {text.replace(' ', '  ')} "
    length = K1 * (1 - B + B * text.count("  ") / MIDDLING)
    strength = 0.0
    for term in _terms(sought):
        found = text.count(term)
        strength += found / (found + length)
    return int(strength * FINENESS)


@lru_cache(100)
def _terms(sought: str) -> list[str]:
    """Return what of a text with two spaces between words each term is."""
    return [
        f" {words.replace(' ', '  ')}{'' if is_begun else ' '}"
        for words, is_begun in _TERM.findall(sought)
    ]
