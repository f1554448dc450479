"""Microblog: a self-hosted community microblog, server-rendered."""

from collections.abc import Mapping
from contextlib import suppress
from functools import lru_cache
from importlib import import_module
from pathlib import Path

from flask import Flask

import config

from . import cli, jobs, logs, serving, web
from .data import database, replica
from .web.urls import static_url

# A domain imports only from domains before it in this list.
DOMAINS = (
    "mail",
    "site",
    "accounts",
    "follows",
    "posts",
    "media",
    "previews",
    "reactions",
    "timelines",
    "profiles",
    "notifications",
    "search",
    "discover",
    "feeds",
    "sharing",
    "moderation",
    "exports",
    "administration",
    "community",
    "styleguide",
)


def create_app(env: Mapping[str, str] | None = None, **overrides: object) -> Flask:
    """Return the application with the settings of ``env``, by default the process environment.

    ``overrides`` replace single Flask settings, for tests. Raises
    :class:`config.SettingError` when it would be unsafe to serve.
    """
    env = config.environment() if env is None else env
    settings = config.settings(env) | overrides
    app = Flask(
        __name__,
        root_path=str(config.ROOT),
        instance_path=str(settings["INSTANCE_PATH"]),
        static_url_path=static_url(),
    )
    # Asked for each hook and view of a request, whether it is a coroutine function. Bounded: what
    # is called after_this_request is another function each time.
    app.ensure_sync = lru_cache(500)(app.ensure_sync)  # type: ignore[method-assign]
    app.config.from_mapping(settings)
    _hide_files(Path(app.instance_path))
    config.refuse_unsafe(app.config, debug=app.debug)
    if app.debug and not cli.is_command():
        raise config.SettingError("FLASK_DEBUG is for development: unset it on a server.")

    for module in (cli, logs, database, replica, jobs, web, serving):
        module.init_app(app)
    for sentence in config.misspelt(env):
        app.logger.warning(sentence)
    # Imported before any is registered: some add commands to the group of an earlier domain.
    domains = [import_module(f"app.{name}") for name in DOMAINS]
    for domain in domains:
        app.register_blueprint(domain.blueprint)
    return app


def _hide_files(instance: Path) -> None:
    """Let only their owner read the databases and logs: release 0.1 made them readable by all."""
    for pattern in ("*.sqlite3*", "logs/*"):
        for file in instance.glob(pattern):
            with suppress(OSError):
                file.chmod(0o600)
