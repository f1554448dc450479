"""Connections that only read: plain statements are run by them, past SQLAlchemy.

To find a page a session, its transaction and the pool of connections take longer than the
database does (docs/performance.md). So each thread has its own connection, and keeps it.
"""

import threading
import weakref
from collections.abc import Mapping
from typing import Any

from flask import Flask, has_request_context, request
from sqlalchemy import Engine
from sqlalchemy.exc import DBAPIError

from .database import db
from .driver import by_cursor, run
from .plain import Plain, Row

# How PostgreSQL plans. Left to itself it plans many timelines anew for each viewer, which takes it
# longer than to read them.
ONE_PLAN = {"plan_cache_mode": "force_generic_plan"}
# With its usual costs it goes along 500,000 posts for what is in an index of 100 pages.
FOR_THE_VALUES = {"plan_cache_mode": "force_custom_plan", "random_page_cost": "1.1"}


def init_app(app: Flask) -> None:
    """Have ``app`` keep the connections that only read."""
    with app.app_context():
        app.extensions["readers"] = Readers(db.engine)


def only_reads() -> bool:
    """Whether a page is drawn: then nothing that is read will be written."""
    return has_request_context() and request.method in ("GET", "HEAD")


class Readers(threading.local):
    """The connections of each thread that only read, and begin no transaction for it.

    They see what is committed, at each statement. On PostgreSQL there are two: one keeps a
    single plan of each statement, the other plans for the values.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._open: dict[bool, _Reader] = {}

    def run(self, plain: Plain, values: Mapping[str, Any]) -> list[Row]:
        """Return what a statement finds.

        Raises :class:`sqlalchemy.exc.DBAPIError`, as SQLAlchemy does, where it fails; where no
        connection is to be had, the driver's own error.
        """
        parameters = plain.parameters(values)
        keeps_plans = plain.has_one_plan or self._engine.dialect.name == "sqlite"
        had_one = keeps_plans in self._open
        try:
            return plain.found(self._read(plain.sql, parameters, keeps_plans))
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            self._open.clear()
            if not had_one:
                raise
        # It was lost or outdated since the last page: once more, by a new one.
        return plain.found(self._read(plain.sql, parameters, keeps_plans))

    def _read(
        self, sql: str, parameters: tuple[Any, ...], keeps_plans: bool
    ) -> list[tuple[Any, ...]]:
        reader = self._open.get(keeps_plans)
        if reader is None:
            reader = self._open[keeps_plans] = _Reader(self._engine, keeps_plans)
        return run(self._engine, reader.connection, reader.fetch, sql, parameters)


class _Reader:
    """A connection of its own, which is closed when its thread ends."""

    def __init__(self, engine: Engine, keeps_plans: bool) -> None:
        pooled = engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        # Before the driver would complain that nobody did; not while other threads may still read.
        weakref.finalize(self, connection.close).atexit = False
        self.connection = connection
        if engine.dialect.name == "sqlite":
            connection.execute("PRAGMA query_only=ON")
            self.fetch = by_cursor(connection)
        else:
            from .libpq import Prepared  # noqa: PLC0415 - only this database's driver has it

            connection.autocommit = True
            connection.execute("SET default_transaction_read_only = on")
            for name, value in (ONE_PLAN if keeps_plans else FOR_THE_VALUES).items():
                connection.execute(f"SET {name} = {value}")
            self.fetch = Prepared(connection).fetch
