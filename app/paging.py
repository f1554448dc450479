"""Keyset pages: a list continues below the last row's key and never counts or skips rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import abort, request
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row

from .db import BIGGEST_ID, AnySelect
from .prepared import Query, parameter

PAGE = 25
# How many rows a page shows at most when it opens down to a place in a list.
LONGEST = 200


@dataclass(frozen=True)
class Rows:
    """One page of a list, with the addresses of what lies around it (None where nothing does)."""

    items: Sequence[Row[Any]]
    next_url: str | None
    previous_url: str | None
    # The address that brings a reader back to the end of this page.
    through_url: str | None


def read_rows(query: Query, key: Any, *, oldest_first: bool = False) -> Rows:
    """Run ``query`` newest first by ``key``, for the place that the request asks for.

    ``?before=K`` continues below K; ``?through=K`` shows all from the newest down
    to K, or the :data:`LONGEST` that end there. With ``oldest_first`` the list runs the
    other way and ``?after=K`` continues it. The key must be among the columns.
    Answers 400 for a key that is no number.
    """
    onwards = "after" if oldest_first else "before"
    passed, through = asked_key(onwards), asked_key("through")
    along = _Along(query, key, onwards)
    if through is not None:
        return along.down_to(through)
    return along.page(passed)


@dataclass(frozen=True)
class _Along:
    """A list in its direction."""

    query: Query
    key: Any
    onwards: str

    def page(self, passed: int | None) -> Rows:
        query = self.query
        if passed is not None:
            query = query.changed(_past, self.key, self.onwards, place=passed)
        found = query.changed(_first, self.key, self.onwards, PAGE + 1).run().all()
        items = found[:PAGE]
        return Rows(
            items,
            next_url=self._place(self.onwards, items[-1]) if len(found) > PAGE else None,
            previous_url=_url("through", passed) if passed is not None else None,
            through_url=self._place("through", items[-1]) if passed is not None and items else None,
        )

    def down_to(self, through: int) -> Rows:
        until = self.query.changed(_last_until, self.key, self.onwards, place=through)
        found = until.run().all()
        rest = self.query.changed(_past, self.key, self.onwards, place=through)
        has_more = rest.changed(_first, self.key, self.onwards, 1).run().first() is not None
        return Rows(
            found[:LONGEST][::-1],
            next_url=_url(self.onwards, through) if has_more else None,
            previous_url=self._place("through", found[-1]) if len(found) > LONGEST else None,
            through_url=None,
        )

    def _place(self, name: str, row: Row[Any]) -> str:
        return _url(name, row._mapping[self.key.key])


def _past(statement: AnySelect, key: Any, onwards: str) -> AnySelect:
    return statement.where(_is_past(key, onwards))


def _first(statement: AnySelect, key: Any, onwards: str, most: int) -> AnySelect:
    return statement.order_by(key.asc() if onwards == "after" else key.desc()).limit(most)


def _last_until(statement: AnySelect, key: Any, onwards: str) -> AnySelect:
    against = key.desc() if onwards == "after" else key.asc()
    return statement.where(~_is_past(key, onwards)).order_by(against).limit(LONGEST + 1)


def _is_past(key: Any, onwards: str) -> ColumnElement[bool]:
    place = parameter("place")
    past: ColumnElement[bool] = key > place if onwards == "after" else key < place
    return past


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


def _url(name: str, value: int) -> str:
    places = ("before", "after", "through", "since", "counted")
    kept = {k: v for k, v in request.args.items() if k not in places}
    # Quoted: it goes into a header too, which takes no other script than Latin.
    return f"{quote(request.path, safe='/@')}?{urlencode(kept | {name: value})}"
