"""Copy a community from SQLite to PostgreSQL, and compare every table afterwards."""

import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from sqlalchemy import JSON, Connection, Table, create_engine, make_url, select, text
from sqlalchemy.exc import ArgumentError

from ..data.database import Base, writing
from ..data.engines import engine_options
from ..data.schema import known_revisions, revision_of
from ..search.index import TABLES, rebuild

BATCH = 5_000

# The values of a row.
Values = tuple[Any, ...]
# The number of rows of a table and the sum of their hashes, which does not depend on the order.
Checksum = tuple[int, int]


class CopyError(ValueError):
    """The community cannot be copied; the message names the reason and the remedy."""


def copy_from(url: str, report: Callable[[str, int], None]) -> None:
    """Copy the community in the SQLite database ``url`` into our empty database.

    One transaction on each side: on an error nothing is copied. ``report`` is called with the
    name of each table and its number of rows, after the comparison. The search index is
    rebuilt. No sequence is set: the only one gives the low bits of an id, and any value of
    it is valid. Raises :class:`CopyError`.
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
            if _checksum(_rows(table, target)) != sent:
                raise CopyError(f"{table.name} does not hold what was sent. Nothing is kept.")
            report(table.name, sent[0])
        rebuild()
        # Without statistics, PostgreSQL plans the first pages for empty tables.
        target.execute(text("ANALYZE"))


@contextmanager
def _source(url: str) -> Iterator[Connection]:
    """Open the source database in a read transaction, so that all tables are of one moment."""
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise CopyError(f"{url} is no address of a database: sqlite:////path/to/file") from None
    if parsed.get_backend_name() != "sqlite":
        raise CopyError("Only a community on SQLite can be copied: sqlite:////path/to/file")
    if not (parsed.database and Path(parsed.database).is_file()):
        raise CopyError(f"There is no file {parsed.database}.")
    engine = create_engine(parsed, **engine_options("sqlite"))
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            yield connection
    finally:
        engine.dispose()


def _refuse_other_revision(connection: Connection, name: str) -> None:
    found, needed = revision_of(connection), known_revisions()[-1]
    if found != needed:
        raise CopyError(
            f"{name} is at revision {found or 'none'}, and this release at {needed}: "
            "run flask db upgrade on it first."
        )


def _refuse_rows(target: Connection) -> None:
    for table in (*Base.metadata.sorted_tables, *TABLES):
        if target.execute(select(table).limit(1)).first():
            raise CopyError(f"The database is not empty: there are rows in {table.name}.")


def _copy(table: Table, source: Connection, target: Connection) -> Checksum:
    """Stream a table from ``source`` into ``target``; return the checksum of the rows sent."""
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(sql.Identifier(column.name) for column in table.columns),
    )
    psycopg_connection: Any = target.connection.driver_connection
    try:
        with psycopg_connection.cursor() as cursor, cursor.copy(statement) as copy:
            return _checksum(_write(_rows(table, source), copy))
    except psycopg.Error as error:
        raise CopyError(f"{table.name} cannot be copied: {error}") from error


def _write(rows: Iterable[Values], copy: psycopg.Copy) -> Iterator[Values]:
    for row in rows:
        copy.write_row(row)
        yield row


def _rows(table: Table, connection: Connection) -> Iterator[Values]:
    """Yield the rows of ``table``; JSON becomes text, which both databases accept."""
    # In a column that is never null, None is the null of JSON.
    is_json = [(isinstance(column.type, JSON), bool(column.nullable)) for column in table.columns]
    # Batches limit the memory, whatever the size of the table.
    for row in connection.execute(select(table), execution_options={"yield_per": BATCH}):
        yield tuple(
            json.dumps(value, sort_keys=True)
            if holds_json and not (value is None and may_be_null)
            else value
            for value, (holds_json, may_be_null) in zip(row, is_json, strict=True)
        )


def _checksum(rows: Iterable[Values]) -> Checksum:
    count = hashes = 0
    for row in rows:
        count, hashes = count + 1, hashes + hash(row)
    return count, hashes
