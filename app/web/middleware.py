"""All WSGI middleware, in the order in which a request passes it."""

from typing import Any

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise

from .anonymous_cache import AnonymousCache
from .client_address import ClientAddress
from .headers import FixedHeaders
from .hosts import ServedHosts
from .urls import STATIC, static_url


def init_app(app: Flask) -> None:
    """Wrap ``app``; the last layer here is the first that a request passes.

    1. ``ProxyFix`` and ``ClientAddress``, so that all others see the real address and scheme.
    2. ``FixedHeaders``, because files and cached pages carry them too.
    3. ``WhiteNoise``, so that a file costs neither a cache key nor a Flask request.
    4. ``ServedHosts``, so that the cache and the pages know only our own hosts.
    5. ``AnonymousCache``, directly in front of what it remembers.
    """
    config, wsgi_app = app.config, app.wsgi_app
    # During development, what was just edited must show.
    if not app.debug and (seconds := config["ANONYMOUS_CACHE_SECONDS"]):
        wsgi_app = AnonymousCache(wsgi_app, seconds, list(config["LANGUAGES"]))
    wsgi_app = ServedHosts(wsgi_app, config["SERVED_HOSTS"])
    if not app.debug:
        app.extensions["files"] = wsgi_app = _static_files(wsgi_app)
    wsgi_app = ClientAddress(FixedHeaders(wsgi_app, config))
    if proxies := config["TRUSTED_PROXIES"]:
        wsgi_app = ProxyFix(wsgi_app, x_for=proxies, x_proto=proxies)
    app.wsgi_app = wsgi_app  # type: ignore[method-assign]


def _static_files(wsgi_app: Any) -> WhiteNoise:
    # The URL of a file contains a hash of all files, so any file may be cached for ever.
    return WhiteNoise(
        wsgi_app, root=STATIC, prefix=static_url(), immutable_file_test=lambda path, url: True
    )
