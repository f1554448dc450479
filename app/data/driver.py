"""Plain statements, run by the database's driver: past SQLAlchemy, with its errors."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DBAPIError

from .plain import Plain, Row

Found = TypeVar("Found")
# Runs a statement with the values of its parameters; returns the rows, or how many it changed.
Run = Callable[[str, tuple[Any, ...]], Found]
Fetch = Run[list[tuple[Any, ...]]]

# What PostgreSQL says of a prepared statement that a migration made another, or that is gone
# (feature_not_supported, invalid_sql_statement_name). A new connection knows it as it is.
OUTDATED = ("0A000", "26000")


def found_within(connection: Connection, plain: Plain, values: Mapping[str, Any]) -> list[Row]:
    """Return what a statement finds in the transaction of ``connection``, with all it wrote.

    Raises :class:`sqlalchemy.exc.DBAPIError` where it fails.
    """
    return plain.found(_within(connection, plain, values, by_cursor))


def changed_within(connection: Connection, plain: Plain, values: Mapping[str, Any]) -> int:
    """Return how many rows a statement changes in the transaction of ``connection``.

    Raises :class:`sqlalchemy.exc.DBAPIError` where it fails.
    """
    return _within(connection, plain, values, _counting)


def _within(
    connection: Connection,
    plain: Plain,
    values: Mapping[str, Any],
    how: Callable[[Any], Run[Found]],
) -> Found:
    driver = connection.connection.driver_connection
    try:
        return run(connection.engine, driver, how(driver), plain.sql, plain.parameters(values))
    except DBAPIError as error:
        if error.connection_invalidated:
            # So that it is not rolled back, and not used again.
            connection.invalidate(error)
        raise


def _counting(connection: Any) -> Run[int]:
    cursor = connection.cursor()
    return lambda sql, parameters: int(cursor.execute(sql, parameters).rowcount)


def by_cursor(connection: Any) -> Fetch:
    """Return how the driver's ``connection`` fetches rows."""
    cursor = connection.cursor()
    return lambda sql, parameters: cursor.execute(sql, parameters).fetchall()


def run(
    engine: Engine, connection: Any, how: Run[Found], sql: str, parameters: tuple[Any, ...]
) -> Found:
    """Return what ``how`` makes of a statement on the driver's ``connection``.

    Raises :class:`sqlalchemy.exc.DBAPIError` where it fails; it says whether that was because
    the connection is lost, or knows the statement as it was before a migration.
    """
    # Who counts statements, or looks at their plans, is told of these too; there is no cursor.
    for listener in engine.dispatch.before_cursor_execute:
        listener(None, None, sql, parameters, None, False)
    dialect = engine.dialect
    try:
        return how(sql, parameters)
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
