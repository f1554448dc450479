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
# Characters that end a line in some viewer, or steer a terminal, are written as escapes.
CONTROLS = {ord(c): repr(c)[1:-1] for c in "\r\v\f\x1b\x1c\x1d\x1e\x85\u2028\u2029"}
# One failing page must not send a thousand mails.
SECONDS_BETWEEN_MAILS = 60


def init_app(app: Flask) -> None:
    """Send the log of ``app`` to standard output, to a file and, for errors, by mail."""
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
    # These log every job and every migration step; their warnings are enough.
    for verbose in ("huey", "alembic", "portalocker"):
        logging.getLogger(verbose).setLevel(logging.WARNING)


class OneLine(logging.Formatter):
    """Names the request, and lets nothing that a person sent begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; further lines (of a traceback or a mail) are indented."""
        record.where = f"{request.method} {request.path!r} " if has_request_context() else ""
        return _masked(super().format(record)).translate(CONTROLS).replace("\n", "\n    ")


def _masked(line: str) -> str:
    # A reader of the log must not get in by the link of a mail: /reset-password/<token>.
    token = (request.view_args or {}).get("token") if has_request_context() else None
    return line.replace(f"/{token}", "/…") if token else line


class OnceAMinute(logging.Filter):
    """Passes one record, then none for a minute."""

    last = 0.0

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether ``record`` passes."""
        passes = time.monotonic() - self.last > SECONDS_BETWEEN_MAILS or not self.last
        if passes:
            self.last = time.monotonic()
        return passes


def _file(app: Flask) -> logging.Handler:
    folder = Path(app.instance_path) / "logs"
    folder.mkdir(parents=True, exist_ok=True)
    return ConcurrentRotatingFileHandler(
        str(folder / "microblog.log"), maxBytes=FILE_SIZE, backupCount=FILES_KEPT, encoding="utf-8"
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
