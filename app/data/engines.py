"""How each of the two databases is opened, and what a new connection is told."""

import sqlite3
import warnings
from typing import Any

from sqlalchemy import Engine, event

try:
    from pysqlite3 import dbapi2 as sqlite
except ImportError:  # No wheel for this machine (Linux on ARM, for one).
    sqlite = sqlite3

# How large the pages of a new SQLite database are, in bytes, and how much of it is mapped into
# memory: as much as SQLite allows.
PAGE_SIZE, MAPPED = 8192, 2**31


def sqlite_options() -> dict[str, Any]:
    """Return the options of an engine on SQLite."""
    # Without an isolation level the driver leaves BEGIN to _begin_on_sqlite.
    return {
        "module": sqlite,
        "connect_args": {"isolation_level": None, "timeout": 30},
        "pool_size": 20,
    }


def postgresql_options(**connect_args: Any) -> dict[str, Any]:
    """Return the options of an engine on PostgreSQL, with what else libpq is told."""
    from psycopg import RawCursor  # noqa: PLC0415 - only this database's driver has it

    # A statement goes to PostgreSQL as it is: other cursors first look through its whole text, at
    # each call, for where the parameters are.
    return {
        "paramstyle": "numeric_dollar",
        "connect_args": {"cursor_factory": RawCursor, **connect_args},
        "pool_size": 10,
        "max_overflow": 10,
    }


def set_up(engine: Engine) -> None:
    """Have each connection of ``engine`` set up for what we ask of it, when it is opened."""
    if engine.dialect.name == "sqlite":
        _warn_of_wal_reset_bug()
        event.listen(engine, "connect", _on_sqlite)
        event.listen(engine, "begin", _begin_on_sqlite)
    else:
        event.listen(engine, "connect", _on_postgresql)


def _warn_of_wal_reset_bug() -> None:
    if (3, 7, 0) <= sqlite.sqlite_version_info <= (3, 51, 2):
        warnings.warn(
            f"SQLite {sqlite.sqlite_version} has the WAL-reset bug, which can corrupt a "
            "database that several processes write (fixed in 3.51.3).",
            stacklevel=2,
        )


def _on_sqlite(connection: Any, _record: object) -> None:
    # FULL: what an answer said is saved survives the loss of power, in WAL mode too. What is
    # read is read where the system keeps the file, and not copied from there.
    for pragma in (
        f"page_size={PAGE_SIZE}",
        "journal_mode=WAL",
        "synchronous=FULL",
        "foreign_keys=ON",
        f"mmap_size={MAPPED}",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _on_postgresql(connection: Any, _record: object) -> None:
    from psycopg import RawServerCursor  # noqa: PLC0415 - as above

    # What is read some rows at a time goes as it is, too.
    connection.server_cursor_factory = RawServerCursor
    # What a page looks up is in memory or on a disk without a head, and its statements are over
    # before they would be compiled, or other processes started to help.
    with connection.cursor() as cursor:
        cursor.execute("SET random_page_cost = 3")
        cursor.execute("SET jit = off")
        cursor.execute("SET max_parallel_workers_per_gather = 0")
    connection.commit()


def _begin_on_sqlite(connection: Any) -> None:
    # A read that turns into a write fails at once whatever the timeout, so a
    # writer asks for the lock with its first statement.
    mode = "IMMEDIATE" if connection.get_execution_options().get("writing") else "DEFERRED"
    connection.connection.dbapi_connection.execute(f"BEGIN {mode}")
