"""The application object: Flask with our own requests, responses and templates."""

from collections.abc import Callable, Iterable
from contextlib import closing
from functools import cached_property
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import urlsplit

from flask import Flask, Request, Response
from werkzeug.datastructures import ImmutableMultiDict
from werkzeug.routing import MapAdapter
from werkzeug.sansio.http import parse_cookie

from .templates import Environment

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

# What a host is known by, and how many a process knows.
BEGINS = ("wsgi.url_scheme", "HTTP_HOST", "SERVER_NAME", "SERVER_PORT", "SCRIPT_NAME")
HOSTS_KEPT = 100


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
