"""Keyset pages of what is ordered by strength: the key is the strength and the id."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from flask import request
from sqlalchemy import tuple_

from ..data.database import AnySelect, at_most
from ..data.ids import BIGGEST_ID
from ..data.plain import Row
from ..data.prepared import Listing, Query, parameter
from ..web.paging import LONGEST, PAGE, Rows, asked_key

PLACES = ("before", "through", "strength")


@dataclass(frozen=True)
class RankedCut:
    """How much of a ranked list is wanted: ``most`` rows, the strongest first.

    All below the place that the parameters ``strength`` and ``place`` hold; or, ``upwards``,
    from that place on, the weakest first, and whether the list ``goes_on`` below it.
    """

    most: int
    from_place: bool = False
    upwards: bool = False

    def __call__(self, ranked: AnySelect) -> AnySelect:
        """Bring ``ranked``, with the columns ``strength`` and ``id``, down to that."""
        columns = ranked.selected_columns
        key = tuple_(columns["strength"], columns["id"])
        place = tuple_(parameter("strength"), parameter("place"))
        cut = ranked
        if self.upwards:
            rest = ranked.where(key < place).correlate(None).exists()
            cut = ranked.where(key >= place).add_columns(rest.label("goes_on"))
        elif self.from_place:
            cut = ranked.where(key < place)
        return self.order(cut).limit(at_most(self.most))

    def order(self, ranked: AnySelect) -> AnySelect:
        """Put ``ranked`` into the direction in which it is read."""
        columns = ranked.selected_columns
        key = (columns["strength"], columns["id"])
        return ranked.order_by(*(c.asc() if self.upwards else c.desc() for c in key))


def read_ranked(query: Query) -> Rows:
    """Run ``query``, a list with ``strength`` and ``id``, for the place that the request asks for.

    ``?before=ID&strength=S`` continues below that row and ``?through=ID&strength=S`` shows
    all down to it, as in :func:`app.web.paging.read_rows`. Among equals the newest comes first.
    Answers 400 for a place that is no number.
    """
    passed, through = _asked_place("before"), _asked_place("through")
    if through:
        found = _run(query, RankedCut(LONGEST + 1, from_place=True, upwards=True), through)
        return Rows(
            found[:LONGEST][::-1],
            _url("before", through) if found and found[0].goes_on else None,
            _url("through", _place_of(found[-1])) if len(found) > LONGEST else None,
            None,
        )
    found = _run(query, RankedCut(PAGE + 1, from_place=bool(passed)), passed)
    items = found[:PAGE]
    return Rows(
        items,
        _url("before", _place_of(items[-1])) if len(found) > PAGE else None,
        _url("through", passed) if passed else None,
        _url("through", _place_of(items[-1])) if passed and items else None,
    )


def strongest(query: Query, most: int) -> Rows:
    """Run ``query`` for its ``most`` strongest rows, as a list that ends there."""
    return Rows(_run(query, RankedCut(most), None), None, None, None)


def _run(query: Query, cut: RankedCut, place: tuple[int, int] | None) -> Sequence[Row]:
    values = {} if place is None else {"strength": place[0], "place": place[1]}
    return query.changed(_part_of, cut, **values).all()


def _part_of(listed: Listing, cut: RankedCut) -> AnySelect:
    return listed(cut, None)


def _asked_place(name: str) -> tuple[int, int] | None:
    strength, id = asked_key("strength"), asked_key(name)
    return id if id is None else (BIGGEST_ID if strength is None else strength, id)


def _place_of(row: Row) -> tuple[int, int]:
    return row.strength, row.id


def _url(name: str, place: tuple[int, int]) -> str:
    kept = {k: v for k, v in request.args.items() if k not in PLACES}
    strength, id = place
    return f"{request.path}?{urlencode(kept | {'strength': strength, name: id})}"
