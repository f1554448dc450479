"""The application that Granian serves: the WSGI application, behind bounds on what waits.

Granian holds the connections, so one that is idle or slow takes no thread. Its interface is RSGI
(https://github.com/emmett-framework/granian/blob/master/docs/spec/RSGI.md).

- Pages are answered one at a time on the event loop. They wait for the database, but for no client,
  no writer and no password hash; under the interpreter's lock further threads would slow them down.
- Of other requests the body is read first, within a deadline. Then a second thread answers, so that
  a form that waits, for the write lock or for a hash, delays no page.
- What waits for another server (:func:`answer_elsewhere`), and forms with files (``bodies.py``),
  have threads of their own.
- A long file is sent as it is read (``streaming.py``).
- When too much waits already, the answer is 503.
"""

import asyncio
import re
import sys
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from io import BytesIO
from pathlib import Path
from typing import IO, Any

from flask import Flask
from werkzeug import exceptions

from ..data.checkpoint import checkpoint
from ..data.write_lock import let_writer_finish
from .bodies import ANONYMOUS, FilesBody, files_sender
from .headers import FixedHeaders
from .streaming import Body, Sender, close, long_body

# More would wait for each other: SQLite has one writer, and each holds its lock for longer then.
FORM_THREADS = 1
# Pages that wait for another server, and forms with files: both mostly wait for a store.
OTHER_THREADS, FILES_THREADS = 8, 4
# Seconds after which a page lets the other thread have the interpreter lock. A form gives the lock
# up at each call of the database, and would wait for Python's default of 5 ms each time.
SWITCH_INTERVAL = 0.0005
# Seconds that a page leaves the interpreter to the form that holds the write lock, for which the
# writers of all processes wait.
WRITER_FIRST = 0.02
# How many requests a process takes at once: pages, bodies that arrive, forms, and pages that wait
# for another server.
MOST_PAGES, MOST_BODIES, MOST_FORMS, MOST_OTHERS = 128, 512, 64, 128
# How many forms with files it takes at once, and how many large ones of one person.
MOST_FILES, MOST_FILES_EACH = 64, 4
# Seconds within which a body arrives, and the bytes that add a second.
BODY_TIMEOUT, LOWEST_RATE = 10, 16 * 1024
# How many times the longest body is read, to answer with the text of the form.
READ_TIMES = 4
# Bytes of a body with files that are written at once.
BLOCK = 256 * 1024
# Bytes of a multipart form in which a file is looked for: longer ones are taken to have some.
TEXT_ONLY = 16 * 1024
# The head of a part with a file (RFC 7578); the name is empty where none was chosen.
NAMED_FILE = re.compile(rb"""filename\*?="?[^"\r\n;]""", re.IGNORECASE)

Environ = dict[str, Any]
# Status, headers and body.
Answer = tuple[int, list[tuple[str, str]], Body]


def answer_elsewhere(app: Flask, *endpoints: str) -> None:
    """Answer GETs of ``endpoints`` in threads of their own: they wait for another server."""
    app.extensions.setdefault("answered_elsewhere", set()).update(endpoints)


