"""In which language, and how, words, dates and numbers reach a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, make_response, request
from flask_babel import (
    Babel,
    force_locale,
    format_datetime,
    format_decimal,
    get_translations,
    gettext,
)
from flask_moment import Moment
from flask_moment import moment as flask_moment
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

# How many times and numbers a process keeps as they are written: Babel takes long for each.
KEPT = 2_000
# As much of what a browser says of its languages is read, since that is kept too: no browser
# says more, and whoever wants to fill our memory does.
LONGEST_HEADER = 200

babel = Babel()
moment = Moment()


def init_app(app: Flask) -> None:
    """Choose a language for each request, and draw times with Flask-Moment."""
    babel.init_app(app, locale_selector=language)
    # Flask-Babel's own looks for the locale and its files with each word.
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext,
        lambda one, more, number: _plural(language(), one, more, number),
        newstyle=True,
    )
    moment.init_app(app)
    app.extensions["moment"] = Time
    app.add_url_rule("/flask-moment.js", "flask_moment_js", _flask_moment_js)
    app.extensions["chosen_language"] = lambda: None
    app.jinja_env.globals["language"] = language
    app.jinja_env.filters["numberformat"] = lambda number: _number(language(), number)


def language() -> str:
    """Return the language that is spoken here and now, as its tag."""
    # Every part of a page asks, and Babel's locale writes itself anew each time.
    found: str | None = g.get("spoken")
    if found is None:
        found = g.spoken = preferred()
    return found


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Speak ``language`` within."""
    before = g.get("spoken")
    g.spoken = language
    try:
        with force_locale(language):
            yield
    finally:
        g.spoken = before


def preferred() -> str:
    """Return the language that the person chose, else the best of those the browser names."""
    languages: dict[str, str] = current_app.config["LANGUAGES"]
    # A command has no browser that could name one.
    header = ""
    if has_request_context():
        chosen: str | None = current_app.extensions["chosen_language"]()
        if chosen in languages:
            return chosen
        header = request.environ.get("HTTP_ACCEPT_LANGUAGE", "")
    return _best_match(header[:LONGEST_HEADER], tuple(languages)) or next(iter(languages))


@lru_cache(KEPT)
def _best_match(header: str, languages: tuple[str, ...]) -> str | None:
    return parse_accept_header(header, LanguageAccept).best_match(languages)


class Time(flask_moment):
    """Flask-Moment's markup as a ``<time>`` that reads well before, and without, JavaScript."""

    def _render(self, func: str, format: str | None = None, **_options: Any) -> Markup:
        return _time(language(), self.timestamp, func, format)


@lru_cache(KEPT)
def _time(_language: str, moment: datetime, func: str, format: str | None) -> Markup:
    wanted = Markup(' data-format="{0}"').format(format) if format else ""
    return Markup(
        # app.js takes the timestamp from datetime: said twice, a page of cards is 1 KB more.
        '<time datetime="{0}" data-function="{1}"{2}>{3} UTC</time>'
    ).format(
        moment.strftime("%Y-%m-%dT%H:%M:%SZ"),
        func,
        wanted,
        format_datetime(moment, "d MMM y, HH:mm"),
    )


@lru_cache(KEPT)
def _plural(_language: str, one: str, more: str, number: int) -> str:
    words: str = get_translations().ungettext(one, more, number)
    return words


@lru_cache(KEPT)
def _number(_language: str, number: int) -> str:
    return format_decimal(number)


def _flask_moment_js() -> Response:
    """Flask-Moment's own script as a file: the content security policy allows no inline one."""
    response = make_response(moment.flask_moment_js())
    response.mimetype = "text/javascript"
    response.cache_control.public = True
    response.cache_control.max_age = 86400
    return response
