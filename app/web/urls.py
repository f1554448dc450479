"""URLs: the converters of routes, and the URLs of mails and of static files."""

import hashlib
from functools import cache
from typing import Any

from flask import Flask, current_app
from werkzeug.exceptions import HTTPException
from werkzeug.routing import BaseConverter

import config

from ..data.characters import USERNAME
from ..data.ids import BIGGEST_ID

STATIC = config.ROOT / "static"


def init_app(app: Flask) -> None:
    """Register the converters that routes of ``app`` use."""
    own = {"username": UsernameConverter, "id": IdConverter, "key": KeyConverter}
    app.url_map.converters |= own


class UsernameConverter(BaseConverter):
    """A username, as in ``/@<username:username>``."""

    regex = USERNAME


class IdConverter(BaseConverter):
    """A 64-bit id. A larger number is no page, rather than an overflow in the database."""

    regex = "[0-9]{1,19}"

    def to_python(self, value: str) -> int:
        """Return the id, at most the biggest that a database holds (which no row has)."""
        return min(int(value), BIGGEST_ID)


class KeyConverter(BaseConverter):
    """The key of a picture. PostgreSQL takes no NUL in a value that is compared with one."""

    regex = "[A-Za-z0-9_-]{1,22}"


def external_url(endpoint: str, **values: Any) -> str:
    """Return a URL for a mail, built from ``BASE_URL`` and never from the request's host."""
    path = current_app.url_map.bind("localhost").build(endpoint, values)
    return str(current_app.config["BASE_URL"]) + path


def view_at(path: str, method: str = "GET") -> tuple[str, dict[str, Any]] | None:
    """Return the endpoint of the view at ``path`` and the values in the path; None without one."""
    try:
        endpoint, values = current_app.url_map.bind("localhost").match(path, method)
    except HTTPException:
        return None
    return endpoint, dict(values)


@cache
def static_url() -> str:
    """Return ``/static/<release>``: the release is a hash of all files, so they cache for ever."""
    digest = hashlib.sha256()
    for file in sorted(STATIC.rglob("*")):
        if file.is_file() and file.suffix not in (".br", ".gz"):
            digest.update(str(file.relative_to(STATIC)).encode() + file.read_bytes())
    return f"/static/{digest.hexdigest()[:12]}"
