"""The page of notifications, which reads them, and their number."""

from urllib.parse import urlsplit

from flask import Response, abort, make_response, request, session, url_for
from flask.typing import ResponseReturnValue

from ..accounts.access import for_members
from ..accounts.viewer import current_viewer, viewer
from ..web.answers import page
from ..web.paging import requested_key
from ..web.requests import wants_fragment
from . import blueprint
from .groups import read_groups
from .models import KINDS, read_through
from .unread import unread_count

# In the cookie: what came after this id is marked as new, until the viewer leaves the page; and
# whether they have only opened what it lists, from which they come back.
NEW_AFTER = "notifications-new-after"
OPENED = "notifications-opened"
# The blueprints of the pages that it links to.
LISTED = ("posts", "profiles")


@blueprint.get("/notifications")
@for_members
def index() -> ResponseReturnValue:
    """List notifications, of one ``?kind=``. ``?counted=N`` polls their number.

    The page of all, from the newest on, has them read.
    """
    viewer = current_viewer()
    counted, unread = requested_key("counted"), unread_count(viewer)
    if wants_fragment() and counted is not None:
        if counted == unread:
            return make_response("", 204)
        return page("notifications/_unread.html", fragment="unread", unread=unread)
    kind = request.args.get("kind") or None
    if kind and kind not in KINDS:
        abort(404)
    rows, groups = read_groups(viewer, kind, _new_after())
    shows_all = counted is None and not (wants_fragment() or kind or rows.previous_url)
    if unread and groups and shows_all and read_through(viewer, groups[0].id):
        unread = 0
    return page(
        "notifications/index.html",
        fragment="notifications",
        rows=rows,
        groups=groups,
        kind=kind,
        unread=unread,
    )


def _new_after() -> int:
    """Return the id after which notifications are marked as new.

    They stay marked on all that is loaded from this page, and for who opens a notification and
    comes back, until the viewer comes from another page.
    """
    kept: int | None = session.get(NEW_AFTER)
    stays = wants_fragment() or _is_from_here() or session.pop(OPENED, False)
    if kept is not None and stays:
        return kept
    read_at: int = viewer.columns["notifications_read_at"]
    if not wants_fragment() and kept != read_at:
        session[NEW_AFTER] = read_at
    return read_at


@blueprint.after_app_request
def note_opened(response: Response) -> Response:
    """Note that the viewer has opened a notification, or has left for another page."""
    if NEW_AFTER not in session or request.method != "GET" or wants_fragment():
        return response
    if response.mimetype != "text/html" or response.cache_control.public:
        return response
    # A browser that goes back sends the page from which it first came here, so that would not do.
    if request.blueprint in LISTED:
        if _is_from_here():
            session[OPENED] = True
    elif request.blueprint != blueprint.name:
        session.pop(OPENED, None)
    return response


def _is_from_here() -> bool:
    return urlsplit(request.referrer or "").path == url_for("notifications.index")
