"""Pages of a list: which window of it a request asks for, and the URLs around that window."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import quote, urlencode

from flask import Flask, abort, request
from flask_babel import gettext as _
from sqlalchemy import Row

from ..data.database import AnySelect
from ..data.ids import BIGGEST_ID
from ..data.keyset import Window
from ..data.reading import read

# Rows of a page.
PAGE = 25
# The most rows of a page that shows a list down to a key.
LONGEST_PAGE = 200
# The highest number that a page counts to: above it, it says "99+".
MOST_COUNTED = 99
# The parameters that hold a key of a list: links to other pages of the list do not carry them.
KEY_PARAMETERS = ("before", "after", "through", "since", "counted")

Key = tuple[int, ...]
# A list: the statement that selects a window of it.
Listing = Callable[[Window], AnySelect]


def init_app(app: Flask) -> None:
    """Let the templates of ``app`` write numbers as pages count."""
    app.jinja_env.filters["capped"] = capped
    app.jinja_env.globals["MOST_COUNTED"] = MOST_COUNTED


def capped(number: int) -> str:
    """Return ``number``, or "99+" above :data:`MOST_COUNTED`: a template filter."""
    return f"{MOST_COUNTED}+" if number > MOST_COUNTED else str(number)


@dataclass(frozen=True)
class Rows:
    """One page of a list, with the URLs of what lies around it (None where nothing does)."""

    items: Sequence[Row[Any]] = ()
    next_url: str | None = None
    previous_url: str | None = None
    # The URL that brings a viewer back to the end of this page.
    through_url: str | None = None


def read_rows(listing: Listing, *key: str, oldest_first: bool = False, **values: Any) -> Rows:
    """Read the page of ``listing`` that the request asks for, descending by the columns ``key``.

    ``?before=K`` continues below K; ``?through=K`` shows everything from the beginning down to K,
    or the :data:`LONGEST_PAGE` rows that end there. With ``oldest_first`` the list ascends and
    ``?after=K`` continues it. Of a key of several columns, K is the last; the others are
    parameters of their own. ``values`` are those of the statement's bind parameters.
    Answers 400 for a key that is no number.
    """
    pager = _Pager(listing, key, values, ascending=oldest_first)
    if (through := pager.requested("through")) is not None:
        return pager.down_to(through)
    return pager.after(pager.requested(pager.onwards))


def read_first(listing: Listing, size: int, **values: Any) -> Rows:
    """Read the first ``size`` rows of ``listing``, as a list that ends there."""
    return Rows(read(listing(Window(size)), **values).all())


def requested_key(name: str) -> int | None:
    """Return the number in the query parameter ``name``; None without one, 400 for no number."""
    text = request.args.get(name)
    if text is None:
        return None
    if not (text.isascii() and text.isdigit()):
        abort(
            400, _("This address names no place in a list: “%(name)s” must be a number.", name=name)
        )
    # The first 20 digits are more than the biggest id, and int() takes long for many.
    return min(int(text[:20]), BIGGEST_ID)


class _Pager:
    def __init__(
        self, listing: Listing, key: tuple[str, ...], values: dict[str, Any], *, ascending: bool
    ) -> None:
        self.listing, self.key, self.values, self.ascending = listing, key, values, ascending
        self.onwards = "after" if ascending else "before"

    def requested(self, name: str) -> Key | None:
        last = requested_key(name)
        if last is None:
            return None
        others = (requested_key(column) for column in self.key[:-1])
        return (*(BIGGEST_ID if other is None else other for other in others), last)

    def after(self, key: Key | None) -> Rows:
        found = self._read(PAGE + 1, key, ascending=self.ascending)
        items = found[:PAGE]
        last = self._key_of(items[-1]) if items else None
        return Rows(
            items,
            next_url=self._url(self.onwards, last) if len(found) > PAGE else None,
            previous_url=self._url("through", key),
            through_url=self._url("through", last) if key else None,
        )

    def down_to(self, key: Key) -> Rows:
        # Backwards from just behind the key, so that its own row comes first.
        step = 1 if self.ascending else -1
        behind = (*key[:-1], min(key[-1] + step, BIGGEST_ID))
        found = self._read(LONGEST_PAGE + 1, behind, ascending=not self.ascending)
        goes_on = bool(self._read(1, key, ascending=self.ascending))
        beginning = self._key_of(found[-1]) if len(found) > LONGEST_PAGE else None
        return Rows(
            found[:LONGEST_PAGE][::-1],
            next_url=self._url(self.onwards, key) if goes_on else None,
            previous_url=self._url("through", beginning),
        )

    def _read(self, size: int, key: Key | None, *, ascending: bool) -> Sequence[Row[Any]]:
        window = Window(size, past=key is not None, ascending=ascending)
        past = {f"past_{name}": value for name, value in zip(self.key, key or (), strict=False)}
        return read(self.listing(window), **self.values, **past).all()

    def _key_of(self, row: Row[Any]) -> Key:
        return tuple(getattr(row, name) for name in self.key)

    def _url(self, name: str, key: Key | None) -> str | None:
        if key is None:
            return None
        keys = {**dict(zip(self.key[:-1], key, strict=False)), name: key[-1]}
        return f"{self._path}?{urlencode({**self._query, **keys})}"

    @cached_property
    def _path(self) -> str:
        # Quoted: it goes into a header too, which takes ASCII only.
        return quote(request.path, safe="/@")

    @cached_property
    def _query(self) -> dict[str, str]:
        """The parameters of the request that hold no key of the list."""
        dropped = {*KEY_PARAMETERS, *self.key[:-1]}
        return {name: value for name, value in request.args.items() if name not in dropped}
