"""Languages: which one a viewer reads, and how words, times and numbers are written in it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, tzinfo
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_datetime
from flask import Flask, Response, current_app, g, has_request_context, make_response, request
from flask.sansio.app import App
from flask_babel import Babel, force_locale, format_decimal, get_translations
from flask_moment import Moment
from jinja2 import pass_eval_context
from jinja2.nodes import EvalContext
from markupsafe import Markup
from werkzeug.datastructures import LanguageAccept
from werkzeug.http import parse_accept_header

from ..data.ids import moment_of
from .access import for_everybody

# Translations and numbers that a process keeps, and times, most of which cards have in their HTML:
# Babel takes long to write each. Functions with a cache take the language for its key alone, and
# write in the language of the request.
KEPT, TIMES_KEPT = 5_000, 1_000
# Characters of Accept-Language that are read. It is a cache key, and browsers send less.
LONGEST_HEADER = 200
# Characters of the name of a time zone; the longest has 32.
LONGEST_ZONE = 64

babel = Babel()
moment = Moment()


def init_app(app: Flask) -> None:
    """Choose a language for each request, translate templates and render times."""
    offer_languages_by(app, lambda: ())
    babel.init_app(app, locale_selector=language)
    # In place of Flask-Babel's, which look for the locale and its catalog at each word.
    app.jinja_env.globals |= {
        "_": _translate,
        "pgettext": _translate_in_context,
        "ngettext": _translate_plural,
    }
    moment.init_app(app)
    app.add_url_rule("/flask-moment.js", "flask_moment_js", _flask_moment_js)
    app.jinja_env.globals |= {
        "language": language,
        "languages": languages,
        "time_ago": time_ago,
        "short_time_ago": short_time_ago,
        "date": date,
        "date_and_time": date_and_time,
        "moment_of": moment_of,
    }
    app.jinja_env.filters["iso"] = iso
    app.jinja_env.filters["numberformat"] = lambda number: _number(language(), number)


def choose_language_by(app: App, chosen: Callable[[], str | None]) -> None:
    """Have ``chosen`` return the language that the viewer selected; None for the browser's."""
    app.extensions["chosen_language"] = chosen


def offer_languages_by(app: App, offered: Callable[[], tuple[str, ...]]) -> None:
    """Have ``offered`` return the tags of the languages of the site; none means all."""
    app.extensions["offered_languages"] = offered


def languages() -> dict[str, str]:
    """Return the languages that the site offers: their tags, and their names in themselves."""
    translated: dict[str, str] = current_app.config["LANGUAGES"]
    offered = current_app.extensions["offered_languages"]()
    return {tag: name for tag, name in translated.items() if tag in offered} or translated


def language() -> str:
    """Return the tag of the language of this request, for example ``es``."""
    found: str | None = g.get("language")
    if found is None:
        found = g.language = _preferred()
    return found


@contextmanager
def using_language(language: str | None) -> Iterator[None]:
    """Translate into ``language`` inside the block; if the site does not offer it, into its first.

    None is the language of whoever has selected none.
    """
    offered = languages()
    language = language if language in offered else next(iter(offered))
    before = g.get("language")
    g.language = language
    try:
        with force_locale(language):
            yield
    finally:
        g.language = before


def _preferred() -> str:
    offered = languages()
    if not has_request_context():
        return next(iter(offered))
    chosen: str | None = current_app.extensions["chosen_language"]()
    return chosen if chosen in offered else browser_language()


def browser_language() -> str:
    """Return the best of our languages for the browser of this request; by default the first."""
    return best_language(request.headers.get("Accept-Language", ""), tuple(languages()))


def best_language(accepted: str, languages: tuple[str, ...]) -> str:
    """Return the best of ``languages`` for a header Accept-Language; by default the first."""
    return _best_match(accepted[:LONGEST_HEADER], languages)


