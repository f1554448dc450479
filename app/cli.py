"""Commands that belong to no domain, and what ``flask shell`` knows."""

from typing import Any

import click
from flask import Flask

import config

from .data.counters import counters
from .data.database import Base, db, writing
from .data.reading import read


def init_app(app: Flask) -> None:
    """Give ``app`` the commands, and ``flask shell`` its models."""
    for command in (version, counters):
        app.cli.add_command(command)
    app.shell_context_processor(_shell_context)


def _shell_context() -> dict[str, Any]:
    models = {mapper.class_.__name__: mapper.class_ for mapper in Base.registry.mappers}
    return {"db": db, "writing": writing, "read": read, **models}


@click.command()
def version() -> None:
    """Show the version of this release."""
    click.echo(f"Microblog {config.VERSION}")
