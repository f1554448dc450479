"""Preferences of a browser, in cookies: its theme, and its language.

The theme belongs to the browser, signed in or not: devices of one person are used in different
light, and without a choice each device decides for itself. The language of an account is
stored there; the browser's counts for anonymous viewers, and for accounts that have none.

Both are chosen by GET. A page that is cached for all anonymous viewers holds no CSRF token, and
nothing changes but the browser that asks; a request that another site began changes nothing.
"""

from collections.abc import Container, Mapping
from datetime import timedelta
from typing import Any

from flask import Flask, current_app, redirect, request
from flask.typing import ResponseReturnValue
from werkzeug import Response

from .access import for_everybody
from .answers import back, page
from .forms import from_another_site
from .i18n import languages

THEMES = ("light", "dark")
THEME, LANGUAGE = "theme", "language"
# All cookies of this module: they are no secret, and do not show who the viewer is.
PREFERENCES = frozenset((THEME, LANGUAGE))
KEPT_FOR = timedelta(days=365)


def init_app(app: Flask) -> None:
    """Serve the URLs of the choices, and let templates know them."""
    app.add_url_rule("/theme", "choose_theme", _choose_theme)
    app.add_url_rule("/language", "choose_language", _choose_language)
    app.add_url_rule("/shortcuts", "shortcuts", _shortcuts)
    app.jinja_env.globals |= {"theme": theme, "language_of_browser": chosen_language}


def theme() -> str:
    """Return the theme that this browser chose; "" if the device decides."""
    return chosen(request.cookies, THEME, THEMES)


def chosen_language() -> str:
    """Return the tag of the language that this browser chose; "" if its settings decide."""
    return chosen(request.cookies, LANGUAGE, current_app.config["LANGUAGES"])


def forget_language(response: Response) -> None:
    """Have the settings of the browser decide the language again."""
    _delete(response, LANGUAGE)


def chosen(cookies: Mapping[str, str], name: str, choices: Container[str]) -> str:
    """Return the preference ``name`` in ``cookies`` if it is one of ``choices``, else ""."""
    value = cookies.get(name, "")
    return value if value in choices else ""


@for_everybody
def _choose_theme() -> ResponseReturnValue:
    """Choose a theme, and go back."""
    return _keep(THEME, THEMES)


@for_everybody
def _choose_language() -> ResponseReturnValue:
    """Choose a language for a browser in which nobody is signed in, and go back."""
    return _keep(LANGUAGE, languages())


@for_everybody
def _shortcuts() -> ResponseReturnValue:
    """List the keys of ``keys.js``; a switch, which it stores in the browser, turns them off."""
    return page("shortcuts.html", fragment="shortcuts")


def _keep(name: str, choices: Container[str]) -> ResponseReturnValue:
    response = redirect(back(), 303)
    if from_another_site():
        return response
    if value := chosen(request.args, name, choices):
        keep_in_browser(response, name, value)
    else:
        _delete(response, name)
    return response


def keep_in_browser(response: Response, name: str, value: str) -> None:
    """Have the browser keep ``value`` in a cookie, for a year."""
    response.set_cookie(name, value, max_age=KEPT_FOR, **_attributes())


def _delete(response: Response, name: str) -> None:
    response.delete_cookie(name, **_attributes())


def _attributes() -> dict[str, Any]:
    is_secure = current_app.config["SESSION_COOKIE_SECURE"]
    return {"secure": is_secure, "httponly": True, "samesite": "Lax"}
