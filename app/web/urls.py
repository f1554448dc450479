"""Addresses: their parts, how templates and mails make them, and that of the static files."""

import hashlib
from collections.abc import Callable
from functools import cache, lru_cache
from typing import Any

from flask import Flask, current_app, request
from werkzeug.routing import BaseConverter

import config

from ..data.ids import BIGGEST_ID

STATIC = config.ROOT / "static"
# How many addresses a process keeps.
ADDRESSES_KEPT = 10_000
# In characters: addresses with longer values are not kept.
LONGEST_KEPT = 100


def init_app(app: Flask) -> None:
    """Give ``app`` the parts of its addresses, and templates what makes them."""
    app.url_map.converters |= {"name": NameInUrl, "key": KeyInUrl}
    app.jinja_env.globals["url_for"] = _url_for(app)


class NameInUrl(BaseConverter):
    """A username, as in ``/@<name:username>``."""

    regex = "[A-Za-z0-9_]{1,30}"


class KeyInUrl(BaseConverter):
    """A 64-bit id. A larger number is no page, rather than an overflow in the database."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """Return the id, at most the biggest that a database holds (which no row has)."""
        return min(int(value), BIGGEST_ID)


def _url_for(app: Flask) -> Callable[..., str]:
    """Return what templates call ``url_for``: Flask's own, which is asked once for each address."""

    @lru_cache(ADDRESSES_KEPT)
    def path(_root: str, endpoint: str, **values: Any) -> str:
        return app.url_for(endpoint, **values)

    def url_for(endpoint: str, **values: Any) -> str:
        # What somebody typed is not kept: it may be long, and is hardly asked for again.
        if any(len(str(value)) > LONGEST_KEPT for value in values.values()):
            return app.url_for(endpoint, **values)
        return path(request.script_root, endpoint, **values)

    return url_for


def external_url(endpoint: str, **values: Any) -> str:
    """Return an address for a mail, built from ``BASE_URL`` and never from the request's host."""
    path = current_app.url_map.bind("localhost").build(endpoint, values)
    return str(current_app.config["BASE_URL"]) + path


@cache
def static_url() -> str:
    """Return ``/static/<release>``: the release is a hash of all files, so they cache for ever."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.rglob("*")):
        if file.is_file() and file.suffix not in (".br", ".gz"):
            digest.update(str(file.relative_to(STATIC)).encode() + file.read_bytes())
    return f"/static/{digest.hexdigest()[:12]}"