class Server:
    """An RSGI application that answers as ``app`` does."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.largest_body = app.config["MAX_CONTENT_LENGTH"]
        limits = MOST_PAGES, MOST_BODIES
        self.pages, self.bodies = map(asyncio.Semaphore, limits)
        self.forms = _Threads(FORM_THREADS, MOST_FORMS, "form")
        self.others = _Threads(OTHER_THREADS, MOST_OTHERS, "other")
        self.sender = Sender(self.others.threads)
        self.files_forms = _Threads(FILES_THREADS, MOST_FILES, "files form")
        # Writes bodies with files, and finds out whose they are.
        self.files_thread = ThreadPoolExecutor(1, "files")
        # The bodies with files that arrive, by the id of who sends them.
        self.senders: Counter[int] = Counter()
        endpoints = app.extensions.get("answered_elsewhere", ())
        rules = (rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in endpoints)
        self.elsewhere = tuple(rule.partition("<")[0] for rule in rules)
        sys.setswitchinterval(SWITCH_INTERVAL)

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Finish when the process stops; atexit does not run in a worker of Granian."""
        for each in (self.forms, self.others, self.files_forms):
            each.threads.shutdown()
        self.files_thread.shutdown()
        with self.app.app_context():
            checkpoint()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer a request."""
        environ = _environ(scope)
        try:
            answer = await self._answer(scope, environ, protocol)
        except exceptions.HTTPException as error:
            answer = self._refuse(error, environ)
        except Exception:
            self.app.logger.exception("The server could not answer %s.", scope.path)
            answer = self._refuse(exceptions.InternalServerError(), environ)
        await self.sender.send(protocol, *answer)

    def _refuse(self, error: exceptions.HTTPException, environ: Environ) -> Answer:
        return _call(FixedHeaders(error, self.app.config), environ)

    async def _answer(self, scope: Any, environ: Environ, protocol: Any) -> Answer:
        if scope.method not in ("GET", "HEAD"):
            return await self._form(environ, protocol)
        environ.pop("CONTENT_LENGTH", None)
        if scope.path.startswith(self.elsewhere):
            return await self.others.call(self.app, environ)
        async with _admit(self.pages):
            # Requests that came during the last page are counted before this one is answered.
            await asyncio.sleep(0)
            let_writer_finish(within=WRITER_FIRST)
            return _call(self.app, environ)

    async def _form(self, environ: Environ, protocol: Any) -> Answer:
        if "HTTP_TRANSFER_ENCODING" in environ:
            raise exceptions.LengthRequired
        length = int(environ.get("CONTENT_LENGTH", 0))
        async with _admit(self.bodies):
            if length <= self.largest_body:
                body = await self._body(length, protocol)
                environ["wsgi.input"] = BytesIO(body)
                has_files = length > TEXT_ONLY or bool(NAMED_FILE.search(body))
            else:
                environ["wsgi.input"] = await self._files(length, environ, protocol)
                has_files = True
        is_multipart = environ.get("CONTENT_TYPE", "").startswith("multipart/")
        has_files = has_files and is_multipart
        try:
            return await (self.files_forms if has_files else self.forms).call(self.app, environ)
        finally:
            environ["wsgi.input"].close()

    async def _body(self, length: int, protocol: Any) -> bytes:
        try:
            async with asyncio.timeout(BODY_TIMEOUT + length / LOWEST_RATE):
                return bytes(await protocol())
        except TimeoutError:
            raise exceptions.RequestTimeout from None

    async def _files(self, length: int, environ: Environ, protocol: Any) -> IO[bytes]:
        """Receive a long body; nothing is read of one that Flask is to answer by 413."""
        files_length = self.app.config["MAX_FILES_LENGTH"]
        if length > READ_TIMES * files_length:
            return BytesIO()
        loop = asyncio.get_running_loop()
        sender = await loop.run_in_executor(self.files_thread, files_sender, self.app, environ)
        if sender is None:
            return BytesIO()
        if self.senders.total() >= MOST_FILES or self.senders[sender] >= MOST_FILES_EACH:
            raise exceptions.ServiceUnavailable(retry_after=2)
        longest = files_length if sender != ANONYMOUS else 0
        body = FilesBody(Path(self.app.instance_path), length, longest=longest)
        self.senders[sender] += 1
        try:
            await self._receive(body, protocol)
        except BaseException:
            # In the thread, which may be writing still.
            self.files_thread.submit(body.close)
            raise
        finally:
            self.senders -= Counter([sender])
        return body.input_of(environ)

    async def _receive(self, body: FilesBody, protocol: Any) -> None:
        loop = asyncio.get_running_loop()
        until, received, block = loop.time() + BODY_TIMEOUT, 0, bytearray()
        try:
            async with asyncio.timeout_at(until) as deadline:
                async for chunk in protocol:
                    received += len(chunk)
                    deadline.reschedule(until + received / LOWEST_RATE)
                    block += chunk
                    if len(block) >= BLOCK or received >= body.length:
                        await loop.run_in_executor(self.files_thread, body.write, bytes(block))
                        block.clear()
        except TimeoutError:
            raise exceptions.RequestTimeout from None
        if body.received < body.length:
            raise exceptions.ClientDisconnected


class _Threads:
    """Threads that answer requests, of which at most ``most`` wait or are answered."""

    def __init__(self, count: int, most: int, name: str) -> None:
        self.threads, self.limit = ThreadPoolExecutor(count, name), asyncio.Semaphore(most)

    async def call(self, app: Flask, environ: Environ) -> Answer:
        """Return the answer to a request."""
        async with _admit(self.limit):
            return await asyncio.get_running_loop().run_in_executor(
                self.threads, _call, app, environ
            )


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
    if (long := long_body(environ, body)) is not None:
        return started[0], started[1], long
    try:
        content = b"".join(body)
    finally:
        close(body)
    return started[0], started[1], content
