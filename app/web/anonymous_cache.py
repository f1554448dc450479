"""A cache of the pages of anonymous viewers: of requests without a cookie, except preferences.

Such a page depends on nothing but its URL, a few headers, and the theme and the language that it is
shown in (:mod:`.preferences`). It answers every such request for ``ANONYMOUS_CACHE_SECONDS``, so
that a page with many viewers is rendered once in that time. A commit by this process empties the
cache at once; a commit by another process shows when the time is over.
"""

import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from threading import Lock
from typing import Any, NamedTuple

from werkzeug.http import parse_cookie

from ..data.database import committed
from .i18n import best_language
from .preferences import LANGUAGE, PREFERENCES, THEME, THEMES, chosen

# Bytes of all pages that a process keeps.
MAX_SIZE = 12_000_000
# Bytes that an entry takes besides its key and its body: headers and Python objects.
ENTRY_OVERHEAD = 2_000
# What the answer to an anonymous viewer depends on, besides theme and language.
KEY = (
    "SCRIPT_NAME",
    "PATH_INFO",
    "QUERY_STRING",
    "HTTP_HOST",
    "wsgi.url_scheme",
    "HTTP_ACCEPT_ENCODING",
    "HTTP_HX_REQUEST",
    "HTTP_HX_REQUEST_TYPE",
    "HTTP_ACCOUNT",
    "HTTP_IF_NONE_MATCH",
)
# Pages, feeds and the sitemap.
KEPT_TYPES = ("text/html", "application/atom+xml", "application/feed+json", "application/xml")

Environ = dict[str, Any]
Key = tuple[str | None, ...]
Start = Callable[..., Any]


class Page(NamedTuple):
    """An answer, and when it expires (monotonic clock)."""

    expires: float
    status: str
    headers: list[tuple[str, str]]
    body: list[bytes]


class Pages:
    """Pages by key, in order of expiry, within :data:`MAX_SIZE` bytes."""

    def __init__(self) -> None:
        self.size = 0
        self._kept: dict[Key, Page] = {}
        self._lock = Lock()

    def get(self, key: Key) -> Page | None:
        """Return the page, unless it has expired."""
        page = self._kept.get(key)
        return page if page and page.expires > time.monotonic() else None

    def keep(self, key: Key, page: Page) -> None:
        """Keep ``page``, if there is room once expired pages are removed.

        A page that has not expired stays: if the newest replaced the oldest, a cycle of more
        pages than there is room for would have no hits at all.
        """
        size = _size(key, page)
        with self._lock:
            while self._kept and not self.get(first := next(iter(self._kept))):
                self.size -= _size(first, self._kept.pop(first))
            if key not in self._kept and self.size + size <= MAX_SIZE:
                self._kept[key] = page
                self.size += size


class AnonymousCache:
    """WSGI middleware: answers a GET of an anonymous viewer from an answer to the same request."""

    def __init__(self, app: Any, seconds: int, languages: Sequence[str] = ("en",)) -> None:
        self.app, self.seconds, self.languages = app, seconds, tuple(languages)
        self.pages = Pages()
        committed.connect(self._empty)

    def __call__(self, environ: Environ, start_response: Start) -> Iterable[bytes]:
        """Answer a request."""
        cookies = parse_cookie(environ) if "HTTP_COOKIE" in environ else {}
        if environ["REQUEST_METHOD"] != "GET" or not PREFERENCES.issuperset(cookies):
            return self.app(environ, start_response)
        key = (*map(environ.get, KEY), *self._shown_in(environ, cookies))
        page = self.pages.get(key) or self._render(key, environ)
        start_response(page.status, page.headers)
        return page.body

    def _shown_in(self, environ: Environ, cookies: Mapping[str, str]) -> tuple[str, str]:
        """Return theme and language of the answer: headers with the same result share an entry."""
        accepted = environ.get("HTTP_ACCEPT_LANGUAGE", "")
        language = chosen(cookies, LANGUAGE, self.languages)
        return chosen(cookies, THEME, THEMES), language or best_language(accepted, self.languages)

    def _render(self, key: Key, environ: Environ) -> Page:
        # Keep a reference: a commit during rendering replaces the cache, and a page rendered from
        # rows read before it must not enter the new one.
        pages = self.pages
        started: dict[str, Any] = {}

        def start_response(status: str, headers: list[tuple[str, str]], *_error: object) -> None:
            started.update(status=status, headers=headers)

        body = self.app(environ, start_response)
        try:
            page = Page(time.monotonic() + self.seconds, **started, body=list(body))
        finally:
            if hasattr(body, "close"):
                body.close()
        if _may_be_kept(page):
            pages.keep(key, page)
        return page

    def _empty(self, _sender: object) -> None:
        self.pages = Pages()


def _may_be_kept(page: Page) -> bool:
    headers = {name.lower(): value for name, value in page.headers}
    if page.status.startswith("304"):
        return True  # Of whatever type: it is a few headers.
    is_kept = headers.get("content-type", "").startswith(KEPT_TYPES)
    return page.status.startswith("200") and is_kept and "set-cookie" not in headers


def _size(key: Key, page: Page) -> int:
    return ENTRY_OVERHEAD + sum(len(part) for part in (*key, *page.body) if part)
