"""What talks to the browser: pages and their fragments, forms, errors, headers, middleware."""

from flask import Flask

from . import (
    answers,
    assets,
    compression,
    errors,
    forms,
    fragments,
    headers,
    health,
    i18n,
    limits,
    middleware,
    paging,
    preferences,
    urls,
)


def init_app(app: Flask) -> None:
    """Set up ``app`` to answer browsers.

    Hooks before a request run in this order, those after it in the reverse. The middleware is last,
    because it wraps the application as it is then.
    """
    for module in (
        urls,
        assets,
        i18n,
        fragments,
        answers,
        forms,
        paging,
        limits,
        compression,
        headers,
        errors,
        health,
        preferences,
        middleware,
    ):
        module.init_app(app)
