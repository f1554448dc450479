"""The page of notifications, their number, and marking them as read."""

from dataclasses import replace

from flask import abort, make_response, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import login_required

from ..accounts.viewer import viewer
from ..data.ids import BIGGEST_ID
from ..web.answers import changed, page, show_message, wants_fragment
from ..web.limits import limiter
from ..web.paging import requested_key
from ..web.typed import carry_when_expired
from . import blueprint
from .groups import read_groups
from .models import KINDS, read_through
from .unread import count_unread_now, unread_count

carry_when_expired("through", "kind")


@blueprint.get("/notifications")
@login_required
def index() -> ResponseReturnValue:
    """List notifications, of one ``?kind=``. ``?counted=N`` polls their number."""
    counted = requested_key("counted")
    if wants_fragment() and counted is not None:
        unread = unread_count(viewer)
        if counted == unread:
            return make_response("", 204)
        return page("notifications/_unread.html", fragment="unread", unread=unread)
    kind = _known(request.args.get("kind"))
    rows, groups = read_groups(viewer, kind)
    return page(
        "notifications/index.html", fragment="notifications", rows=rows, groups=groups, kind=kind
    )


@blueprint.post("/notifications/read")
@login_required
@limiter.limit("2000 per 10 minutes")
def read() -> ResponseReturnValue:
    """Mark as read what was on the page, down from ``through``; what came since stays new."""
    kind = _known(request.form.get("kind"))
    through = request.form.get("through", type=int)
    if through is None or through < 0:
        abort(400, _("Reload the page and send it again."))
    read_through(viewer, min(through, BIGGEST_ID), kind)
    show_message(_("Marked as read."))
    to = url_for("notifications.index", kind=kind)
    if not wants_fragment():
        return changed("notifications/_read.html", to=to)
    rows, groups = read_groups(viewer, kind)
    if rows.next_url:
        # The list is not at the address that was posted to.
        older = url_for("notifications.index", kind=kind, before=rows.items[-1].id)
        rows = replace(rows, next_url=older)
    return changed(
        "notifications/_read.html",
        to=to,
        rows=rows,
        groups=groups,
        kind=kind,
        unread=count_unread_now(viewer),
    )


def _known(kind: str | None) -> str | None:
    if kind and kind not in KINDS:
        abort(404)
    return kind or None
