"""The search page."""

from collections.abc import Iterator

from flask import request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ..accounts.viewer import Viewer, current_viewer
from ..data.reading import read
from ..follows.queries import audience_of, person_by_username
from ..posts.card import Card
from ..posts.card_reading import read_cards
from ..web.access import for_readers
from ..web.answers import page
from ..web.i18n import browser_zone
from ..web.paging import Rows, read_first, read_rows
from . import blueprint, queries
from .query_parser import LONGEST_QUERY, SearchQuery, nobody_called, parse

# People above the posts.
BEST_PEOPLE = 3


@blueprint.get("/search")
@for_readers
def results() -> ResponseReturnValue:
    """Find posts, by time or by relevance, and people."""
    viewer = current_viewer()
    text = request.args.get("q", "")
    by = request.args.get("by")
    by = by if by in ("relevance", "people") else "latest"
    query = parse(text, me=viewer.username)
    goes_on = "before" in request.args
    is_first = not goes_on and "through" not in request.args
    # The link below a list brings its next rows; typing brings all results.
    fragment = "results" if not goes_on else "people" if by == "people" else "posts"
    rows = _rows(viewer, query, by) if query else Rows()
    return page(
        "search/results.html",
        fragment=fragment,
        text=text[:LONGEST_QUERY],
        by=by,
        rows=rows,
        cards=[] if by == "people" else _cards(viewer, rows),
        best_people=_best_people(viewer, query) if by == "latest" and is_first else Rows(),
        hints=list(_hints(viewer, query, rows)),
    )


def _rows(viewer: Viewer, query: SearchQuery, by: str) -> Rows:
    audience = audience_of(viewer)
    if by == "people":
        found = queries.people(query, audience)
    else:
        by_relevance = by == "relevance"
        found = queries.posts(query, audience, browser_zone(), by_relevance=by_relevance)
    if found is None:
        return Rows()
    listing, values = found
    key = ("id",) if by == "latest" else ("strength", "id")
    return read_rows(listing, *key, viewer_id=viewer.id, **values)


def _cards(viewer: Viewer, rows: Rows) -> list[Card]:
    ids = [row.id for row in rows.items]
    found = read_cards(ids, viewer)
    return [found[id] for id in ids if id in found]


def _best_people(viewer: Viewer, query: SearchQuery) -> Rows:
    found = queries.people(query, audience_of(viewer), by_name_only=True)
    if found is None:
        return Rows()
    listing, values = found
    return read_first(listing, BEST_PEOPLE, viewer_id=viewer.id, **values)


def _hints(viewer: Viewer, query: SearchQuery, rows: Rows) -> Iterator[str]:
    """Yield what of the query was not understood; and that its author is nobody, if so."""
    yield from query.hints
    if rows.items or not any(query.authors):
        return
    if viewer.is_anonymous and query.authors == ("me",):
        yield _("Log in first: from:me is what you wrote yourself.")
        return
    person = person_by_username(audience_of(viewer))
    found = (read(person, username=name, viewer_id=viewer.id).first() for name in query.authors)
    if not any(found):
        yield nobody_called(query.authors[-1])
