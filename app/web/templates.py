"""Templates: how they are loaded, compiled and given their globals."""

from collections.abc import MutableMapping
from contextlib import suppress
from typing import Any

from flask import Flask
from flask.templating import Environment
from flask_bootstrap import Bootstrap5
from jinja2 import FileSystemBytecodeCache
from jinja2.bccache import Bucket

bootstrap = Bootstrap5()


class Templates(Environment):
    """Flask's environment of templates, where all globals are set before the first is loaded."""

    def make_globals(self, d: MutableMapping[str, Any] | None) -> MutableMapping[str, Any]:
        """Return the globals of a template, in one dict because each include copies them.

        Jinja's ChainMap would have globals that are set later, and takes far longer to copy.
        """
        return {**self.globals, **(d or {})}


class TemplateCache(FileSystemBytecodeCache):
    """Compiled templates in files; on a full disk, a template is compiled again by each process."""

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Store a compiled template."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def init_app(app: Flask) -> None:
    """Set up the templates of ``app``, and keep them compiled from one start to the next."""
    app.jinja_environment = Templates
    # Without a limit, loaded templates are kept in a plain dict, which takes no lock.
    app.jinja_options = {"cache_size": -1}
    bootstrap.init_app(app)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    compiled = app.config["TEMPLATE_CACHE"]
    compiled.mkdir(parents=True, exist_ok=True)
    app.jinja_env.bytecode_cache = TemplateCache(str(compiled))
