"""The fragment cache: parts of pages that depend on a few values, rendered once for each."""

from collections.abc import Hashable
from functools import lru_cache

from flask import Flask, current_app, render_template
from markupsafe import Markup

from .i18n import language

# Fragments that a process keeps.
FRAGMENTS_KEPT = 2_000


def init_app(app: Flask) -> None:
    """Let the templates of ``app`` use :func:`cached_fragment`."""
    app.extensions["fragments"] = lru_cache(FRAGMENTS_KEPT)(_render)
    app.jinja_env.globals["cached_fragment"] = cached_fragment


def cached_fragment(template: str, **values: Hashable) -> Markup:
    """Return ``template`` rendered with ``values``, which are the cache key with the language.

    The template must depend on nothing else: no viewer, no request.
    """
    html: Markup = current_app.extensions["fragments"](template, language(), **values)
    return html


def _render(template: str, _language: str, **values: Hashable) -> Markup:
    return Markup(render_template(template, **values))  # noqa: S704 - the template escaped it
