"""Logs: to standard output, to a rotating file in the instance folder, errors to the admins."""

import logging
import time
from logging.handlers import SMTPHandler
from pathlib import Path

from concurrent_log_handler import ConcurrentRotatingFileHandler
from flask import Flask, has_request_context, request
from flask.logging import default_handler

FILE_SIZE = 1024 * 1024
FILES_KEPT = 10
# What begins a line in one viewer or another, or steers a terminal, is shown as an escape.
CONTROLS = {ord(c): repr(c)[1:-1] for c in "\r\v\f\x1b\x1c\x1d\x1e\x85\u2028\u2029"}
# One failing page must not become a thousand mails.
SECONDS_BETWEEN_MAILS = 60


def init_app(app: Flask) -> None:
    """Send what the application logs to where the people who run it look."""
    if app.testing:
        return
    app.logger.removeHandler(default_handler)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    handlers: list[logging.Handler] = [logging.StreamHandler(), _file(app)]
    if app.config["ADMINS"] and app.config["MAIL_SERVER"]:
        handlers.append(_mail(app))
    for handler in handlers:
        handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s %(where)s%(message)s"))
        root.addHandler(handler)
    # They tell of every job and every migration step; warnings are enough.
    for chatty in ("huey", "alembic", "portalocker"):
        logging.getLogger(chatty).setLevel(logging.WARNING)


class OneLine(logging.Formatter):
    """Name the request, and let nothing that a person sent start a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line (or lines: a traceback, or a mail, is indented)."""
        record.where = f"{request.method} {request.path!r} " if has_request_context() else ""
        return _masked(super().format(record)).translate(CONTROLS).replace("\n", "\n    ")


def _masked(line: str) -> str:
    # Whoever reads the log must not get in by the link of a mail: /reset-password/<token>.
    token = (request.view_args or {}).get("token") if has_request_context() else None
    return line.replace(f"/{token}", "/…") if token else line


class OnceAMinute(logging.Filter):
    """Let one record through, then none for a minute."""

    last = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether ``record`` may pass."""
        passes = time.monotonic() - self.last > SECONDS_BETWEEN_MAILS or not self.last
        if passes:
            self.last = time.monotonic()
        return passes


def _file(app: Flask) -> logging.Handler:
    folder = Path(app.instance_path) / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return ConcurrentRotatingFileHandler(
        str(folder / "microblog.log"),
        maxBytes=FILE_SIZE,
        backupCount=FILES_KEPT,
        encoding="utf-8",
    )


def _mail(app: Flask) -> logging.Handler:
    config = app.config
    user = config["MAIL_USERNAME"]
    handler = SMTPHandler(
        mailhost=(config["MAIL_SERVER"], config["MAIL_PORT"]),
        fromaddr=config["MAIL_DEFAULT_SENDER"],
        toaddrs=config["ADMINS"],
        subject=f"{config['SITE_NAME']} has an error",
        credentials=(user, config["MAIL_PASSWORD"]) if user else None,
        secure=() if config["MAIL_USE_TLS"] else None,
    )
    handler.setLevel(logging.ERROR)
    handler.addFilter(OnceAMinute())
    return handler
