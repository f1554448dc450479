"""In which language, and how, words, dates and numbers reach a person."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from flask import Flask, Response, current_app, g, has_request_context, make_response, request
from flask_babel import Babel, force_locale, format_datetime, get_locale
from flask_moment import Moment
from flask_moment import moment as flask_moment
from markupsafe import Markup

babel = Babel()
moment = Moment()


def init_app(app: Flask) -> None:
    """Choose a language for each request, and draw times with Flask-Moment."""
    babel.init_app(app, locale_selector=preferred)
    moment.init_app(app)
    app.extensions["moment"] = Time
    app.add_url_rule("/flask-moment.js", "flask_moment_js", _flask_moment_js)
    app.jinja_env.globals["language"] = language


def language() -> str:
    """Return the language that is spoken here and now, as its tag."""
    # Babel's locale writes itself anew each time, and every part of a page asks.
    found: str | None = g.get("spoken")
    if found is None:
        found = g.spoken = str(get_locale())
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
    chosen = getattr(g, "language", None)
    languages = current_app.config["LANGUAGES"]
    if chosen in languages:
        return str(chosen)
    # A command has no browser that could name one.
    asked = request.accept_languages.best_match(languages) if has_request_context() else None
    return asked or next(iter(languages))


class Time(flask_moment):
    """Flask-Moment's markup as a ``<time>`` that reads well before, and without, JavaScript."""

    def _render(self, func: str, format: str | None = None, **_options: Any) -> Markup:
        wanted = Markup(' data-format="{0}"').format(format) if format else ""
        stamp = self._timestamp_as_iso_8601(self.timestamp)
        return Markup(
            # app.js takes the timestamp from datetime: said twice, a page of cards is 1 KB more.
            '<time datetime="{0}" data-function="{1}"{2}>{3} UTC</time>'
        ).format(stamp, func, wanted, format_datetime(self.timestamp, "d MMM y, HH:mm"))


def _flask_moment_js() -> Response:
    """Flask-Moment's own script as a file: the content security policy allows no inline one."""
    response = make_response(moment.flask_moment_js())
    response.mimetype = "text/javascript"
    response.cache_control.public = True
    response.cache_control.max_age = 86400
    return response
