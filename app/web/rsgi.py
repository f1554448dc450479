"""Between RSGI, the interface of Granian, and WSGI, the interface of Flask.

https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md
"""

import sys
from io import BytesIO
from typing import Any

from .streaming import Body, close, long_body

Environ = dict[str, Any]
# Status, headers and body.
Answer = tuple[int, list[tuple[str, str]], Body]


def environ_of(scope: Any) -> Environ:
    """Return the WSGI environment (PEP 3333) of a request, without its body."""
    host, _, port = scope.server.rpartition(":")
    environ = {
        "REQUEST_METHOD": scope.method,
        "SCRIPT_NAME": "",
        "PATH_INFO": scope.path.encode().decode("latin-1"),
        "QUERY_STRING": scope.query_string,
        "SERVER_PROTOCOL": f"HTTP/{scope.http_version}",
        "SERVER_NAME": host,
        "SERVER_PORT": port,
        "REMOTE_ADDR": scope.client.rpartition(":")[0].strip("[]"),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope.scheme,
        "wsgi.input": BytesIO(),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": True,
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        # X_Forwarded_For could not be distinguished from the header that a proxy sets.
        if "_" not in name:
            key = name.upper().replace("-", "_")
            key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
            separator = "; " if name == "cookie" else ","
            environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value
    return environ


def call(wsgi_app: Any, environ: Environ) -> Answer:
    """Return the answer of a WSGI application."""
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_error: object) -> None:
        started[:] = int(status[:3]), headers

    body = wsgi_app(environ, start_response)
    if (long := long_body(environ, body)) is not None:
        return started[0], started[1], long
    try:
        content = b"".join(body)
    finally:
        close(body)
    return started[0], started[1], content
