"""Background jobs: a queue (Huey), and periodic jobs that find what the queue missed.

A job is enqueued after the commit of what it is about, and the ``worker`` process runs it. If
that message is lost, a periodic job finds the work within a minute.
"""

import socket
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from pathlib import Path
from typing import Any

import click
from flask import Flask, current_app
from huey import Huey, RedisHuey, SqliteHuey, crontab
from huey.serializer import SignedSerializer

from .data.checkpoint import checkpoint
from .data.database import after_commit, now
from .data.schema import check_and_log_schema

# Seconds after which a silent mail server is given up and tried again later. Less than the first
# retry waits, so that no mail is sent twice at once.
SOCKET_TIMEOUT = 30
# In the instance folder.
QUEUE_FILE = "jobs.sqlite3"

Job = Callable[..., None]
_jobs: list[Job] = []
_periodic_jobs: list[Job] = []


def job(function: Job) -> Job:
    """Make ``function`` something that :func:`enqueue` takes. It runs in an app context."""
    _jobs.append(function)
    return function


def every_minute(function: Job) -> Job:
    """Have the worker call ``function`` once a minute, in an app context."""
    _periodic_jobs.append(function)
    return function


def every(interval: timedelta) -> Callable[[Job], Job]:
    """Have the worker call a function once in ``interval``, and after a pause as soon as it runs.

    When it ran last is remembered beside the queue.
    """

    def decorate(function: Job) -> Job:
        @wraps(function)
        def run_if_due() -> None:
            if current_app.extensions["jobs"].is_due(function, interval):
                function()

        return every_minute(run_if_due)

    return decorate


every_minute(checkpoint)


def enqueue(function: Job, *args: Any) -> None:
    """Have the worker call ``function(*args)`` once after the transaction around commits."""
    after_commit(_Message(current_app.extensions["jobs"][function], args))


@dataclass(frozen=True)
class _Message:
    """A call of a task that is to be put into the queue; equal to that of the same call."""

    task: Any
    args: tuple[Any, ...]

    def __call__(self) -> None:
        self.task(*self.args)


def init_app(app: Flask) -> None:
    """Give ``app`` a queue, and the ``flask worker`` command that works it off."""
    app.extensions["jobs"] = _Tasks(app)
    app.cli.add_command(worker)


class _Tasks(dict[Job, Any]):
    """The jobs as Huey tasks of one application. Huey opens at first use, never before a fork."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.huey: Huey | None = None

    def open(self) -> Huey:
        """Return the queue, with every job registered in it."""
        if self.huey is None:
            self.huey = _queue(self.app)
            for function in _jobs:
                self[function] = self.huey.task(name=_name(function))(self._in_app(function))
            for function in _periodic_jobs:
                periodic = self.huey.periodic_task(crontab(minute="*"), name=_name(function))
                periodic(self._in_app(function))
        return self.huey

    def is_due(self, function: Job, interval: timedelta) -> bool:
        """Whether ``interval`` is over since this was last true; if so, note that it is now."""
        huey, key = self.open(), f"last run:{_name(function)}"
        at = now().timestamp()
        last = huey.get(key, peek=True) or 0.0
        # A clock that was set back stops nothing.
        if last <= at < last + interval.total_seconds():
            return False
        huey.put(key, at)
        return True

    def __missing__(self, function: Job) -> Any:
        self.open()
        return self[function]

    def _in_app(self, function: Job) -> Job:
        def run(*args: Any) -> None:
            with self.app.app_context():
                function(*args)

        return run


def _name(function: Job) -> str:
    return f"{function.__module__}.{function.__name__}"


def _queue(app: Flask) -> Huey:
    # Huey pickles jobs: whoever may write into the queue must not be able to run code here.
    serializer = SignedSerializer(secret=app.config["SECRET_KEY"], salt="jobs")
    # flask run starts no worker: during development, a job runs where it is enqueued.
    options = {"serializer": serializer, "immediate": app.testing or app.debug}
    if app.config["REDIS_URL"]:
        return RedisHuey("microblog", url=app.config["REDIS_URL"], **options)
    file = Path(app.instance_path) / QUEUE_FILE
    # Not WAL: Huey uses the standard library's sqlite3, which may have the WAL-reset bug.
    return SqliteHuey("microblog", filename=str(file), journal_mode="truncate", **options)


@click.command()
def worker() -> None:
    """Work off the jobs until told to stop (SIGTERM)."""
    if current_app.debug:
        raise click.ClickException("With FLASK_DEBUG jobs run at once: flask --no-debug worker")
    check_and_log_schema(current_app)
    # Flask-Mail sets no timeout, and silent servers would stop all threads.
    socket.setdefaulttimeout(SOCKET_TIMEOUT)
    try:
        huey = current_app.extensions["jobs"].open()
    except sqlite3.Error as error:
        raise click.ClickException(f"The queue, {QUEUE_FILE}, cannot be used: {error}") from error
    # Three threads, so that a slow job, such as one of app/media or app/previews, delays no mail.
    huey.create_consumer(workers=3, max_delay=1.0).run()
