"""Microblog: a community that talks in short posts, as server-rendered hypermedia."""

import os
from collections.abc import Mapping
from importlib import import_module

from flask import Flask

import config

from . import cli, jobs, logs
from .data import database, prepared, readers, replica
from .mail import models as mail
from .web import (
    anonymous_cache,
    answers,
    compression,
    errors,
    fragments,
    i18n,
    security,
    urls,
)
from .web.application import Application

# A domain may import from those before it and never from those after it.
DOMAINS = (
    "accounts",
    "follows",
    "posts",
    "reactions",
    "timelines",
    "profiles",
    "notifications",
    "search",
    "community",
)


def create_app(env: Mapping[str, str] | None = None, **overrides: object) -> Flask:
    """Return the application that the environment ``env`` asks for (by default, the real one).

    ``overrides`` replace single Flask settings, for tests. Raises
    :class:`config.SettingError` when it would be unsafe to serve.
    """
    settings = config.settings(config.environment() if env is None else env) | overrides
    app = Application(
        __name__,
        root_path=str(config.ROOT),
        instance_path=str(settings["INSTANCE_PATH"]),
        static_folder="static",
        static_url_path=urls.static_url(),
    )
    app.config.from_mapping(settings)
    config.refuse_unsafe(app.config, debug=app.debug)
    if app.debug and os.environ.get("FLASK_RUN_FROM_CLI") != "true":
        raise config.SettingError("FLASK_DEBUG is for development: unset it on a server.")
    os.makedirs(app.instance_path, exist_ok=True)

    for room in (logs, database, prepared, readers, replica, i18n, mail, jobs, security):
        room.init_app(app)
    for room in (compression, anonymous_cache, fragments, urls, answers, errors, cli):
        room.init_app(app)
    for name in DOMAINS:
        domain = import_module(f"app.{name}")
        app.register_blueprint(domain.blueprint)
    return app
