"""Statements as the driver takes them, past SQLAlchemy: what most pages are read with.

To find a page SQLAlchemy's session, its transaction and the pool of connections take longer
than the database does (docs/performance.md). So a statement that is a string with values for
its parameters is run as that, each thread by a connection that only reads.
"""

import threading
import weakref
from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from flask import Flask, has_request_context, request
from sqlalchemy import Boolean, Connection, Dialect, Engine, Select, inspect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import instance_state

from .db import db

Convert = Callable[[Any], Any]
# What a query finds one of: a tuple whose values have names. SQLAlchemy's, or a named tuple.
Row: TypeAlias = Any


def init_app(app: Flask) -> None:
    """Have ``app`` keep the connections that only read."""
    with app.app_context():
        app.extensions["readers"] = Readers(db.engine)


def only_reads() -> bool:
    """Whether a page is drawn: then nothing that is read will be written."""
    return has_request_context() and request.method in ("GET", "HEAD")


@dataclass(frozen=True)
class Plain:
    """A statement, and how its values and columns are written and read.

    On SQLite a truth comes as 0 or 1.
    """

    sql: str
    # What is in the statement besides the parameters of a query, and in which order all go.
    fixed: Mapping[str, Any]
    order: Sequence[str]
    # Those of the parameters, and of the columns by their places, that are not left as they are.
    to_database: Mapping[str, Convert]
    from_database: Sequence[tuple[int, Convert]]
    # Of each thing that the statement selects: the mapper of the model that it is, with the
    # names of its columns, or None for a column.
    models: "Sequence[_Model | None]"
    row: Convert
    # Whether one plan of PostgreSQL's is the right one whatever the values are.
    has_one_plan: bool

    @classmethod
    def of(cls, statement: Any, dialect: Dialect, *, has_one_plan: bool = True) -> "Plain | None":
        """Return ``statement`` in plain; None where its text differs from one time to another."""
        compiled = statement.compile(dialect=dialect)
        if compiled.post_compile_params or statement._with_options:
            return None
        columns = compiled._result_columns
        reading = [
            (place, convert)
            for place, column in enumerate(columns)
            if not isinstance(column.type, Boolean)
            and (convert := column.type._cached_result_processor(dialect, None))
        ]
        described = statement.column_descriptions if isinstance(statement, Select) else ()
        models = [_model(each["expr"]) for each in described]
        has_objects = any(models)
        names = [d["name"] for d in described] if has_objects else [c.keyname for c in columns]
        return cls(
            str(compiled),
            compiled.construct_params(_check=False),
            compiled.positiontup,
            compiled._bind_processors,
            reading,
            models if has_objects else (),
            # Not the class itself, which takes each value as an argument of Python's.
            partial(tuple.__new__, namedtuple("Found", names, rename=True)),
            has_one_plan,
        )

    def parameters(self, values: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the parameters of the statement, as the driver takes them."""
        given = {**self.fixed, **values}
        for name, convert in self.to_database.items():
            given[name] = convert(given[name])
        return tuple([given[name] for name in self.order])

    def found(self, rows: Iterable[tuple[Any, ...]]) -> list[Row]:
        """Return ``rows``, as the driver read them, as SQLAlchemy would; objects in no session."""
        if self.from_database:
            rows = [self._converted(row) for row in rows]
        if self.models:
            rows = [self._with_objects(row) for row in rows]
        return list(map(self.row, rows))

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for place, convert in self.from_database:
            values[place] = convert(values[place])
        return tuple(values)

    def _with_objects(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        coming = iter(row)
        return tuple(
            [_as_loaded(model, coming) if model else next(coming) for model in self.models]
        )


_Model = tuple[Mapper[Any], tuple[str, ...]]


def _model(selected: Any) -> _Model | None:
    if not isinstance(selected, type):
        return None
    mapper: Mapper[Any] = inspect(selected)
    return mapper, tuple(mapper.local_table.columns.keys())


def _as_loaded(model: _Model, columns: Iterator[Any]) -> Any:
    """Return an object of ``model``, made of the next of ``columns``, in no session.

    It is as if it had been loaded and detached, for a small part of the time.
    """
    mapper, names = model
    loaded: Any = mapper.class_manager.new_instance()
    # Not by its attributes: those would note a change of each.
    vars(loaded).update(zip(names, columns, strict=False))
    instance_state(loaded).key = mapper.identity_key_from_instance(loaded)
    return loaded


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
            return plain.found(self._fetch(plain.sql, parameters, keeps_plans))
        except DBAPIError as error:
            if not error.connection_invalidated:
                raise
            self._open.clear()
            if not had_one:
                raise
        # It was lost since the last page: once more, by a new one.
        return plain.found(self._fetch(plain.sql, parameters, keeps_plans))

    def _fetch(self, sql: str, parameters: Any, keeps_plans: bool) -> list[tuple[Any, ...]]:
        reader = self._open.get(keeps_plans)
        if reader is None:
            reader = self._open[keeps_plans] = _Reader(self._engine, keeps_plans)
        return _fetch(self._engine, reader.cursor, sql, parameters)


# How PostgreSQL plans. Left to itself it plans many timelines anew for each viewer, which takes it
# longer than to read them.
ONE_PLAN = {"plan_cache_mode": "force_generic_plan"}
# With its usual costs it goes along 500,000 posts for what is in an index of 100 pages: to look for
# words in a row takes several times as long as it supposes, and the index lies in memory.
FOR_THE_VALUES = {
    "plan_cache_mode": "force_custom_plan",
    "random_page_cost": "1.1",
    "cpu_tuple_cost": "0.03",
}


class _Reader:
    """A connection of its own, which is closed when its thread ends."""

    def __init__(self, engine: Engine, keeps_plans: bool) -> None:
        pooled = engine.raw_connection()
        connection: Any = pooled.driver_connection
        pooled.detach()
        # Before the driver would complain that nobody did; not while other threads may still read.
        weakref.finalize(self, connection.close).atexit = False
        # One cursor for all statements: psycopg's knows by then how values are written and read.
        if engine.dialect.name == "sqlite":
            connection.execute("PRAGMA query_only=ON")
            self.cursor = connection.cursor()
        else:
            connection.autocommit = True
            connection.execute("SET default_transaction_read_only = on")
            for name, value in (ONE_PLAN if keeps_plans else FOR_THE_VALUES).items():
                connection.execute(f"SET {name} = {value}")
            self.cursor = connection.cursor(binary=True)


def run_within(connection: Connection, plain: Plain, values: Mapping[str, Any]) -> list[Row]:
    """Return what a statement finds in the transaction of ``connection``, with all it wrote.

    Raises :class:`sqlalchemy.exc.DBAPIError` where it fails.
    """
    cursor = connection.connection.cursor()
    return plain.found(_fetch(connection.engine, cursor, plain.sql, plain.parameters(values)))


def _fetch(engine: Engine, cursor: Any, sql: str, parameters: Any) -> list[tuple[Any, ...]]:
    # Who counts statements, or looks at their plans, is told of these too.
    for listener in engine.dispatch.before_cursor_execute:
        listener(None, cursor, sql, parameters, None, False)
    dialect = engine.dialect
    try:
        cursor.execute(sql, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    except dialect.loaded_dbapi.Error as error:
        # Without the parameters: they are what people wrote, and this may reach the log.
        raise DBAPIError.instance(
            sql,
            None,
            error,
            dialect.loaded_dbapi.Error,
            hide_parameters=True,
            connection_invalidated=dialect.is_disconnect(error, cursor.connection, cursor),
            dialect=dialect,
        ) from error
    return found
