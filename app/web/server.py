"""The application that Granian serves: the WSGI application, behind bounds on what waits.

Granian holds the connections, so one that is idle or slow takes no thread. Its interface is RSGI
(https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md).

- Pages are answered one at a time on the event loop. They wait for the database, but for no client,
  no writer and no password hash; under the interpreter's lock further threads would slow them down.
- Of other requests the body is read first, within a deadline. Then a second thread answers, so that
  a form that waits, for the write lock or for a hash, delays no page.
- When too much waits already, the answer is 503.
"""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from typing import Any

from flask import Flask
from werkzeug import exceptions

from ..data.checkpoint import checkpoint
from ..data.write_lock import let_writer_finish
from .headers import FixedHeaders

# More would wait for each other: SQLite has one writer, and each holds its lock for longer then.
FORM_THREADS = 1
# Seconds after which a page lets the other thread have the interpreter lock. A form gives the lock
# up at each call of the database, and would wait for Python's default of 5 ms each time.
SWITCH_INTERVAL = 0.0005
# Seconds that a page leaves the interpreter to the form that holds the write lock, for which the
# writers of all processes wait.
WRITER_FIRST = 0.02
# How many requests a process takes at once: pages, bodies that arrive, forms.
MOST_PAGES, MOST_BODIES, MOST_FORMS = 128, 512, 64
# Seconds within which a body arrives, and the bytes that add a second.
BODY_TIMEOUT, LOWEST_RATE = 10, 16 * 1024

Environ = dict[str, Any]
# Status, headers and body.
Answer = tuple[int, list[tuple[str, str]], bytes]


class Server:
    """An RSGI application that answers as ``app`` does."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.largest_body = app.config["MAX_CONTENT_LENGTH"]
        limits = MOST_PAGES, MOST_BODIES, MOST_FORMS
        self.pages, self.bodies, self.forms = map(asyncio.Semaphore, limits)
        self.threads = ThreadPoolExecutor(FORM_THREADS, "form")
        sys.setswitchinterval(SWITCH_INTERVAL)

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Finish when the process stops; atexit does not run in a worker of Granian."""
        self.threads.shutdown()
        with self.app.app_context():
            checkpoint()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer a request."""
        environ = _environ(scope)
        try:
            is_page = scope.method in ("GET", "HEAD")
            answer = await (self._page(environ) if is_page else self._form(environ, protocol))
        except exceptions.HTTPException as error:
            answer = self._refuse(error, environ)
        except Exception:
            self.app.logger.exception("The server could not answer %s.", scope.path)
            answer = self._refuse(exceptions.InternalServerError(), environ)
        protocol.response_bytes(*answer)

    def _refuse(self, error: exceptions.HTTPException, environ: Environ) -> Answer:
        return _call(FixedHeaders(error, self.app.config), environ)

    async def _page(self, environ: Environ) -> Answer:
        environ.pop("CONTENT_LENGTH", None)
        async with _admit(self.pages):
            # Requests that came during the last page are counted before this one is answered.
            await asyncio.sleep(0)
            let_writer_finish(within=WRITER_FIRST)
            return _call(self.app, environ)

    async def _form(self, environ: Environ, protocol: Any) -> Answer:
        async with _admit(self.bodies):
            environ["wsgi.input"] = BytesIO(await self._body(environ, protocol))
        async with _admit(self.forms):
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self.threads, _call, self.app, environ)

    async def _body(self, environ: Environ, protocol: Any) -> bytes:
        if "HTTP_TRANSFER_ENCODING" in environ:
            raise exceptions.LengthRequired
        length = int(environ.get("CONTENT_LENGTH", 0))
        if length > self.largest_body:
            return b""  # The length alone has Flask answer 413.
        try:
            async with asyncio.timeout(BODY_TIMEOUT + length / LOWEST_RATE):
                return bytes(await protocol())
        except TimeoutError:
            raise exceptions.RequestTimeout from None


def _admit(limit: asyncio.Semaphore) -> asyncio.Semaphore:
    """Return ``limit``, to hold during a request; raise ServiceUnavailable if it is full."""
    if limit.locked():
        raise exceptions.ServiceUnavailable(retry_after=2)
    return limit


def _environ(scope: Any) -> Environ:
    """Return the WSGI environment (PEP 3333) of a request."""
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
        **dict.fromkeys(("wsgi.multithread", "wsgi.multiprocess"), True),
        "wsgi.run_once": False,
    }
    for name, value in scope.headers.items():
        # X_Forwarded_For could not be told from the header that a proxy sets.
        if "_" not in name:
            key = name.upper().replace("-", "_")
            key = key if key in ("CONTENT_TYPE", "CONTENT_LENGTH") else f"HTTP_{key}"
            separator = "; " if name == "cookie" else ","
            environ[key] = f"{environ[key]}{separator}{value}" if key in environ else value
    return environ


def _call(wsgi_app: Any, environ: Environ) -> Answer:
    started: list[Any] = []

    def start_response(status: str, headers: list[tuple[str, str]], *_error: object) -> None:
        started[:] = int(status[:3]), headers

    body = wsgi_app(environ, start_response)
    try:
        content = b"".join(body)
    finally:
        if hasattr(body, "close"):
            body.close()
    return started[0], started[1], content
