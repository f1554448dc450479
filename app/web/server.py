"""The application that Granian serves: the WSGI application, behind bounds on what waits.

Granian holds the connections, so one that is idle or slow takes no thread.

- Pages are answered one at a time on the event loop. They wait for the database, for a writer of
  this process at most :data:`WRITER_FIRST`, and for no client and no password hash; under the
  interpreter's lock further threads would slow them down.
- Of other requests the body is received first (``receiving.py``). Then a second thread answers, so
  that a form that waits, for the write lock or for a hash, delays no page.
- What waits for another server (:func:`answer_elsewhere`), and forms with files, have threads of
  their own.
- A long file is sent as it is read (``streaming.py``).
- When too much waits already, the answer is 503.
"""

import asyncio
import sys
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from flask import Flask
from flask.sansio.app import App
from werkzeug import exceptions

from ..data.checkpoint import checkpoint
from ..data.write_lock import let_writer_finish
from .headers import FixedHeaders
from .receiving import Receiver
from .rsgi import Answer, Environ, call, environ_of
from .streaming import Sender

# Threads share the interpreter: a second one that writes would hold SQLite's write lock for longer,
# for which all other writers wait. More processes (WEB_WORKERS) answer more forms, on PostgreSQL
# too.
FORM_THREADS = 1
# Pages that wait for another server, and forms with files: both mostly wait for a store.
OTHER_THREADS, FILES_THREADS = 8, 4
# Seconds after which a page lets the other thread have the interpreter lock. A form gives the lock
# up at each call of the database, and would wait for Python's default of 5 ms each time.
SWITCH_INTERVAL = 0.0005
# Seconds that a page leaves the interpreter to the form that holds the write lock, for which the
# writers of all processes wait.
WRITER_FIRST = 0.02
# How many requests a process takes at once: pages, bodies that arrive, forms, pages that wait for
# another server, and forms with files.
MOST_PAGES, MOST_BODIES, MOST_FORMS, MOST_OTHERS, MOST_FILES_FORMS = 128, 512, 64, 128, 64


def answer_elsewhere(app: App, *endpoints: str) -> None:
    """Answer GETs of ``endpoints`` in threads of their own: they wait for another server."""
    app.extensions.setdefault("answered_elsewhere", set()).update(endpoints)


class Server:
    """An RSGI application that answers as ``app`` does."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.pages, self.bodies = asyncio.Semaphore(MOST_PAGES), asyncio.Semaphore(MOST_BODIES)
        self.forms = _Threads(FORM_THREADS, MOST_FORMS, "form")
        self.files_forms = _Threads(FILES_THREADS, MOST_FILES_FORMS, "files form")
        self.others = _Threads(OTHER_THREADS, MOST_OTHERS, "other")
        self.receiver, self.sender = Receiver(app), Sender(self.others.executor)
        endpoints = app.extensions.get("answered_elsewhere", ())
        rules = (rule.rule for rule in app.url_map.iter_rules() if rule.endpoint in endpoints)
        # How the paths of those endpoints begin.
        self.elsewhere = tuple(rule.partition("<")[0] for rule in rules)
        sys.setswitchinterval(SWITCH_INTERVAL)

    def __rsgi_del__(self, _loop: asyncio.AbstractEventLoop) -> None:
        """Finish when the process stops; atexit does not run in a worker of Granian."""
        for each in (self.forms, self.others, self.files_forms, self.receiver):
            each.executor.shutdown()
        with self.app.app_context():
            checkpoint()

    async def __rsgi__(self, scope: Any, protocol: Any) -> None:
        """Answer a request."""
        environ = environ_of(scope)
        try:
            answer = await self._answer(scope, environ, protocol)
        except exceptions.HTTPException as error:
            answer = self._refuse(error, environ)
        except Exception:
            self.app.logger.exception("The server could not answer %s.", scope.path)
            answer = self._refuse(exceptions.InternalServerError(), environ)
        await self.sender.send(protocol, *answer)

    def _refuse(self, error: exceptions.HTTPException, environ: Environ) -> Answer:
        return call(FixedHeaders(error, self.app.config), environ)

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
            return call(self.app, environ)

    async def _form(self, environ: Environ, protocol: Any) -> Answer:
        async with _admit(self.bodies):
            body, has_files = await self.receiver.receive(environ, protocol)
        environ["wsgi.input"] = body
        with body:
            return await (self.files_forms if has_files else self.forms).call(self.app, environ)


class _Threads:
    """Threads that answer requests, of which at most ``most`` wait or are answered."""

    def __init__(self, count: int, most: int, name: str) -> None:
        self.executor, self.limit = ThreadPoolExecutor(count, name), asyncio.Semaphore(most)

    async def call(self, app: Flask, environ: Environ) -> Answer:
        """Return the answer to a request."""
        async with _admit(self.limit):
            return await asyncio.get_running_loop().run_in_executor(
                self.executor, call, app, environ
            )


def _admit(limit: asyncio.Semaphore) -> asyncio.Semaphore:
    """Return ``limit``, to hold during a request; raise ServiceUnavailable if it is full."""
    if limit.locked():
        raise exceptions.ServiceUnavailable(retry_after=2)
    return limit
