"""Keyset pages of what is ordered by strength: the key is the strength and the id."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from flask import request
from sqlalchemy import Row, tuple_

from ..db import BIGGEST_ID, AnySelect, db
from ..paging import LONGEST, PAGE, Rows, asked_key

PLACES = ("before", "through", "strength")


def read_ranked(statement: AnySelect, strength: Any, id: Any) -> Rows:
    """Run ``statement``, the strongest first, for the place that the request asks for.

    ``?before=ID&strength=S`` continues below that row and ``?through=ID&strength=S`` shows
    all down to it, as in :func:`app.paging.read_rows`. Among equals the newest comes first.
    Rows have an ``id`` and a ``strength``. Answers 400 for a place that is no number.
    """
    passed, through = _asked_place("before"), _asked_place("through")
    key = tuple_(strength, id)
    weakest_first = statement.order_by(strength.asc(), id.asc())
    strongest_first = statement.order_by(strength.desc(), id.desc())
    if through:
        rest = statement.where(key < through).correlate(None).exists().label("goes_on")
        found = _run(weakest_first.where(key >= through).add_columns(rest), LONGEST + 1)
        return Rows(
            found[:LONGEST][::-1],
            _url("before", through) if found and found[0].goes_on else None,
            _url("through", _place_of(found[-1])) if len(found) > LONGEST else None,
            None,
        )
    found = _run(strongest_first.where(key < passed) if passed else strongest_first, PAGE + 1)
    items = found[:PAGE]
    return Rows(
        items,
        _url("before", _place_of(items[-1])) if len(found) > PAGE else None,
        _url("through", passed) if passed else None,
        _url("through", _place_of(items[-1])) if passed and items else None,
    )


def strongest(statement: AnySelect, strength: Any, id: Any, most: int) -> Rows:
    """Run ``statement`` for its ``most`` strongest rows, as a list that ends there."""
    found = _run(statement.order_by(strength.desc(), id.desc()), most)
    return Rows(found, None, None, None)


def _run(statement: AnySelect, most: int) -> Sequence[Row[Any]]:
    return db.session.execute(statement.limit(most)).all()


def _asked_place(name: str) -> tuple[int, int] | None:
    strength, id = asked_key("strength"), asked_key(name)
    return id if id is None else (BIGGEST_ID if strength is None else strength, id)


def _place_of(row: Row[Any]) -> tuple[int, int]:
    return row.strength, row.id


def _url(name: str, place: tuple[int, int]) -> str:
    kept = {k: v for k, v in request.args.items() if k not in PLACES}
    strength, id = place
    return f"{request.path}?{urlencode(kept | {'strength': strength, name: id})}"
