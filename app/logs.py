"""Logs: to standard output, to a rotating file in the instance folder, errors to the admins."""

import atexit
import logging
import smtplib
import sys
import time
from contextlib import suppress
from copy import copy
from email.message import EmailMessage
from email.utils import localtime
from logging.handlers import QueueHandler, QueueListener
from pathlib import Path
from queue import SimpleQueue

from concurrent_log_handler import ConcurrentRotatingFileHandler
from flask import Config, Flask, has_request_context, request
from flask.logging import default_handler

from .data.failures import is_no_bug, reason

FILE_SIZE = 1024 * 1024
FILES_KEPT = 10
# Characters that end a line in some viewer, control a terminal, or change the order in which it
# shows others (Unicode Standard Annex 9), are written as escapes.
CONTROLS = {
    code: repr(chr(code))[1:-1]
    for code in (*range(0xA0), 0x61C, *range(0x200E, 0x2010), *range(0x2028, 0x2070))
    if chr(code) not in "\t\n" and not chr(code).isprintable()
}
# One failing page must not send a thousand mails.
SECONDS_BETWEEN_MAILS = 60
# Seconds after which a silent mail server is given up: a process that stops waits for it.
MAIL_TIMEOUT = 5


def init_app(app: Flask) -> None:
    """Send the log of ``app`` to standard output, to a file and, for errors, by mail."""
    if app.testing:
        return
    app.logger.removeHandler(default_handler)
    root = logging.getLogger()
    root.setLevel(logging.INFO)
    handlers: list[logging.Handler] = [logging.StreamHandler(), _file(app)]
    if app.config["ADMINS"] and app.config["MAIL_SERVER"]:
        handlers.append(_mails(app.config))
    for handler in handlers:
        handler.setFormatter(OneLine("%(asctime)s %(levelname)s %(name)s %(where)s%(message)s"))
        root.addHandler(handler)
    # These log every job and every migration step; their warnings are enough.
    for verbose in ("huey", "alembic", "portalocker"):
        logging.getLogger(verbose).setLevel(logging.WARNING)


class OneLine(logging.Formatter):
    """Names the request, and lets nothing that a person sent begin a line of its own."""

    def format(self, record: logging.LogRecord) -> str:
        """Return the line; further lines (of a traceback or a mail) are indented.

        A failure that is no bug has no traceback: it fails at each request until it is mended.
        """
        error = record.exc_info[1] if record.exc_info else None
        if error and is_no_bug(error):
            record = copy(record)
            record.msg, record.args = f"{record.getMessage()} ({reason(error)})", ()
            record.exc_info = record.exc_text = None
        record.where = f"{request.method} {request.path!r} " if has_request_context() else ""
        return _masked(super().format(record)).translate(CONTROLS).replace("\n", "\n    ")


def _masked(line: str) -> str:
    # Who reads the log must not log in by the link of a mail: /reset-password/<token>.
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
    return LogFile(
        str(folder / "microblog.log"), maxBytes=FILE_SIZE, backupCount=FILES_KEPT, encoding="utf-8"
    )


class LogFile(ConcurrentRotatingFileHandler):
    """The file; standard output has the same lines."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - the name is logging's
        """Say in one line that the file could not be written, because the disk is full or so."""
        # Standard error may be a file on the same disk.
        with suppress(OSError):
            print(f"{self.baseFilename} lacks a line: {sys.exc_info()[1]}", file=sys.stderr)


def _mails(config: Config) -> logging.Handler:
    """Return the handler that mails errors, by a thread: the requests must not wait for it."""
    handler = QueueHandler(SimpleQueue())
    handler.setLevel(logging.ERROR)
    handler.addFilter(OnceAMinute())
    listener = QueueListener(handler.queue, ErrorMail(config))
    listener.start()
    atexit.register(listener.stop)
    return handler


class ErrorMail(logging.Handler):
    """Mails a record to the admins; at once, because the worker may be what fails."""

    def __init__(self, config: Config) -> None:
        super().__init__()
        self.config = config

    def emit(self, record: logging.LogRecord) -> None:
        """Send the record."""
        config = self.config
        connect = smtplib.SMTP_SSL if config["MAIL_USE_SSL"] else smtplib.SMTP
        try:
            mail = EmailMessage()
            mail["From"], mail["To"] = config["MAIL_DEFAULT_SENDER"], ", ".join(config["ADMINS"])
            mail["Subject"] = f"{config['SITE_NAME'] or 'Microblog'} has an error"
            mail["Date"] = localtime()
            mail.set_content(self.format(record))
            server = config["MAIL_SERVER"], config["MAIL_PORT"]
            with connect(*server, timeout=MAIL_TIMEOUT) as connection:
                if config["MAIL_USE_TLS"]:
                    connection.starttls()
                if config["MAIL_USERNAME"]:
                    connection.login(config["MAIL_USERNAME"], config["MAIL_PASSWORD"])
                connection.send_message(mail)
        except Exception:
            self.handleError(record)
