"""Copy a whole community from SQLite to PostgreSQL: every row, compared afterwards."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from psycopg import sql
from sqlalchemy import Connection, Table, create_engine, make_url, select, text
from sqlalchemy.exc import ArgumentError

from ..data.database import Base, writing
from ..data.engines import engine_options
from ..search.index import TABLES, rebuild

BATCH = 5_000

# One row.
Values = tuple[Any, ...]
# What a table holds, in whatever order: how many rows, and the sum of their hashes.
Contents = tuple[int, int]


class CopyError(ValueError):
    """The community cannot be copied; the message says why and what to do."""


def copy_from(url: str, tell: Callable[[str, int], None]) -> None:
    """Copy the community in the SQLite database ``url`` into ours, which is empty.

    All or nothing, in one transaction on each side. ``tell`` is called with each table and
    its number of rows, once they are here and equal to those there. The index of the search
    is made anew. No sequence needs to be set: the only one gives the low bits of an id, and
    may go on from anywhere. Raises :class:`CopyError`.
    """
    with _source(url) as source, writing() as session:
        target = session.connection()
        if target.dialect.name != "postgresql":
            raise CopyError("DATABASE_URL must name the PostgreSQL database that is copied into.")
        _refuse_other_revision(source, url)
        _refuse_other_revision(target, "DATABASE_URL")
        _refuse_rows(target)
        for table in Base.metadata.sorted_tables:
            sent = _copy(table, source, target)
            if _contents(_rows(table, target)) != sent:
                raise CopyError(f"{table.name} does not hold what was sent. Nothing is kept.")
            tell(table.name, sent[0])
        rebuild()
        # Or the first pages are planned as if every table were empty.
        target.execute(text("ANALYZE"))


@contextmanager
def _source(url: str) -> Iterator[Connection]:
    """Open the database that is copied, as it is at this moment."""
    try:
        address = make_url(url)
    except ArgumentError:
        raise CopyError(f"{url} is no address of a database: sqlite:////path/to/file") from None
    if address.get_backend_name() != "sqlite":
        raise CopyError("Only a community on SQLite can be copied: sqlite:////path/to/file")
    if not (address.database and Path(address.database).is_file()):
        raise CopyError(f"There is no file {address.database}.")
    engine = create_engine(address, **engine_options("sqlite"))
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection
    finally:
        engine.dispose()


def _refuse_other_revision(connection: Connection, name: str) -> None:
    config = current_app.extensions["migrate"].migrate.get_config()
    wanted = ScriptDirectory.from_config(config).get_current_head()
    found = MigrationContext.configure(connection).get_current_revision()
    if found != wanted:
        raise CopyError(
            f"{name} is at revision {found or 'none'}, and this release at {wanted}: "
            "run flask db upgrade on it first."
        )


def _refuse_rows(target: Connection) -> None:
    for table in (*Base.metadata.sorted_tables, *TABLES):
        if target.execute(select(table).limit(1)).first():
            raise CopyError(f"The database is not empty: there are rows in {table.name}.")


def _copy(table: Table, source: Connection, target: Connection) -> Contents:
    """Stream a table from ``source`` into ``target``; return what was sent."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns),
    )
    driver: Any = target.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            return _contents(_sent(_rows(table, source), copy))
    except psycopg.Error as error:
        raise CopyError(f"{table.name} cannot be copied: {error}") from error


def _sent(rows: Iterable[Values], copy: psycopg.Copy) -> Iterator[Values]:
    for row in rows:
        copy.write_row(row)
        yield row


def _rows(table: Table, connection: Connection) -> Iterator[Values]:
    """Yield the rows of ``table``; a JSON object as its text, which both databases take."""
    # In batches, so that a table of any size fits into memory.
    for row in connection.execute(select(table), execution_options={"yield_per": BATCH}):
        yield tuple(
            json.dumps(value, sort_keys=True) if isinstance(value, dict) else value for value in row
        )


def _contents(rows: Iterable[Values]) -> Contents:
    count = hashes = 0
    for row in rows:
        count, hashes = count + 1, hashes + hash(row)
    return count, hashes
