"""The home timeline, the public one, and one for each tag."""

from typing import Any

from flask import abort, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from ..accounts.models import User
from ..accounts.sign_in import viewer
from ..data.database import can_be_kept
from ..data.prepared import Query
from ..posts.cards import read_entries
from ..posts.drafts import draft_for
from ..posts.forms import post_composer
from ..posts.models import Post
from ..posts.text import fold_tag
from ..web.answers import page, wants_fragment
from ..web.paging import asked_key
from . import blueprint, queries

# Above this the bar says "99+": nothing counts all rows to draw a page.
MOST_COUNTED = 99


@blueprint.get("/")
def home() -> ResponseReturnValue:
    """Home: the posts of those you follow. For a stranger, a welcome and everybody's posts."""
    reader = viewer()
    if reader is None:
        return _timeline("timelines/welcome.html", queries.explore(None), None)
    # With what was last typed in it and not sent.
    composer = None if wants_fragment() else post_composer(draft=draft_for(reader))
    return _timeline("timelines/home.html", queries.home(reader), reader, composer=composer)


@blueprint.get("/explore")
def explore() -> ResponseReturnValue:
    """The public timeline."""
    reader = viewer()
    return _timeline("timelines/explore.html", queries.explore(reader), reader)


@blueprint.get("/tags/<path:tag>")
def tag(tag: str) -> ResponseReturnValue:
    """The posts with a tag."""
    if not can_be_kept(tag):
        abort(404)
    folded = fold_tag(tag)
    if folded != tag:
        return redirect(url_for(".tag", tag=folded), 303)
    reader = viewer()
    return _timeline("timelines/tag.html", queries.tag(folded, reader), reader, tag=tag)


def _timeline(
    template: str, timeline: Query, reader: User | None, **context: Any
) -> ResponseReturnValue:
    since = asked_key("since")
    new = _count_new(timeline, reader, since) if since is not None else 0
    if wants_fragment() and since is not None:
        if not new:
            return make_response("", 204)
        return page(template, fragment="new_posts", since=since, new=new)
    rows, cards = read_entries(timeline, Post.id, reader)
    if since is None and rows.previous_url is None:
        since = rows.items[0].id if rows.items else 0
    context |= {"rows": rows, "cards": cards, "since": since, "new": new}
    return page(template, fragment="posts", **context)


def _count_new(timeline: Query, reader: User | None, since: int) -> int:
    count = timeline.changed(
        queries.count_newer_by_others,
        MOST_COUNTED + 1,
        place=since,
        # A stranger wrote nothing, and 0 is nobody's id.
        reader=reader.id if reader else 0,
    )
    new: int = count.value()
    return new
