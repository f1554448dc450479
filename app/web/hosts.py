"""Host names: which ones a request may name, so that no cache or URL holds another site's."""

import ipaddress
import re
from collections.abc import Collection
from typing import Any

from werkzeug.wrappers import Response

HOST = re.compile(r"(\[[0-9a-f:.]+\]|[^:]*)(?::[0-9]{1,5})?")
REFUSED = "This host name is not served here. Whoever runs the site sets it by BASE_URL.\n"


class ServedHosts:
    """WSGI middleware: refuses requests for a host that is not in ``hosts``.

    Werkzeug's own check (``TRUSTED_HOSTS``) knows neither upper case nor IPv6 addresses with a
    port. A health check from this machine may name any host.
    """

    def __init__(self, wsgi_app: Any, hosts: Collection[str]) -> None:
        self.wsgi_app, self.hosts = wsgi_app, hosts

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer a request."""
        host = environ.get("HTTP_HOST", environ.get("SERVER_NAME", "")).lower()
        if host_of(host) in self.hosts:
            environ["HTTP_HOST"] = host
        elif environ["PATH_INFO"] == "/healthz" and _is_loopback(environ.get("REMOTE_ADDR", "")):
            environ["HTTP_HOST"] = "localhost"
        else:
            return Response(REFUSED, 400, mimetype="text/plain")(environ, start_response)
        return self.wsgi_app(environ, start_response)


def host_of(netloc: str) -> str:
    """Return the name or address in a host with a port, in lower case; "" if it is none."""
    match = HOST.fullmatch(netloc.lower())
    return match[1] if match else ""


def _is_loopback(address: str) -> bool:
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
