"""A page and its fragments: one view serves both, at one URL, with and without JavaScript."""

from typing import Any
from urllib.parse import urlsplit

from flask import (
    Flask,
    Response,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
)
from flask_bootstrap import Bootstrap5
from flask_htmx import HTMX
from jinja2_fragments.flask import render_block
from sqlalchemy import text
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response as AnyResponse
from whitenoise import WhiteNoise

from ..data.database import db
from .application import OurRequest, OurResponse
from .fragments import whole
from .security import FixedHeaders
from .urls import STATIC, static_url

# The headers by which an answer may be another one.
DIFFERS_BY = ("HX-Request", "HX-Request-Type", "Cookie", "Accept-Language")

bootstrap = Bootstrap5()
htmx = HTMX()


def init_app(app: Flask) -> None:
    """Give ``app`` what its templates draw with, its static files and what stands before it."""
    bootstrap.init_app(app)
    htmx.init_app(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.after_request(_keep_apart)
    app.add_url_rule("/healthz", "healthz", _healthz)
    if not app.debug:
        app.extensions["files"] = app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
            app.wsgi_app,
            root=STATIC,
            prefix=static_url(),
            immutable_file_test=lambda path, url: True,
        )
    app.wsgi_app = FixedHeaders(app)  # type: ignore[method-assign]
    if proxies := app.config["TRUSTED_PROXIES"]:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies)  # type: ignore[method-assign]


# Answers


def wants_fragment() -> bool:
    """Whether htmx asks for an element's worth of HTML."""
    asked: OurRequest = request._get_current_object()  # type: ignore[attr-defined]
    return asked.wants_fragment


def page(template: str, fragment: str, status: int = 200, **context: Any) -> Response:
    """Answer with ``template``, or with its block ``fragment`` alone where htmx swaps that in.

    So a fragment is a verbatim piece of the full page at the same URL.
    """
    if not wants_fragment():
        return OurResponse(whole(render_template(template, **context)), status)
    response = OurResponse(whole(render_block(template, fragment, **context)), status)
    if (place := context.get("rows")) and place.through_url:
        response.headers["HX-Replace-Url"] = place.through_url
    return response


def changed(partial: str, to: str, **context: Any) -> AnyResponse:
    """Answer a successful POST: the fragment ``partial`` for htmx, else a redirect to ``to``.

    Messages that were flashed travel with the fragment.
    """
    if wants_fragment():
        html = render_template(partial, **context) + render_template("_messages_partial.html")
        return make_response(whole(html))
    return redirect(to, 303)


def reloaded(to: str) -> AnyResponse:
    """Answer a successful POST that changes all of the page: htmx loads it anew, else a redirect.

    Messages wait for the page that comes.
    """
    if wants_fragment():
        response = make_response("")
        response.headers["HX-Refresh"] = "true"
        return response
    return redirect(to, 303)


def answer_with_messages(status: int) -> Response:
    """Answer htmx with nothing but the flashed messages: what is on the page stays."""
    return make_response(render_template("_messages_partial.html"), status)


def back(anchor: str = "", *, instead_of: str = "", default: str = "/") -> str:
    """Return the path that the person came from, else ``default``, with ``#anchor``.

    ``instead_of`` names a path that no longer exists and is not gone back to.
    """
    came_from = urlsplit(request.referrer or "")
    own = came_from.netloc == request.host and own_path(came_from.path)
    if not own or came_from.path in (instead_of, request.path):
        return default
    query = f"?{came_from.query}" if came_from.query else ""
    return came_from.path + query + (f"#{anchor}" if anchor else "")


def own_path(target: str | None) -> bool:
    r"""Whether ``target`` leads to a page of ours and cannot be read as another site's address.

    Browsers take ``//host``, ``/\host`` and either with tabs or line ends inside
    for other hosts (WHATWG URL, section 4.4), so only plain paths pass.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return False
    if "\\" in target or any(ord(c) <= 0x20 or ord(c) == 0x7F for c in target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc


def notify(message: str, *, undo: str | None = None) -> None:
    """Show ``message`` once, with a button "Undo" that posts to ``undo`` if that is given."""
    flash({"text": str(message), "undo": undo}, "message")  # type: ignore[arg-type]


def _keep_apart(response: Response) -> Response:
    # Flask-Login looks into every session, and Flask would say so: for what is everybody's, that
    # means nothing, and for all else it is said here.
    session.accessed = False
    headers = response.headers
    said = {name.lower() for name, _value in headers}
    if "cache-control" in said and (response.cache_control.max_age or _is_file(response)):
        return response
    # A page and its fragment share a URL, and so do one person's page and another's.
    if "vary" in said:
        response.vary.update(DIFFERS_BY)
    else:
        headers["Vary"] = ", ".join(DIFFERS_BY)
    if "cache-control" not in said:
        headers["Cache-Control"] = "private, no-store"
    return response


def _is_file(response: Response) -> bool:
    return request.endpoint in ("static", "bootstrap.static") and response.status_code < 400


# Health


def _healthz() -> tuple[str, int, dict[str, str]]:
    db.session.execute(text("SELECT 1"))
    return "ok", 200, {"Content-Type": "text/plain"}
