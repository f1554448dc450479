"""The engines: options of each database, and what is set on a new connection."""

import os
import sqlite3
import warnings
from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Engine, ExceptionContext, NullPool, event

from .failures import name_full_disk

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:
    try:
        # The same driver with SQLCipher, which is SQLite as long as nobody sets a key. It has
        # wheels for ARM and macOS.
        from sqlcipher3 import dbapi2 as sqlite
    except ImportError:
        sqlite = sqlite3

# Bytes per page of a new SQLite database, and bytes mapped into memory (SQLite's maximum).
PAGE_SIZE, MMAP_SIZE = 8192, 2**31

# Seconds that a writer to SQLite waits for another one.
BUSY_TIMEOUT = 30

# For libpq. In seconds (the second in milliseconds): the longest wait for a server that is down.
# The encoding is that of texts on the way, also where a database has none.
CONNECTION_OPTIONS = {
    "client_encoding": "utf8",
    "connect_timeout": 2,
    "tcp_user_timeout": 5000,
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 2,
}

# SQLSTATEs of a server-side prepared statement that a migration made invalid
# (feature_not_supported, invalid_sql_statement_name). A new connection prepares it again.
OUTDATED_STATEMENT = ("0A000", "26000")


def engine_options(backend: str, **connect_args: Any) -> dict[str, Any]:
    """Return the options of an engine on ``backend``; ``connect_args`` go to the driver.

    Errors name no parameters, because these are what people wrote and errors reach the log.
    """
    if backend == "sqlite":
        # Without an isolation level the driver leaves BEGIN to _begin_on_sqlite.
        return {
            "module": sqlite,
            "connect_args": {"isolation_level": None, "timeout": BUSY_TIMEOUT, **connect_args},
            "pool_size": 20,
            "hide_parameters": True,
        }
    return {
        "connect_args": CONNECTION_OPTIONS | connect_args,
        "pool_size": 10,
        "max_overflow": 10,
        "pool_pre_ping": True,
        "hide_parameters": True,
    }


def read_engine_options(backend: str, **connect_args: Any) -> dict[str, Any]:
    """Return the options of an engine whose connections only read.

    AUTOCOMMIT: each statement sees what is committed, and no transaction stays open. Each thread
    keeps its connection (:mod:`app.data.reading`), so there is no pool: it closes with the thread.
    """
    options = engine_options(backend, **connect_args)
    for of_pools in ("pool_size", "max_overflow", "pool_pre_ping"):
        options.pop(of_pools, None)
    return {**options, "isolation_level": "AUTOCOMMIT", "poolclass": NullPool}


def set_up(engine: Engine) -> None:
    """Configure each new connection of ``engine``, and how it begins a transaction."""
    if engine.dialect.name == "sqlite":
        _warn_of_wal_reset_bug()
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "begin", _begin_on_sqlite)
        event.listen(engine, "handle_error", _name_full_disk(engine))
    else:
        event.listen(engine, "connect", _configure_postgresql)
        event.listen(engine, "handle_error", _reconnect_for_outdated_statement)


def set_up_reading(engine: Engine) -> None:
    """Configure each new connection of ``engine`` to read, and have the database refuse writes."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _configure_sqlite)
        event.listen(engine, "connect", _refuse_writes_on_sqlite)
        event.listen(engine, "handle_error", _name_full_disk(engine))
    else:
        event.listen(engine, "connect", _configure_postgresql)
        event.listen(engine, "connect", _refuse_writes_on_postgresql)
        event.listen(engine, "handle_error", _reconnect_for_outdated_statement)


def _warn_of_wal_reset_bug() -> None:
    if (3, 7, 0) <= sqlite.sqlite_version_info <= (3, 51, 2):
        warnings.warn(
            f"SQLite {sqlite.sqlite_version} has the WAL-reset bug, which can corrupt a "
            "database that several processes write (fixed in 3.51.3).",
            stacklevel=2,
        )


def _configure_sqlite(connection: Any, _record: object) -> None:
    # synchronous=FULL: in WAL mode too, a committed transaction survives a power failure.
    for pragma in (
        f"page_size={PAGE_SIZE}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"mmap_size={MMAP_SIZE}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _refuse_writes_on_sqlite(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")


def _begin_on_sqlite(connection: Connection) -> None:
    # A read transaction that turns into a write fails at once, whatever the timeout, when another
    # connection wrote meanwhile. So a transaction that writes takes the lock at BEGIN.
    options = connection.get_execution_options()
    if not options.get("writing"):
        connection.exec_driver_sql("BEGIN DEFERRED")
    elif options.get("wait", True):
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        connection.exec_driver_sql("PRAGMA busy_timeout = 0")
        try:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
        finally:
            connection.exec_driver_sql(f"PRAGMA busy_timeout = {BUSY_TIMEOUT * 1000}")


def _name_full_disk(engine: Engine) -> Callable[[ExceptionContext], None]:
    folder = os.path.dirname(engine.url.database or "") or "."

    def name(context: ExceptionContext) -> None:
        name_full_disk(context.original_exception, folder)

    return name


def _configure_postgresql(connection: Any, _record: object) -> None:
    # Pages look up few rows, in memory or on a solid-state disk: JIT compilation and parallel
    # workers take longer to start than such a statement takes to run.
    _set(connection, random_page_cost="3", jit="off", max_parallel_workers_per_gather="0")


def _refuse_writes_on_postgresql(connection: Any, _record: object) -> None:
    # The generic plan: otherwise PostgreSQL plans many timelines again for each viewer, which
    # takes longer than to read them. The words of a search are literals (app.search.dialects).
    _set(connection, default_transaction_read_only="on", plan_cache_mode="force_generic_plan")


def _set(connection: Any, **settings: str) -> None:
    with connection.cursor() as cursor:
        for name, value in settings.items():
            cursor.execute(f"SET {name} = {value}")
    connection.commit()


def _reconnect_for_outdated_statement(context: ExceptionContext) -> None:
    if getattr(context.original_exception, "sqlstate", None) in OUTDATED_STATEMENT:
        context.is_disconnect = True
