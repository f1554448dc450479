"""A page and its fragments: one view serves both, at one URL, with and without JavaScript."""

import hashlib
from collections.abc import Callable, Iterable
from contextlib import closing
from functools import cache, cached_property, lru_cache
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from flask import (
    Flask,
    Request,
    Response,
    current_app,
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
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.routing import BaseConverter, MapAdapter
from werkzeug.sansio.http import parse_cookie
from werkzeug.wrappers import Response as AnyResponse
from whitenoise import WhiteNoise

import config

from .db import db
from .ids import BIGGEST_ID
from .parts import whole
from .security import FixedHeaders
from .templates import Environment

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

STATIC = config.ROOT / "static"
# How many addresses a process keeps.
ADDRESSES_KEPT = 10_000
# In characters: addresses with longer values are not kept.
LONGEST_KEPT = 100
# What a host is known by, and how many a process knows.
BEGINS = ("wsgi.url_scheme", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "SCRIPT_NAME")
HOSTS_KEPT = 100
# The headers by which an answer may be another one.
DIFFERS_BY = ("HX-Request", "HX-Request-Type", "Cookie", "Accept-Language")

bootstrap = Bootstrap5()
htmx = HTMX()


def init_app(app: Flask) -> None:
    """Give ``app`` its templates' surroundings, its URL parts and its static files."""
    bootstrap.init_app(app)
    htmx.init_app(app)
    app.url_map.converters |= {"name": NameInUrl, "key": KeyInUrl}
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals["url_for"] = _url_for(app)
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


class OurRequest(Request):
    """A request, which knows of htmx."""

    @property
    def referrer(self) -> str | None:  # type: ignore[override]
        """The page that the person came from; None where what was sent is no address.

        Anybody may write it as they like, we and Flask-WTF take it apart, and Python fails then.
        """
        sent = self.headers.get("Referer")
        try:
            urlsplit(sent or "").port  # noqa: B018 - it is read later, and fails then
        except ValueError:
            return None
        return sent

    @cached_property
    def cookies(self) -> ImmutableMultiDict[str, str]:
        """The cookies. Werkzeug looks for them along all headers."""
        held = self.environ.get("HTTP_COOKIE", "")
        return parse_cookie(held, cls=ImmutableMultiDict)  # type: ignore[return-value]

    @cached_property
    def wants_fragment(self) -> bool:
        """Whether htmx asks for an element's worth of HTML (htmx 4 says so in a header)."""
        return self.environ.get("HTTP_HX_REQUEST_TYPE") == "partial"


class OurResponse(Response):
    """A response, which goes out at once."""

    def get_app_iter(self, environ: "WSGIEnvironment") -> Iterable[bytes]:
        """Return what is sent: all that there is, in a list, unless it is made on the way.

        Granian sends a list as it is, and has a thread fetch each piece of anything else.
        """
        pieces = super().get_app_iter(environ)
        if not self.is_sequence or self.direct_passthrough:
            return pieces
        with closing(self):
            return list(pieces)


class Application(Flask):
    """Flask with our own requests, responses and templates."""

    request_class = OurRequest
    response_class = OurResponse
    jinja_environment = Environment  # type: ignore[assignment]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # How requests of ours begin (scheme, host, script's name), with what Flask makes of it.
        self._known: dict[tuple[str | None, ...], tuple[MapAdapter, str]] = {}

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """Return ``func`` as it is: nothing of ours is a coroutine, and Flask looks every time."""
        return func

    def create_url_adapter(self, request: Request | None) -> MapAdapter | None:
        """Return what finds the view of ``request``: Flask's, which looks at a host's name once.

        To hold it to the names that we trust takes longer than to find the view.
        """
        # Who asks for a websocket (of which we have none) is not to choose how others are answered.
        if request is None or "HTTP_UPGRADE" in request.environ:
            return super().create_url_adapter(request)
        begins = tuple([request.environ.get(name) for name in BEGINS])
        if begins not in self._known:
            adapter = cast(MapAdapter, super().create_url_adapter(request))
            # Under any number of ports, and so not of any number.
            if len(self._known) < HOSTS_KEPT:
                self._known[begins] = adapter, request.host
            return adapter
        like, request.host = self._known[begins]
        asked = (request.path, request.method, request.query_string.decode(errors="replace"))
        return MapAdapter(
            like.map, like.server_name, like.script_name, like.subdomain, like.url_scheme, *asked
        )


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


# Addresses


class NameInUrl(BaseConverter):
    """A username, as in ``/@<name:username>``."""

    regex = "[A-Za-z0-9_]{1,30}"


class KeyInUrl(BaseConverter):
    """A 64-bit id. A larger number is no page, rather than an overflow in the database."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """Return the id, at most the biggest that a database holds (which no row has)."""
        return min(int(value), BIGGEST_ID)


def _url_for(app: Flask) -> Callable[..., str]:
    """Return what templates call ``url_for``: Flask's own, which is asked once for each address."""

    @lru_cache(ADDRESSES_KEPT)
    def path(_root: str, endpoint: str, **values: Any) -> str:
        return app.url_for(endpoint, **values)

    def url_for(endpoint: str, **values: Any) -> str:
        # What somebody typed is not kept: it may be long, and is hardly asked for again.
        if any(len(str(value)) > LONGEST_KEPT for value in values.values()):
            return app.url_for(endpoint, **values)
        return path(request.script_root, endpoint, **values)

    return url_for


def external_url(endpoint: str, **values: Any) -> str:
    """Return an address for a mail, built from ``BASE_URL`` and never from the request's host."""
    path = current_app.url_map.bind("localhost").build(endpoint, values)
    return str(current_app.config["BASE_URL"]) + path


# Static files


@cache
def static_url() -> str:
    """Return ``/static/<release>``: the release is a hash of all files, so they cache for ever."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.rglob("*")):
        if file.is_file() and file.suffix not in (".br", ".gz"):
            digest.update(str(file.relative_to(STATIC)).encode() + file.read_bytes())
    return f"/static/{digest.hexdigest()[:12]}"


# Health


def _healthz() -> tuple[str, int, dict[str, str]]:
    db.session.execute(text("SELECT 1"))
    return "ok", 200, {"Content-Type": "text/plain"}
