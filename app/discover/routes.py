"""Explore's people and tags, and the completion of names and tags."""

from collections.abc import Sequence
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from ..accounts.access import for_members
from ..accounts.viewer import viewer
from ..data.reading import read
from ..data.types import is_storable
from ..follows.queries import audience_of
from ..posts.text import LONGEST_TAG, fold_tag
from ..search import queries as searches
from ..search.query_parser import parse
from ..web.access import for_readers
from ..web.answers import page
from ..web.paging import read_first, read_rows
from . import blueprint, queries


@blueprint.get("/explore/people")
@for_readers
def people() -> ResponseReturnValue:
    """People to follow: the featured; while there are none, everybody, the newest first."""
    audience = audience_of(viewer)
    rows = read_rows(
        lambda window: queries.featured(window, audience),
        "place",
        oldest_first=True,
        viewer_id=viewer.id,
    )
    if "before" in request.args or not (rows.items or "after" in request.args):
        rows = read_rows(lambda window: queries.newest(window, audience), "id", viewer_id=viewer.id)
    return page("discover/people.html", fragment="people", rows=rows)


@blueprint.get("/explore/tags")
@for_readers
def tags() -> ResponseReturnValue:
    """What is talked about: the tags of the last seven days."""
    rows = read_rows(queries.trends, "place", oldest_first=True)
    return page("discover/tags.html", fragment="tags", rows=rows)


@blueprint.get("/completions")
@for_members
def completions() -> ResponseReturnValue:
    """Return a list of what may be meant by ``?text=``, "@ad" or "#br"; nothing without any."""
    text = request.args.get("text", "")
    sign, beginning = text[:1], text[1:]
    names: Sequence[Row[Any]] = ()
    found: Sequence[Row[Any]] = ()
    if 0 < len(beginning) <= LONGEST_TAG and is_storable(beginning):
        names = _names(beginning) if sign == "@" else ()
        found = _tags(beginning) if sign == "#" else ()
    return render_template("discover/_completions.html", people=names, tags=found)


def _names(beginning: str) -> Sequence[Row[Any]]:
    """Return people of that name; first whom the viewer follows."""
    # One word, so that nothing in it is an operator.
    is_word = beginning.replace("_", "").isalnum()
    query = parse(beginning.lower(), me="") if is_word else None
    found = query and searches.people(query, audience_of(viewer), by_name_only=True)
    if not found:
        return ()
    listing, values = found
    rows = read_first(listing, queries.MOST_COMPLETED, viewer_id=viewer.id, **values)
    return sorted(rows.items, key=lambda row: not row.followed)


def _tags(beginning: str) -> Sequence[Row[Any]]:
    return read(queries.completed_tags(), beginning=fold_tag(beginning)).all()
