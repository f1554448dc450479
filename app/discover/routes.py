"""Explore's people and tags, and the completion of names and tags."""

from flask import request
from flask.typing import ResponseReturnValue

from ..accounts.viewer import viewer
from ..follows.queries import audience_of
from ..web.answers import page
from ..web.paging import read_rows
from . import blueprint, queries


@blueprint.get("/explore/people")
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
def tags() -> ResponseReturnValue:
    """What is talked about: the tags of the last seven days."""
    rows = read_rows(queries.trends, "place", oldest_first=True)
    return page("discover/tags.html", fragment="tags", rows=rows)
