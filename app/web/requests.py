"""The class of requests: properties of the untrusted headers and form, each computed once."""

from functools import cached_property
from typing import cast
from urllib.parse import urlsplit

from flask import Flask, Request, request

# Fields of a form. Ours have fewer.
MAX_FIELDS = 1_000


class HtmxRequest(Request):
    """A request with what htmx asks for, its number of fields, and a ``Referer`` that is a URL."""

    @cached_property
    def wants_fragment(self) -> bool:
        """Whether htmx asks for an element's worth of HTML (htmx 4 says so in a header)."""
        return self.headers.get("HX-Request-Type") == "partial"

    @cached_property
    def has_many_fields(self) -> bool:
        """Whether its form has more than :data:`MAX_FIELDS` fields, and is not to be parsed."""
        is_form = self.mimetype == "application/x-www-form-urlencoded"
        return is_form and self.get_data().count(b"&") >= MAX_FIELDS

    @property
    def referrer(self) -> str | None:  # type: ignore[override]
        """The page that the person came from; None where what was sent is no URL."""
        sent = self.headers.get("Referer")
        try:
            urlsplit(sent or "").port  # noqa: B018 - Flask-WTF reads it, and would raise
        except ValueError:
            return None
        return sent


def init_app(app: Flask) -> None:
    """Have ``app`` read requests by :class:`HtmxRequest`."""
    app.request_class = HtmxRequest


def wants_fragment() -> bool:
    """Whether htmx asks for an element's worth of HTML in this request."""
    return cast(HtmxRequest, request).wants_fragment


def has_many_fields() -> bool:
    """Whether this request has a form that is not to be parsed."""
    return cast(HtmxRequest, request).has_many_fields
