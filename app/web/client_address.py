"""The IP address of a client in one form, however the socket or a proxy writes it."""

from functools import lru_cache
from ipaddress import ip_address
from typing import Any


class ClientAddress:
    """WSGI middleware: makes ``REMOTE_ADDR`` canonical, for limits, lists and blocks."""

    def __init__(self, wsgi_app: Any) -> None:
        self.wsgi_app = wsgi_app

    def __call__(self, environ: dict[str, Any], start_response: Any) -> Any:
        """Answer a request."""
        environ["REMOTE_ADDR"] = canonical(environ.get("REMOTE_ADDR", ""))
        return self.wsgi_app(environ, start_response)


@lru_cache(1_000)
def canonical(text: str) -> str:
    """Return an address as RFC 5952 writes it, without port and zone; "" if ``text`` has none.

    Some proxies add the port of the client: ``192.0.2.1:5555``, ``[2001:db8::1]:5555``. A server
    that listens on IPv6 sees IPv4 addresses mapped.
    """
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        ip = ip_address(text.partition("%")[0])
    except ValueError:
        return ""  # A Unix socket, for example.
    return str(getattr(ip, "ipv4_mapped", None) or ip)
