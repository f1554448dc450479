"""The ``flask`` command: its errors, the commands of no domain, and what ``flask shell`` knows."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup, ScriptInfo
from sqlalchemy.exc import DatabaseError, DataError, DBAPIError, IntegrityError, InterfaceError

import config

from .data.backup import backup
from .data.counters import counters
from .data.database import Base, db, writing
from .data.failures import reason
from .data.reading import read
from .data.schema import problem_of_database


def init_app(app: Flask) -> None:
    """Give ``app`` the commands, and ``flask shell`` its models."""
    app.cli = Commands(name=app.name)
    for command in (version, counters, backup):
        app.cli.add_command(command)
    app.shell_context_processor(_shell_context)


def is_command() -> bool:
    """Whether the ``flask`` command runs this code; in a process of a server it does not."""
    context = click.get_current_context(silent=True)
    return bool(context and context.find_object(ScriptInfo))


def is_serving() -> bool:
    """Whether this process answers requests: it is one of a server, or of ``flask run``."""
    context = click.get_current_context(silent=True)
    return context is None or context.info_name == "run"


class Commands(AppGroup):
    """Commands that show an error which the operator can mend in one line, without traceback."""

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Return the command; its context ends with the one line."""
        if command := super().get_command(ctx, cmd_name):
            ctx.with_resource(_in_one_line(is_migration=cmd_name == "db"))
        return command


@contextmanager
def _in_one_line(*, is_migration: bool) -> Iterator[None]:
    try:
        yield
    except config.SettingError as error:
        raise click.ClickException(str(error)) from error
    except (IntegrityError, DataError):
        raise
    except (DatabaseError, InterfaceError) as error:
        own = f"The database {db.engine.url.render_as_string()} failed: {reason(error)}"
        # The reason why a statement of another command fails may be another schema.
        raise click.ClickException((not is_migration and _schema_problem()) or own) from error


def _schema_problem() -> str | None:
    try:
        return problem_of_database(current_app)
    except DBAPIError:
        return None


def _shell_context() -> dict[str, Any]:
    models = {mapper.class_.__name__: mapper.class_ for mapper in Base.registry.mappers}
    return {"db": db, "writing": writing, "read": read, **models}


@click.command()
def version() -> None:
    """Show the version of this release."""
    click.echo(f"Microblog {config.VERSION}")
