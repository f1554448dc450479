"""Keyset pages: a list continues below the last row's key and never counts or skips rows."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from flask import abort, request
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Row

from .db import BIGGEST_ID, AnySelect, db

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


def read_rows(statement: AnySelect, key: Any, *, oldest_first: bool = False) -> Rows:
    """Run ``statement`` newest first by ``key``, for the place that the request asks for.

    ``?before=K`` continues below K; ``?through=K`` shows all from the newest down
    to K, or the :data:`LONGEST` that end there. With ``oldest_first`` the list runs the
    other way and ``?after=K`` continues it. The key must be among the columns.
    Answers 400 for a key that is no number.
    """
    onwards = "after" if oldest_first else "before"
    passed, through = asked_key(onwards), asked_key("through")
    along = _Along(statement, key, onwards)
    if through is not None:
        return along.down_to(through)
    return along.page(passed)


@dataclass(frozen=True)
class _Along:
    """A list in its direction."""

    statement: AnySelect
    key: Any
    onwards: str

    def page(self, passed: int | None) -> Rows:
        rest = self.statement if passed is None else self.statement.where(self._past(passed))
        found = db.session.execute(rest.order_by(self._in_order()).limit(PAGE + 1)).all()
        items = found[:PAGE]
        return Rows(
            items,
            next_url=self._place(self.onwards, items[-1]) if len(found) > PAGE else None,
            previous_url=_url("through", passed) if passed is not None else None,
            through_url=self._place("through", items[-1]) if passed is not None and items else None,
        )

    def down_to(self, through: int) -> Rows:
        until = self.statement.where(~self._past(through)).order_by(self._against_order())
        found = db.session.execute(until.limit(LONGEST + 1)).all()
        rest = self.statement.where(self._past(through)).order_by(self._in_order()).limit(1)
        has_more = db.session.execute(rest).first() is not None
        return Rows(
            found[:LONGEST][::-1],
            next_url=_url(self.onwards, through) if has_more else None,
            previous_url=self._place("through", found[-1]) if len(found) > LONGEST else None,
            through_url=None,
        )

    def _past(self, key: int) -> ColumnElement[bool]:
        return self.key > key if self.onwards == "after" else self.key < key

    def _in_order(self) -> ColumnElement[Any]:
        return self.key.asc() if self.onwards == "after" else self.key.desc()

    def _against_order(self) -> ColumnElement[Any]:
        return self.key.desc() if self.onwards == "after" else self.key.asc()

    def _place(self, name: str, row: Row[Any]) -> str:
        return _url(name, row._mapping[self.key.key])


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
