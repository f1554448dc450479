"""What strangers ask for is the same for all of them: kept for a moment, made once.

A page without a cookie depends on nothing but its address and a few headers. One that was
made is given to everybody who asks within ``STRANGERS_WAIT`` seconds, so that a link that goes
round costs a page every other second and not a page a reader. What this process writes
empties the cache at once; what another one writes shows when the time is over.
"""

import time
from collections.abc import Callable, Iterable
from threading import Lock
from typing import Any, NamedTuple

from flask import Flask

from ..data.database import committed

# In bytes, of all pages that a process keeps: it makes some 1,000 of 5 KB, compressed, before
# the first is over. One that is not compressed is 30 KB.
MOST_KEPT = 8_000_000
# What a page takes besides its body and where it is found, about: headers, and Python's own.
BESIDES = 2_000
# All that an answer to somebody without a cookie depends on.
ASKED = (
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_HOST",
    "wsgi.url_scheme",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_ACCEPT_LANGUAGE",
    "HTTP_HX_REQUEST",
    "HTTP_HX_REQUEST_TYPE",
)

Environ = dict[str, Any]
Key = tuple[str | None, ...]
Start = Callable[..., Any]


def init_app(app: Flask) -> None:
    """Put the cache in front of ``app``, unless it is to keep nothing."""
    seconds = app.config["STRANGERS_WAIT"]
    if seconds and not app.debug:
        app.wsgi_app = Strangers(app.wsgi_app, seconds)  # type: ignore[method-assign]


class Page(NamedTuple):
    """An answer, and until when it is given again."""

    ends: float
    status: str
    headers: list[tuple[str, str]]
    body: list[bytes]


class Pages:
    """Pages by what was asked, the first to end first, within :data:`MOST_KEPT` bytes."""

    def __init__(self) -> None:
        self.size = 0
        self._kept: dict[Key, Page] = {}
        self._lock = Lock()

    def get(self, key: Key) -> Page | None:
        """Return the page, unless it is over."""
        page = self._kept.get(key)
        return page if page and page.ends > time.monotonic() else None

    def keep(self, key: Key, page: Page) -> None:
        """Keep ``page``, if there is room when those that are over are thrown away.

        What is there stays: when more is asked for in turn than there is room for, the
        newest in place of the oldest would mean that nobody finds any.
        """
        size = _size(key, page)
        with self._lock:
            while self._kept and not self.get(first := next(iter(self._kept))):
                self.size -= _size(first, self._kept.pop(first))
            if key not in self._kept and self.size + size <= MOST_KEPT:
                self._kept[key] = page
                self.size += size


class Strangers:
    """WSGI middleware: answers a GET without a cookie from what was answered just now."""

    def __init__(self, app: Any, seconds: int) -> None:
        self.app, self.seconds = app, seconds
        self.pages = Pages()
        committed.connect(self._forget)

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Answer a request."""
        if environ["REQUEST_METHOD"] != "GET" or "HTTP_COOKIE" in environ:
            return self.app(environ, start_response)
        key = tuple(environ.get(name) for name in ASKED)
        page = self.pages.get(key) or self._make(key, environ)
        start_response(page.status, page.headers)
        return page.body

    def _make(self, key: Key, environ: Environ) -> Page:
        # What is committed while the page is made puts others in place of these.
        pages = self.pages
        said: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], *_error: object) -> None:
            said.update(status=status, headers=headers)

        body = self.app(environ, start_response)
        try:
            page = Page(time.monotonic() + self.seconds, **said, body=list(body))
        finally:
            if hasattr(body, "close"):
                body.close()
        if _may_be_kept(page):
            pages.keep(key, page)
        return page

    def _forget(self, _sender: object) -> None:
        self.pages = Pages()


def _may_be_kept(page: Page) -> bool:
    said = {name.lower(): value for name, value in page.headers}
    is_page = said.get("content-type", "").startswith("text/html")
    return page.status.startswith("200") and is_page and "set-cookie" not in said


def _size(key: Key, page: Page) -> int:
    return BESIDES + sum(len(part) for part in (*key, *page.body) if part)
