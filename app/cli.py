"""Commands that belong to no domain: serve, shell, counters."""

import os
import socket
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from flask.cli import AppGroup
from sqlalchemy import ScalarSelect, select, update

from .data.database import Base, db, writing

counters = AppGroup("counters", help="Check the counts that are kept beside what they count.")
_counted: list[tuple[Any, ScalarSelect[int]]] = []


def counted(column: Any, by: ScalarSelect[int]) -> None:
    """Declare that ``column`` always equals the correlated ``COUNT(*)`` ``by``."""
    _counted.append((column, by))


def init_app(app: Flask) -> None:
    """Give ``app`` the commands, and ``flask shell`` its models."""
    app.cli.add_command(serve)
    app.cli.add_command(counters)
    app.shell_context_processor(_shell_context)


def _shell_context() -> dict[str, Any]:
    models = {mapper.class_.__name__: mapper.class_ for mapper in Base.registry.mappers}
    return {"db": db, "writing": writing, **models}


@click.command()
def serve() -> None:
    """Serve the site: web and worker processes together, until told to stop (SIGTERM)."""
    host, port = current_app.config["HOST"], current_app.config["PORT"]
    _refuse_taken_port(host, port)
    click.echo(f"\n  {current_app.config['SITE_NAME']} is at http://{host}:{port}")
    click.echo(f"  Data and logs are in {current_app.instance_path}. Ctrl+C stops it.\n")
    honcho = Path(sys.executable).with_name("honcho")
    environment = os.environ | {
        "PATH": f"{honcho.parent}{os.pathsep}{os.environ['PATH']}",
        "FLASK_DEBUG": "0",
        "HOST": host,
        "WEB_WORKERS": str(current_app.config["WEB_WORKERS"]),
        "PYTHONUNBUFFERED": "1",
    }
    sys.stdout.flush()
    os.chdir(current_app.root_path)
    os.execve(honcho, [str(honcho), "start", "-p", str(port)], environment)


def _refuse_taken_port(host: str, port: int) -> None:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise click.ClickException(
                f"{host}:{port} cannot be served ({error.strerror}). "
                "Choose another: PORT=8001 make run"
            ) from error


@counters.command()
def check() -> None:
    """Count everything anew and exit with 1 if a kept count differs."""
    drifted = 0
    for column, by in _counted:
        model = column.class_
        wrong = db.session.execute(select(model.id, column, by).where(column != by)).all()
        drifted += len(wrong)
        for id, kept, real in wrong:
            click.echo(f"{model.__name__} {id}: {column.key} is {kept}, counted {real}")
    if drifted:
        raise click.ClickException(f"{drifted} counts have drifted. Run: flask counters repair")
    click.echo("Every count is right.")


@counters.command()
def repair() -> None:
    """Set every kept count to what is counted."""
    repair_counts()
    click.echo("Every count was set anew.")


def repair_counts() -> None:
    """Set every kept count that differs to what is counted."""
    with writing() as session:
        for column, by in _counted:
            statement = update(column.class_).values({column: by}).where(column != by)
            session.execute(statement.execution_options(synchronize_session=False))
