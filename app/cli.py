"""Commands that belong to no domain: serve, version, and what ``flask shell`` knows."""

import os
import socket
import sys
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app

import config

from .data.counters import counters
from .data.database import Base, db, writing
from .data.reading import read


def init_app(app: Flask) -> None:
    """Give ``app`` the commands, and ``flask shell`` its models."""
    for command in (serve, version, counters):
        app.cli.add_command(command)
    app.shell_context_processor(_shell_context)


def _shell_context() -> dict[str, Any]:
    models = {mapper.class_.__name__: mapper.class_ for mapper in Base.registry.mappers}
    return {"db": db, "writing": writing, "read": read, **models}


@click.command()
def version() -> None:
    """Show the version of this release."""
    click.echo(f"Microblog {config.VERSION}")


@click.command()
def serve() -> None:
    """Serve the site: web and worker processes together, until told to stop (SIGTERM)."""
    host, port = current_app.config["HOST"], current_app.config["PORT"]
    _refuse_taken_port(host, port)
    click.echo(f"\n  {current_app.config['SITE_NAME']} is at http://{host}:{port}")
    click.echo(f"  Data and logs are in {current_app.instance_path}. Ctrl+C stops it.\n")
    current_app.logger.info("Microblog %s starts at http://%s:%s", config.VERSION, host, port)
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
