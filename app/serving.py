"""The commands that serve: ``serve`` runs web server and worker, ``web`` the server alone."""

import os
import resource
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import suppress
from errno import EADDRNOTAVAIL
from pathlib import Path

import click
from flask import Flask, current_app
from sqlalchemy.exc import OperationalError

import config

from .data.failures import reason
from .data.schema import check_and_log_schema, require_usable_schema

COMMANDS = ("web", "worker")
# Seconds after which a process that ended is started again, and one that does not stop is killed.
RESTART_AFTER, KILL_AFTER = 2, 15
# Connections are cheap, and app/web/server.py bounds the requests.
CONNECTIONS = 4096
# Open files: a connection is one, and SQLite needs some for each thread.
OPEN_FILES = 2 * CONNECTIONS
# For the processes that serve: without docstrings (PYTHONOPTIMIZE), each takes less memory.
ENVIRONMENT = {"FLASK_DEBUG": "0", "PYTHONUNBUFFERED": "1", "PYTHONOPTIMIZE": "2"}
# Seconds in which a process has started, on a slow machine: at SIGHUP, the old one ends then.
STARTED_WITHIN = 15
GRANIAN = (
    "--interface rsgi --http 1 --no-ws --loop uvloop --respawn-failed-workers "
    f"--respawn-interval {STARTED_WITHIN} "
    f"--backpressure {CONNECTIONS} --http1-header-read-timeout 10000"
)


def init_app(app: Flask) -> None:
    """Give ``app`` the commands."""
    for command in (serve, web):
        app.cli.add_command(command)


@click.command()
def serve() -> None:
    """Serve the site: web and worker processes together, until told to stop (SIGTERM)."""
    host, port = current_app.config["HOST"], current_app.config["PORT"]
    _refuse_address(host, port)
    require_usable_schema(current_app)
    click.echo(f"\n  {current_app.config['SITE_NAME'] or 'Microblog'} is at http://{host}:{port}")
    click.echo(f"  Data and logs are in {current_app.instance_path}. Ctrl+C stops it.\n")
    # With what .env says now, unless it names more by the time a process is started again.
    _supervise(config.environment() | ENVIRONMENT)


@click.command()
def web() -> None:
    """Run the web server alone; the worker runs elsewhere."""
    settings = current_app.config
    _refuse_address(settings["HOST"], settings["PORT"])
    try:
        # Here, because Granian would start a process again that ends for this reason.
        check_and_log_schema(current_app)
    except OperationalError as error:
        current_app.logger.error("The database does not answer: %s", reason(error))
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    most = OPEN_FILES if hard == resource.RLIM_INFINITY else min(OPEN_FILES, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    address = f"--host {settings['HOST']} --port {settings['PORT']}"
    options = f"{GRANIAN} {address} --workers {settings['WEB_WORKERS']}".split()
    os.chdir(current_app.root_path)
    granian = Path(__file__).with_name("granian_command.py")
    # -P: Python would look for modules beside the script first.
    command = [sys.executable, "-P", str(granian), *options, "microblog:server"]
    os.execve(sys.executable, command, os.environ | ENVIRONMENT)


def _supervise(environment: Mapping[str, str]) -> None:
    """Run the processes, start each again that ends, and end all when one is to stop."""
    running: dict[int, str] = {}
    is_stopping = False

    def start(command: str) -> None:
        arguments = [sys.executable, "-m", "flask", "--no-debug", command]
        process = subprocess.Popen(arguments, env=environment, process_group=0)
        running[process.pid] = command
        if is_stopping:
            process.terminate()

    def stop(*_signal: object) -> None:
        nonlocal is_stopping
        is_stopping = True
        signal.alarm(KILL_AFTER)
        for pid in running:
            with suppress(ProcessLookupError):
                os.kill(pid, signal.SIGTERM)

    def kill(*_signal: object) -> None:
        for pid in running:
            _kill_group(pid)

    signal.signal(signal.SIGALRM, kill)
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, stop)
    for command in COMMANDS:
        start(command)
    while running:
        pid, status = os.wait()
        command = running.pop(pid)
        _kill_group(pid)  # what a killed process left behind
        if not is_stopping:
            code = os.waitstatus_to_exitcode(status)
            current_app.logger.error("%s ended (%s) and is started again.", command, code)
            time.sleep(RESTART_AFTER)
        if not is_stopping:
            start(command)


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)


def _refuse_address(host: str, port: int) -> None:
    """Raise :class:`config.SettingError` if nothing can listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            is_elsewhere = error.errno == EADDRNOTAVAIL
            mend = "HOST takes one of this machine." if is_elsewhere else "Try PORT=8001 make run"
            raise config.SettingError(
                f"{host}:{port} cannot be served ({error.strerror}). {mend}"
            ) from error
