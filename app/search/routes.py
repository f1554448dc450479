"""The search page."""

from flask import request
from flask.typing import ResponseReturnValue

from ..accounts.models import User
from ..accounts.sign_in import viewer
from ..posts.cards import Card, cards_of
from ..posts.models import Post
from ..web.answers import page
from ..web.paging import Rows, read_rows
from . import blueprint, queries
from .asking import Asked, read
from .ranking import read_ranked, strongest

# How many people stand above the posts.
BEST_PEOPLE = 3
NOTHING = Rows((), None, None, None)


@blueprint.get("/search")
def results() -> ResponseReturnValue:
    """Find posts, by time or by relevance, and people."""
    text = request.args.get("q", "")
    by = request.args.get("by")
    by = by if by in ("relevance", "people") else "latest"
    reader, asked = viewer(), read(text)
    goes_on = "before" in request.args
    is_first = not goes_on and "through" not in request.args
    # The way on below a list brings the list's next rows; typing brings all anew.
    fragment = "results" if not goes_on else "people" if by == "people" else "posts"
    rows = _rows(asked, reader, by) if asked else NOTHING
    return page(
        "search/results.html",
        fragment=fragment,
        text=text,
        by=by,
        rows=rows,
        cards=[] if by == "people" else _cards(rows, reader),
        best_people=_best_people(asked, reader) if by == "latest" and is_first else NOTHING,
    )


def _rows(asked: Asked, reader: User | None, by: str) -> Rows:
    if by == "people":
        found = queries.people(asked, reader)
        return read_ranked(found) if found else NOTHING
    if by == "relevance":
        return read_ranked(queries.posts(asked, reader, by_strength=True))
    return read_rows(queries.posts(asked, reader), Post.id)


def _cards(posts: Rows, reader: User | None) -> list[Card]:
    ids = [post.id for post in posts.items]
    rows = queries.cards(ids, reader).all() if ids else ()
    found = {card.id: card for card in cards_of(rows, reader)}
    return [found[id] for id in ids if id in found]


def _best_people(asked: Asked, reader: User | None) -> Rows:
    named = queries.people(asked, reader, by_name_only=True)
    return strongest(named, BEST_PEOPLE) if named else NOTHING
