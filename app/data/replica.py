"""The read replica: it draws the pages of people who did not just write.

``DATABASE_READ_URL`` names a PostgreSQL streaming replica. Statements that read for a GET
go there; everything else goes to the primary: what a POST, a job or a command asks, what is
read after a write, login sessions (a revoked one ends with the next request), and for
:data:`OWN_WRITES_FOR` seconds all that somebody who wrote asks, whichever machine answers.
"""

import logging
import time
from math import inf
from threading import Lock
from typing import Any

from flask import Flask, Response, current_app, request
from sqlalchemy import Engine, Result, create_engine, event, text
from sqlalchemy.exc import InterfaceError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as NoConnectionInTime
from sqlalchemy.orm import ORMExecuteState

from .database import db
from .engines import postgresql_options, set_up
from .readers import only_reads

log = logging.getLogger(__name__)

# In seconds. A replica that is further behind than this serves nobody until it has caught up.
FURTHEST_BEHIND = 20.0
# How often a process asks how far the replica is, and when it tries one again that failed.
CHECKED_EVERY, TRIED_AGAIN_AFTER = 5.0, 30.0
# Longer than a replica that serves is behind: so whoever wrote finds it on every page. The
# browser counts these seconds, so that no clocks of several machines are compared.
OWN_WRITES_FOR = 30
WROTE = "wrote"

# Options of a statement that must see what anybody wrote, up to this moment.
LATEST = {"latest": True}

# How a replica shows that it is away, or too busy.
AWAY = (OperationalError, InterfaceError, NoConnectionInTime)
# A page waits no longer than this for a replica that is away (libpq's settings).
PATIENCE = {
    "connect_timeout": 2,
    "tcp_user_timeout": 5000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
}


def init_app(app: Flask) -> None:
    """Have ``app`` read from its replica, if it has one."""
    if not (url := app.config["DATABASE_READ_URL"]):
        return
    # Each statement sees what is committed, as on the primary; without transactions around
    # them there is no BEGIN to send and nothing that holds up the replay.
    engine = create_engine(url, isolation_level="AUTOCOMMIT", **postgresql_options(**PATIENCE))
    set_up(engine)
    app.extensions["replica"] = Replica(engine)
    app.after_request(_remember_write)
    event.listen(db.session, "do_orm_execute", _read_from_replica)


class Replica:
    """A replica, and what this process knows of how far it is behind the primary."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        # The replica holds all that was written before this moment (by our monotonic clock).
        self._complete_until = -inf
        # A moment, and what the primary's log had come to then: not replayed yet, when last seen.
        self._mark = (-inf, 0)
        self._next_check = -inf
        self._checking = Lock()

    def may_serve(self) -> bool:
        """Whether the replica is there and at most :data:`FURTHEST_BEHIND` behind."""
        moment = time.monotonic()
        if moment >= self._next_check and self._checking.acquire(blocking=False):
            try:
                self._check(moment)
            finally:
                self._checking.release()
        return moment - self._complete_until <= FURTHEST_BEHIND

    def rest(self, why: object) -> None:
        """Use the primary alone for :data:`TRIED_AGAIN_AFTER` seconds."""
        # The database's own words: SQLAlchemy's would tell what was asked for, too.
        why = getattr(why, "orig", why)
        log.warning("The replica serves nobody for %d s: %s", TRIED_AGAIN_AFTER, why)
        self._complete_until = -inf
        self._next_check = time.monotonic() + TRIED_AGAIN_AFTER

    def _check(self, moment: float) -> None:
        was_serving = self._complete_until > -inf
        self._next_check = moment + CHECKED_EVERY
        try:
            written = _position(db.engine, "pg_current_wal_lsn()")
            replayed = _position(self.engine, "pg_last_wal_replay_lsn()")
        except SQLAlchemyError as error:
            self.rest(error)
            return
        if written is None or replayed is None:
            self.rest("DATABASE_READ_URL names no streaming replica.")
            return
        if replayed >= self._mark[1]:
            self._complete_until = moment if replayed >= written else self._mark[0]
            self._mark = (moment, written)
        if was_serving and moment - self._complete_until > FURTHEST_BEHIND:
            log.warning("The replica is over %d s behind: it serves nobody.", FURTHEST_BEHIND)
            self._complete_until = -inf


def _position(engine: Engine, place: str) -> int | None:
    """Return how many bytes of log lie before ``place``; None where a server knows no such."""
    with engine.connect() as connection:
        return connection.scalar(text(f"SELECT pg_wal_lsn_diff({place}, '0/0')"))


def _read_from_replica(state: ORMExecuteState) -> Result[Any] | None:
    """Run a statement on the replica, if it may be; None leaves it to the primary."""
    replica = current_app.extensions.get("replica")
    if replica is None or not _may_be_behind(state) or not replica.may_serve():
        return None
    try:
        return state.invoke_statement(bind_arguments={"bind": replica.engine})
    except AWAY as error:
        replica.rest(error)
        # Only reads came before, and the session must let go of the broken connection.
        state.session.rollback()
        return None


def _may_be_behind(state: ORMExecuteState) -> bool:
    return (
        state.is_select
        and only_reads()
        and WROTE not in request.cookies
        and not state.session.info.get("wrote")
        and not state.execution_options.get("latest")
    )


def _remember_write(response: Response) -> Response:
    if db.session().info.get("wrote"):
        response.set_cookie(
            WROTE,
            "1",
            max_age=OWN_WRITES_FOR,
            secure=current_app.config["SESSION_COOKIE_SECURE"],
            httponly=True,
            samesite="Lax",
        )
    return response
