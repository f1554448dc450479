"""The search page."""

from flask import request
from flask.typing import ResponseReturnValue

from ..accounts.viewer import viewer
from ..follows.queries import audience_of
from ..posts.card import Card, read_cards
from ..web.answers import page
from ..web.paging import Rows, read_first, read_rows
from . import blueprint, queries
from .query_parser import LONGEST_QUERY, SearchQuery, parse

# People above the posts.
BEST_PEOPLE = 3


@blueprint.get("/search")
def results() -> ResponseReturnValue:
    """Find posts, by time or by relevance, and people."""
    text = request.args.get("q", "")[:LONGEST_QUERY]
    by = request.args.get("by")
    by = by if by in ("relevance", "people") else "latest"
    query = parse(text)
    goes_on = "before" in request.args
    is_first = not goes_on and "through" not in request.args
    # The link below a list brings its next rows; typing brings all results.
    fragment = "results" if not goes_on else "people" if by == "people" else "posts"
    rows = _rows(query, by) if query else Rows()
    return page(
        "search/results.html",
        fragment=fragment,
        text=text,
        by=by,
        rows=rows,
        cards=[] if by == "people" else _cards(rows),
        best_people=_best_people(query) if by == "latest" and is_first else Rows(),
    )


def _rows(query: SearchQuery, by: str) -> Rows:
    audience = audience_of(viewer)
    if by == "people":
        found = queries.people(query, audience)
    else:
        found = queries.posts(query, audience, by_relevance=by == "relevance")
    if found is None:
        return Rows()
    listing, values = found
    key = ("id",) if by == "latest" else ("strength", "id")
    return read_rows(listing, *key, viewer_id=viewer.id, **values)


def _cards(rows: Rows) -> list[Card]:
    ids = [row.id for row in rows.items]
    found = read_cards(ids, viewer)
    return [found[id] for id in ids if id in found]


def _best_people(query: SearchQuery) -> Rows:
    found = queries.people(query, audience_of(viewer), by_name_only=True)
    if found is None:
        return Rows()
    listing, values = found
    return read_first(listing, BEST_PEOPLE, viewer_id=viewer.id, **values)
