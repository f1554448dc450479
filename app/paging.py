"""Keyset pages: a list continues below the last row's key and never counts or skips rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias
from urllib.parse import urlencode

from flask import abort, request
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row
from sqlalchemy.orm import InstrumentedAttribute

from .db import BIGGEST_ID, AnySelect, db

# What a list is ordered by: a column of a model, or of a query.
Key: TypeAlias = InstrumentedAttribute[int] | ColumnElement[int]

PAGE = 25
# How many rows a page shows at most when it opens down to a place in a list.
LONGEST = 200
# Query parameters that tell of a place in a list, or of what its reader has seen.
PLACES = ("before", "through", "since", "counted")


@dataclass(frozen=True)
class Rows:
    """One page of a list, with the addresses of what lies around it (None where nothing does)."""

    items: Sequence[Row[Any]]
    older_url: str | None
    newer_url: str | None
    # The address that brings a reader back to the end of this page.
    through_url: str | None


def read_rows(statement: AnySelect, key: Key) -> Rows:
    """Run ``statement`` newest first by ``key``, for the place that the request asks for.

    ``?before=K`` continues below K; ``?through=K`` shows all from the newest down
    to K, or the :data:`LONGEST` that end there. The key must be among the columns.
    Answers 400 for a key that is no number.
    """
    before, through = asked_key("before"), asked_key("through")
    if through is not None:
        return _down_to(statement, key, through)
    if before is not None:
        statement = statement.where(key < before)
    found = db.session.execute(statement.order_by(key.desc()).limit(PAGE + 1)).all()
    items = found[:PAGE]
    return Rows(
        items,
        older_url=_place("before", items[-1], key) if len(found) > PAGE else None,
        newer_url=_url("through", before) if before is not None else None,
        through_url=_place("through", items[-1], key) if before is not None and items else None,
    )


def asked_key(name: str) -> int | None:
    """Return the key in the query parameter ``name``, or None; 400 when it is no number."""
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        abort(
            400,
            _(
                "This address names no place in a list: “%(name)s” must be a number.",
                name=name,
            ),
        )
    return min(int(text[:20]), BIGGEST_ID)


def _down_to(statement: AnySelect, key: Key, through: int) -> Rows:
    above = statement.where(key >= through).order_by(key.asc()).limit(LONGEST + 1)
    found = db.session.execute(above).all()
    items = found[:LONGEST][::-1]
    below = statement.where(key < through).order_by(key.desc()).limit(1)
    has_older = db.session.execute(below).first() is not None
    return Rows(
        items,
        older_url=_url("before", through) if has_older else None,
        newer_url=_place("through", found[-1], key) if len(found) > LONGEST else None,
        through_url=None,
    )


def _place(name: str, row: Row[Any], key: Key) -> str:
    # A query's own columns are other ones each time: a row knows them by name.
    column = key if isinstance(key, InstrumentedAttribute) else str(key.key)
    return _url(name, row._mapping[column])


def _url(name: str, value: int) -> str:
    kept = {k: v for k, v in request.args.items() if k not in PLACES}

    return f"{request.path}?{urlencode(kept | {name: value})}"
