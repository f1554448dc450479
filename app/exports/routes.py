"""Ask for one's archive and download it: under settings, or by a link for who cannot sign in."""

import secrets
from typing import Any

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from werkzeug.exceptions import ServiceUnavailable

from ..accounts.access import before_confirming, for_members
from ..accounts.models import User
from ..accounts.tokens import make_token, read_token
from ..accounts.viewer import viewer
from ..data.database import HasId, db, now
from ..media.quota import in_words
from ..media.store_protocol import StoreUnavailableError
from ..media.stores import path_in_folder, store
from ..web.access import for_everybody
from ..web.answers import page
from ..web.limits import limiter
from ..web.streaming import send_long
from . import blueprint
from .asking import ask_for_export
from .jobs import TYPE
from .models import KEPT, Export

# The kinds of token: of the form at log-in, and of the link to the archive.
TAKE_ALONG, ARCHIVE = "take-along", "archive"

limit_asking = limiter.shared_limit("10 per day", scope="exports", methods=["POST"])


@blueprint.route("/settings/export", methods=["GET", "POST"])
@before_confirming
@for_members
@limit_asking
def show() -> ResponseReturnValue:
    """Show the viewer's archive and how far it is; have the worker make one."""
    if request.method == "POST":
        ask_for_export(viewer, secrets.token_hex(16))
        return redirect(url_for(".show"), 303)
    return _page("exports/show.html", _export_of(viewer), url_for(".show"), url_for(".download"))


@blueprint.get("/settings/export/archive.zip")
@for_members
def download() -> Response:
    """Answer with the viewer's archive."""
    return _file(_export_of(viewer), viewer.username)


@blueprint.route("/login/export/<token>", methods=["GET", "POST"])
@for_everybody
@limit_asking
def show_by_link(token: str) -> ResponseReturnValue:
    """The same for somebody who is suspended or leaving: the form at log-in leads to the link."""
    if request.method == "POST":
        return redirect(url_for(".show_by_link", token=_ask_by_form(token)), 303)
    user, export = _by_link(token)
    download = url_for(".download_by_link", token=token)
    return _page("exports/taken.html", export, request.path, download, user=user)


@blueprint.get("/login/export/<token>/archive.zip")
@for_everybody
def download_by_link(token: str) -> Response:
    """Answer with the archive of somebody who cannot sign in."""
    user, export = _by_link(token)
    return _file(export, user.username)


def how_to_take_along(user: User) -> dict[str, Any] | None:
    """Return the token of the form by which somebody who cannot sign in asks for an archive."""
    if user.state not in ("suspended", "leaving"):
        return None
    nonce = secrets.token_hex(16)
    token = make_token(TAKE_ALONG, user, ends=now() + KEPT, nonce=nonce)
    return {"token": token}


def _ask_by_form(token: str) -> str:
    """Have the archive made that the form at log-in asks for; return the token of its link."""
    found = read_token(TAKE_ALONG, token) or abort(404)
    export = ask_for_export(found.user, found.claims["nonce"])
    return make_token(ARCHIVE, found.user, ends=now() + 2 * KEPT, export=export.id)


def _by_link(token: str) -> tuple[User, Export | None]:
    """Return whose archive the link is of, and the archive, while it is there; else 404."""
    found = read_token(ARCHIVE, token) or abort(404)
    export = _export_of(found.user)
    is_it = export is not None and export.id == found.claims["export"]
    return found.user, export if is_it else None


def _export_of(user: HasId) -> Export | None:
    return db.session.scalar(select(Export).where(Export.user_id == user.id))


def _page(
    template: str, export: Export | None, url: str, download: str, **more: Any
) -> ResponseReturnValue:
    more |= {"export": export, "url": url, "download": download, "in_words": in_words}
    return page(template, "archive", **more)


def _file(export: Export | None, username: str) -> Response:
    if export is None or export.state != "ready":
        abort(404)
    try:
        pieces, size = store().open(export.file)
    except FileNotFoundError:
        abort(404)
    except StoreUnavailableError:
        raise ServiceUnavailable(retry_after=60) from None
    send_long(request.environ, path_in_folder(export.file))
    response = Response(pieces, mimetype=TYPE)
    response.content_length = size
    response.headers["Content-Disposition"] = f'attachment; filename="{username}.zip"'
    return response
