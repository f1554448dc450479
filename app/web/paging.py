"""Keyset pages: a list continues below the last row's key and never counts or skips rows."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from flask import abort, request
from flask_babel import gettext as _
from sqlalchemy import ColumnElement, Select, func

from ..data.database import AnySelect, at_most
from ..data.ids import BIGGEST_ID
from ..data.plain import Row
from ..data.prepared import Listing, Query, parameter

PAGE = 25
# How many rows a page shows at most when it opens down to a place in a list.
LONGEST = 200
# The parameters that name one, which the address of another one does not keep.
PLACES = ("before", "after", "through", "since", "counted")


@dataclass(frozen=True)
class Rows:
    """One page of a list, with the addresses of what lies around it (None where nothing does)."""

    items: Sequence[Row]
    next_url: str | None
    previous_url: str | None
    # The address that brings a reader back to the end of this page.
    through_url: str | None


@dataclass(frozen=True)
class Cut:
    """How much of a list is wanted: ``most`` rows, in one direction.

    From its beginning, or past the key that the parameter ``place`` holds.
    """

    most: int
    from_place: bool = False
    upwards: bool = False

    def __call__(self, statement: AnySelect, key: Any) -> AnySelect:
        """Bring ``statement`` down to that, by ``key``."""
        place = parameter("place")
        if self.from_place:
            statement = statement.where(key > place if self.upwards else key < place)
        order = key.asc() if self.upwards else key.desc()
        # SQLite tells an index of words of OFFSET too: see at_most().
        return statement.order_by(order).limit(at_most(self.most)).offset(at_most(0))

    def comes_before(self, end: ColumnElement[int], key: Any) -> ColumnElement[bool]:
        """Whether ``key`` comes before ``end``; always, where that is null."""
        if self.upwards:
            return key < func.coalesce(end, BIGGEST_ID)
        return key > func.coalesce(end, -1)


def part_of(
    listed: AnySelect | Listing, cut: Cut, key: Any, only: ColumnElement[bool] | None = None
) -> AnySelect:
    """Return the query of as much of a list as ``cut`` says, of what is ``only`` so."""
    if not isinstance(listed, Select):
        return listed(cut, only)
    return cut(listed if only is None else listed.where(only), key)


# Given a query and in which direction it lists, gives its rows more columns.
Widen = Callable[[Query, bool], Query]


def read_rows(
    query: Query, key: Any, *, oldest_first: bool = False, widen: Widen | None = None
) -> Rows:
    """Run ``query`` newest first by ``key``, for the place that the request asks for.

    ``?before=K`` continues below K; ``?through=K`` shows all from the newest down
    to K, or the :data:`LONGEST` that end there. With ``oldest_first`` the list runs the
    other way and ``?after=K`` continues it. The key must be among the columns; those that
    ``widen`` adds are read for the rows of the page alone.
    Answers 400 for a key that is no number.
    """
    onwards = "after" if oldest_first else "before"
    passed, through = asked_key(onwards), asked_key("through")
    along = _Along(query, key, onwards, widen)
    if through is not None:
        return along.down_to(through)
    return along.page(passed)


@dataclass(frozen=True)
class _Along:
    """A list in its direction."""

    query: Query
    key: Any
    onwards: str
    widen: Widen | None

    def page(self, passed: int | None) -> Rows:
        found = self._run(PAGE + 1, passed, upwards=self._is_upwards)
        items = found[:PAGE]
        return Rows(
            items,
            next_url=self._place(self.onwards, items[-1]) if len(found) > PAGE else None,
            previous_url=self._url("through", passed) if passed is not None else None,
            through_url=self._place("through", items[-1]) if passed is not None and items else None,
        )

    def down_to(self, through: int) -> Rows:
        # Back from there, so that the row with that very key is the first.
        beyond = min(through + 1, BIGGEST_ID) if self._is_upwards else through - 1
        found = self._run(LONGEST + 1, beyond, upwards=not self._is_upwards)
        has_more = bool(self._run(1, through, upwards=self._is_upwards))
        return Rows(
            found[:LONGEST][::-1],
            next_url=self._url(self.onwards, through) if has_more else None,
            previous_url=self._place("through", found[-1]) if len(found) > LONGEST else None,
            through_url=None,
        )

    @property
    def _is_upwards(self) -> bool:
        return self.onwards == "after"

    def _run(self, most: int, place: int | None, *, upwards: bool) -> Sequence[Row]:
        values = {} if place is None else {"place": place}
        cut = Cut(most, from_place=place is not None, upwards=upwards)
        found = self.query.changed(part_of, cut, self.key, **values)
        return (self.widen(found, upwards) if self.widen else found).all()

    def _place(self, name: str, row: Row) -> str:
        return self._url(name, getattr(row, self.key.key))

    def _url(self, name: str, place: int) -> str:
        return f"{self._address}{name}={place}"

    @cached_property
    def _address(self) -> str:
        """The address of the list, with all that was asked for but its place."""
        args = request.args
        kept = {k: v for k, v in args.items() if k not in PLACES} if args else {}
        query = f"{urlencode(kept)}&" if kept else ""
        # Quoted: it goes into a header too, which takes no other script than Latin.
        return f"{quote(request.path, safe='/@')}?{query}"


def asked_key(name: str) -> int | None:
    """Return the key in the query parameter ``name``, or None; 400 when it is no number."""
    # Asked for what is not there, Werkzeug makes an error first.
    args = request.args
    if name not in args:
        return None
    text = args[name]
    if not (text.isascii() and text.isdigit()):
        abort(
            400,
            _(
                "This address names no place in a list: “%(name)s” must be a number.",
                name=name,
            ),
        )
    return min(int(text[:20]), BIGGEST_ID)
