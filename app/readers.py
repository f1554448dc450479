"""Connections that only read: plain statements are run by them, past SQLAlchemy.

To find a page a session, its transaction and the pool of connections take longer than the
database does (docs/performance.md). So each thread has its own connection, and keeps it.
"""

import threading
import weakref
from collections.abc import Callable, Mapping
from typing import Any

from flask import Flask, has_request_context, request
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from .db import db
from .plain import Plain, Row

# Runs a statement with the values of its parameters; returns the rows.
Fetch = Callable[[str, tuple[Any, ...]], list[tuple[Any, ...]]]

# How PostgreSQL plans. Left to itself it plans many timelines anew for each viewer, which takes it
# longer than to read them.
ONE_PLAN = {"plan_cache_mode": "force_generic_plan"}
# With its usual costs it goes along 500,000 posts for what is in an index of 100 pages.
FOR_THE_VALUES = {"plan_cache_mode": "force_custom_plan", "random_page_cost": "1.1"}
# What PostgreSQL says of a prepared statement that a migration made another, or that is gone
# (feature_not_supported, invalid_sql_statement_name). A new connection knows it as it is.
OUTDATED = ("0A000", "26000")


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
        return _run(self._engine, reader.connection, reader.fetch, sql, parameters)


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
            self.fetch = _by_cursor(connection)
        else:
            from .libpq import Prepared  # noqa: PLC0415 - only this database's driver has it

            connection.autocommit = True
            connection.execute("SET default_transaction_read_only = on")
            for name, value in (ONE_PLAN if keeps_plans else FOR_THE_VALUES).items():
                connection.execute(f"SET {name} = {value}")
            self.fetch = Prepared(connection).fetch


def run_within(connection: Connection, plain: Plain, values: Mapping[str, Any]) -> list[Row]:
    """Return what a statement finds in the transaction of ``connection``, with all it wrote.

    Raises :class:`sqlalchemy.exc.DBAPIError` where it fails.
    """
    driver, parameters = connection.connection.driver_connection, plain.parameters(values)
    return plain.found(_run(connection.engine, driver, _by_cursor(driver), plain.sql, parameters))


def _by_cursor(connection: Any) -> Fetch:
    cursor = connection.cursor()
    return lambda sql, parameters: cursor.execute(sql, parameters).fetchall()


def _run(
    engine: Engine, connection: Any, fetch: Fetch, sql: str, parameters: tuple[Any, ...]
) -> list[tuple[Any, ...]]:
    # Who counts statements, or looks at their plans, is told of these too; there is no cursor.
    for listener in engine.dispatch.before_cursor_execute:
        listener(None, None, sql, parameters, None, False)
    dialect = engine.dialect
    try:
        return fetch(sql, parameters)
    except dialect.loaded_dbapi.Error as error:
        # Without the parameters: they are what people wrote, and this may reach the log.
        raise DBAPIError.instance(
            sql,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=dialect.is_disconnect(error, connection, None)
            or getattr(error, "sqlstate", None) in OUTDATED,
            dialect=dialect,
        ) from error
