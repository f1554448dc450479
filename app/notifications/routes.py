"""The page of notifications, which reads them, and their number."""

from urllib.parse import urlsplit

from flask import abort, make_response, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_login import login_required

from ..accounts.viewer import viewer
from ..web.answers import page, wants_fragment
from ..web.paging import requested_key
from . import blueprint
from .groups import read_groups
from .models import KINDS, read_through
from .unread import unread_count

# In the cookie: what came after this id is marked as new, until the viewer leaves the page.
NEW_AFTER = "notifications-new-after"


@blueprint.get("/notifications")
@login_required
def index() -> ResponseReturnValue:
    """List notifications, of one ``?kind=``. ``?counted=N`` polls their number.

    The page of all, from the newest on, has them read.
    """
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

    They stay marked on all that is loaded from this page until the viewer comes from another one.
    """
    kept: int | None = session.get(NEW_AFTER)
    stays = wants_fragment() or urlsplit(request.referrer or "").path == url_for(".index")
    if kept is not None and stays:
        return kept
    read_at: int = viewer.columns["notifications_read_at"]
    if not wants_fragment() and kept != read_at:
        session[NEW_AFTER] = read_at
    return read_at
