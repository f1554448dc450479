"""What talks to the browser.

- Pages: ``answers`` (a page, its fragment), ``paging``, ``errors``, ``templates``, ``fragments``,
  ``i18n``, ``preferences``, ``urls``, ``assets``.
- Forms: ``requests``, ``forms``, ``sent_forms`` (shown again), ``account_binding``, ``limits``.
- Who may open a route: ``access``.
- Around all of them: ``middleware``, ``client_address``, ``anonymous_cache``, ``headers``,
  ``hosts``, ``compression``, ``health``, and ``public`` for what caches may keep.
- Under the WSGI application: ``server``, ``rsgi``, ``receiving`` and ``bodies`` (requests),
  ``streaming`` (long answers).
"""

from flask import Flask

from . import (
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
    requests,
    templates,
    urls,
)


def init_app(app: Flask) -> None:
    """Set up ``app`` to answer browsers.

    Hooks before a request run in this order, those after it in the reverse. The middleware is last,
    because it wraps the application as it is then.
    """
    for module in (
        templates,
        urls,
        assets,
        i18n,
        fragments,
        requests,
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
