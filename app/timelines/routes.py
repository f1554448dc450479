"""The home timeline, the public one, and one for each tag."""

from typing import Any

from flask import abort, make_response, redirect, url_for
from flask.typing import ResponseReturnValue

from ..accounts.viewer import Viewer, current_viewer
from ..data.keyset import Window
from ..data.reading import read
from ..follows.queries import audience_of
from ..posts.card_reading import read_timeline
from ..posts.composer import post_composer
from ..posts.drafts import draft_for
from ..posts.text import tag_key
from ..site import site
from ..web.access import for_everybody, for_readers
from ..web.answers import page
from ..web.paging import MOST_COUNTED, Listing, requested_key
from ..web.requests import wants_fragment
from . import blueprint, queries

# New entries that are counted: the viewer's own among them are left out of the number.
NEWEST = Window(2 * MOST_COUNTED, past=True, ascending=True)


@blueprint.get("/")
@for_everybody
def home() -> ResponseReturnValue:
    """Home: the posts of those whom the viewer follows; for an anonymous viewer, everybody's.

    Where only members read, an anonymous viewer sees the way in, and no post.
    """
    viewer = current_viewer()
    audience = audience_of(viewer)
    if not viewer.is_authenticated:
        if site().is_for_members:
            return page("timelines/members_only.html", fragment="posts")
        return _timeline(
            viewer, "timelines/welcome.html", lambda window: queries.explore(window, audience)
        )
    follows_many = viewer.columns["following_count"] >= queries.MANY
    find = queries.home_by_scan if follows_many else queries.home_by_author
    # With what was last typed in it and not sent.
    composer = None if wants_fragment() else post_composer(draft=draft_for(viewer))
    return _timeline(
        viewer, "timelines/home.html", lambda window: find(window, audience), composer=composer
    )


@blueprint.get("/explore")
@for_readers
def explore() -> ResponseReturnValue:
    """The public timeline."""
    viewer = current_viewer()
    audience = audience_of(viewer)
    return _timeline(
        viewer, "timelines/explore.html", lambda window: queries.explore(window, audience)
    )


@blueprint.get("/tags/<path:tag>")
@for_readers
def tag(tag: str) -> ResponseReturnValue:
    """The posts with a tag."""
    key = tag_key(tag) or abort(404)
    if key != tag:
        return redirect(url_for(".tag", tag=key), 303)
    viewer = current_viewer()
    audience = audience_of(viewer)
    return _timeline(
        viewer,
        "timelines/tag.html",
        lambda window: queries.tag(window, audience),
        {"tag": tag},
        tag=tag,
    )


def _timeline(
    viewer: Viewer,
    template: str,
    listing: Listing,
    values: dict[str, Any] | None = None,
    **context: Any,
) -> ResponseReturnValue:
    values, since = values or {}, requested_key("since")
    new = 0
    if since is not None:
        counted = queries.count_by_others(listing(NEWEST))
        new = read(counted, past_id=since, viewer_id=viewer.id, **values).scalar() or 0
    if wants_fragment() and since is not None:
        if not new:
            return make_response("", 204)
        return page(template, fragment="new_posts", since=since, new=new)
    rows, cards = read_timeline(listing, "id", viewer, **values)
    if since is None and rows.previous_url is None:
        since = rows.items[0].id if rows.items else 0
    context |= {"rows": rows, "cards": cards, "since": since, "new": new}
    return page(template, fragment="posts", **context)