def browser_zone() -> tzinfo:
    """Return the time zone of the browser, which app.js puts into a cookie; UTC without one."""
    name = request.cookies.get("zone", "")
    try:
        return ZoneInfo(name) if len(name) <= LONGEST_ZONE else UTC
    except (ValueError, LookupError, OSError):
        return UTC


@lru_cache(KEPT)
def _best_match(header: str, languages: tuple[str, ...]) -> str:
    return parse_accept_header(header, LanguageAccept).best_match(languages) or languages[0]


def time_ago(moment: datetime) -> Markup:
    """Return a ``<time>`` that Flask-Moment's script rewrites as "3 hours ago".

    It reads well before, and without, JavaScript. The content security policy forbids
    Flask-Moment's own markup, which has an inline style.
    """
    return _time(language(), moment, "fromNow", "")


def short_time_ago(moment: datetime) -> Markup:
    """Return a ``<time>`` that times.js rewrites as "3h", and as "28 Nov" after a week."""
    return _time(language(), moment, "short", "")


def date(moment: datetime) -> Markup:
    """Return a ``<time>`` that Flask-Moment's script rewrites as a date of the viewer's zone."""
    return _time(language(), moment, "format", "LL")


def date_and_time(moment: datetime) -> Markup:
    """Return a ``<time>`` that Flask-Moment's script rewrites as date and time of that zone."""
    return _time(language(), moment, "format", "LLL")


def iso(moment: datetime) -> str:
    """Return a time in UTC as machines read it (RFC 3339): a template filter."""
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


@lru_cache(TIMES_KEPT)
def _time(language: str, moment: datetime, function: str, format: str) -> Markup:
    # times.js copies datetime into Flask-Moment's data-timestamp: pages are smaller.
    shown_by = f' data-function="{function}"' + (f' data-format="{format}"' if format else "")
    text = format_datetime(moment, "d MMM y, HH:mm", locale=language)
    # Numbers, names of months and our own constants: nothing in it needs to be escaped.
    return Markup(f'<time datetime="{iso(moment)}"{shown_by}>{text} UTC</time>')  # noqa: S704


@pass_eval_context
def _translate(context: EvalContext, text: str, /, **values: Any) -> str:
    """Return ``text`` in the language of the viewer, with ``values`` in it, escaped in HTML."""
    translated = _gettext(language(), text, context.autoescape)
    return translated % values if values else translated


@pass_eval_context
def _translate_in_context(context: EvalContext, where: str, text: str, /) -> str:
    """Return ``text``, which has several translations, as it is said ``where``."""
    return _pgettext(language(), where, text, context.autoescape)


@pass_eval_context
def _translate_plural(
    context: EvalContext, one: str, other: str, num: int, /, **values: Any
) -> str:
    """Return ``one`` or ``other``, by the number ``num``, as :func:`_translate` does."""
    translated = _ngettext(language(), one, other, num, context.autoescape)
    return translated % {"num": num, **values}


@lru_cache(KEPT)
def _gettext(_language: str, text: str, is_html: bool) -> str:
    translated: str = get_translations().ugettext(text)
    return Markup(translated) if is_html else translated  # noqa: S704 - our own words


@lru_cache(KEPT)
def _pgettext(_language: str, where: str, text: str, is_html: bool) -> str:
    translated: str = get_translations().upgettext(where, text)
    return Markup(translated) if is_html else translated  # noqa: S704 - our own words


@lru_cache(KEPT)
def _ngettext(_language: str, one: str, other: str, number: int, is_html: bool) -> str:
    translated: str = get_translations().ungettext(one, other, number)
    return Markup(translated) if is_html else translated  # noqa: S704 - our own words


@lru_cache(KEPT)
def _number(_language: str, number: int) -> str:
    return format_decimal(number)


@for_everybody
def _flask_moment_js() -> Response:
    """Flask-Moment's own script as a file: the content security policy allows no inline one."""
    response = make_response(moment.flask_moment_js())
    response.mimetype = "text/javascript"
    response.cache_control.public = True
    response.cache_control.max_age = 86400
    return response
