"""The read replica: it serves the pages of people who did not just write.

``DATABASE_READ_URL`` names a PostgreSQL streaming replica. What :func:`app.data.reading.read` reads
for a GET goes there. Everything else goes to the primary: a POST, a job or a command, reads after
a write in the same request, login sessions (so that a revoked one ends with the next request), and
for :data:`OWN_WRITES_FOR` seconds all reads of the browser that wrote, whichever machine answers.
"""

import logging
import time
from math import inf
from threading import Lock

from flask import Flask, Response, current_app, has_request_context, request
from sqlalchemy import Engine, text
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from .database import db, has_written

log = logging.getLogger(__name__)

# Seconds. A replica that is further behind than this serves nobody until it has caught up.
MAX_LAG = 20.0
# Seconds between two checks of the lag, and until a replica that failed is tried again.
CHECK_EVERY, RETRY_AFTER = 5.0, 30.0
# Seconds, more than MAX_LAG: people find what they wrote on every page. The browser counts them by
# the age of a cookie, so that no clocks of several machines are compared.
OWN_WRITES_FOR = 30
WROTE = "wrote"

# The errors of a replica that is down or overloaded.
UNAVAILABLE = (OperationalError, InterfaceError, PoolTimeoutError)


def init_app(app: Flask) -> None:
    """Let ``app`` read from its replica, if it has one."""
    if app.config["DATABASE_READ_URL"]:
        with app.app_context():
            app.extensions["replica"] = Replica(db.engines["replica"])
        app.after_request(_remember_write)


class Replica:
    """A replica, and what this process knows of its lag behind the primary."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # The replica has everything that was committed before this time (our monotonic clock).
        self._complete_until = -inf
        # A time, and the position of the primary's log then, which was not yet replayed.
        self._mark = (-inf, 0)
        self._next_check = -inf
        self._checking = Lock()

    def may_serve(self) -> bool:
        """Whether the replica may answer the reads of this request now."""
        return (
            has_request_context()
            and request.method in ("GET", "HEAD")
            and WROTE not in request.cookies
            and not has_written()
            and self.is_fresh()
        )

    def is_fresh(self) -> bool:
        """Whether the replica is up and at most :data:`MAX_LAG` behind."""
        moment = time.monotonic()
        if moment >= self._next_check and self._checking.acquire(blocking=False):
            try:
                self._check(moment)
            finally:
                self._checking.release()
        return moment - self._complete_until <= MAX_LAG

    def pause(self, reason: object) -> None:
        """Use the primary alone for :data:`RETRY_AFTER` seconds."""
        # The driver's own error: SQLAlchemy's also contains the statement.
        reason = getattr(reason, "orig", reason)
        log.warning("The replica is not used for %d s: %s", RETRY_AFTER, reason)
        self._complete_until = -inf
        self._next_check = time.monotonic() + RETRY_AFTER

    def _check(self, moment: float) -> None:
        was_serving = self._complete_until > -inf
        self._next_check = moment + CHECK_EVERY
        try:
            written = _log_position(db.engines["read"], "pg_current_wal_lsn()")
            replayed = _log_position(self.engine, "pg_last_wal_replay_lsn()")
        except SQLAlchemyError as error:
            self.pause(error)
            return
        if written is None or replayed is None:
            self.pause("DATABASE_READ_URL names no streaming replica.")
            return
        if replayed >= self._mark[1]:
            self._complete_until = moment if replayed >= written else self._mark[0]
            self._mark = (moment, written)
        if was_serving and moment - self._complete_until > MAX_LAG:
            log.warning("The replica is over %d s behind and is not used.", MAX_LAG)
            self._complete_until = -inf


def _log_position(engine: Engine, function: str) -> int | None:
    """Return the position in the write-ahead log in bytes; None where the server has none."""
    with engine.connect() as connection:
        return connection.scalar(text(f"SELECT pg_wal_lsn_diff({function}, '0/0')"))


def _remember_write(response: Response) -> Response:
    if has_written():
        response.set_cookie(
            WROTE,
            "1",
            max_age=OWN_WRITES_FOR,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response
