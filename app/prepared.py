"""Queries that are built once: what differs from one call to the next is a parameter of theirs.

Building a timeline with SQLAlchemy costs several times what running it does, and two
viewers' timelines differ in a number only (docs/performance.md has the figures).
"""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import wraps
from inspect import signature
from types import SimpleNamespace
from typing import Any, ParamSpec, TypeAlias, cast

from flask import Flask, current_app
from sqlalchemy import (
    BigInteger,
    BindParameter,
    Boolean,
    ColumnElement,
    Connection,
    Dialect,
    Result,
    Select,
    bindparam,
)
from sqlalchemy.engine.result import IteratorResult, SimpleResultMetaData

from .db import AnySelect, TimeOrdered, db

P = ParamSpec("P")
Shape = tuple[Hashable, ...]
# A list that is not one query to be cut: given how much of it is wanted (a ``Cut`` of
# app.paging) and what must be so besides, it makes the query. Its key is ``id``.
Listing: TypeAlias = Callable[[Any, ColumnElement[bool] | None], AnySelect]


def init_app(app: Flask) -> None:
    """Have ``app`` keep its queries: the two databases are asked differently."""
    app.extensions["queries"] = {}


class Query:
    """A statement, or a list of which statements are made, and the values of its parameters."""

    def __init__(self, built: "_Built", values: Mapping[str, Any]) -> None:
        self._built, self._values = built, values

    @property
    def statement(self) -> AnySelect:
        """What is run: the same object at each call."""
        return cast(AnySelect, self._built.statement)

    def changed(self, change: Callable[..., AnySelect], *how: Hashable, **values: Any) -> "Query":
        """Return the query that ``change(statement, *how)`` makes of this one.

        It is asked once for each ``how``. What it adds may have parameters: ``values`` are theirs.
        """
        built = self._built.then.get((change, how))
        if built is None:
            built = self._built.then[change, how] = _Built(change(self._built.statement, *how))
        return Query(built, {**self._values, **values})

    def run(self, options: Mapping[str, Any] | None = None) -> Result[Any]:
        """Run it in the session's transaction, or on the replica, where that may be."""
        if self._built.makes_objects or "replica" in current_app.extensions:
            return db.session.execute(self.statement, self._values, execution_options=options or {})
        # Rows of columns need none of what the ORM does for objects, and takes its time for.
        connection = db.session.connection()
        plain = self._built.plain(connection.dialect)
        if plain is None:
            return connection.execute(self.statement, self._values, execution_options=options or {})
        return plain.run(connection, self._values)


def prepared(build: Callable[P, AnySelect | Listing]) -> Callable[P, Query]:
    """Have ``build`` called once for each shape of its arguments, and not at every call.

    A row stands for its ``id``. None, True and False are part of the shape, everything
    else is a parameter: ``build`` must not look at it, only put it into the statement.
    """
    names = tuple(signature(build).parameters)

    @wraps(build)
    def query(*args: P.args, **kwargs: P.kwargs) -> Query:
        given = dict(zip(names, args, strict=False))
        if kwargs:
            given |= kwargs
        values: dict[str, Any] = {}
        shape: list[Hashable] = [build]
        for name, arg in given.items():
            if arg is None or arg is True or arg is False:
                shape += name, arg
            else:
                shape.append(name)
                values[name] = arg.id if isinstance(arg, TimeOrdered) else arg
        key = tuple(shape)
        kept: dict[Shape, _Built] = current_app.extensions["queries"]
        built = kept.get(key)
        if built is None:
            stand_ins = {name: _stand_in(name, arg) for name, arg in given.items()}
            built = kept[key] = _Built(cast(Callable[..., AnySelect], build)(**stand_ins))
        return Query(built, values)

    return query


class _Built:
    """A statement, and those that were made from it."""

    def __init__(self, statement: AnySelect | Listing) -> None:
        self.statement = statement
        self.is_compiled = False
        self.as_plain: _Plain | None = None
        columns = statement.column_descriptions if isinstance(statement, Select) else ()
        self.makes_objects = any(isinstance(c["expr"], type) for c in columns)
        self.then: dict[Shape, _Built] = {}

    def plain(self, dialect: Dialect) -> "_Plain | None":
        """Return the statement as the driver takes it; None where SQLAlchemy has work to do."""
        if not self.is_compiled:
            compiled = cast(AnySelect, self.statement).compile(dialect=dialect)
            self.is_compiled, self.as_plain = True, _Plain.of(compiled, dialect)
        return self.as_plain


@dataclass(frozen=True)
class _Plain:
    """A statement on SQLite whose parameters and columns the driver reads and writes as they are.

    There SQLAlchemy's part in finding a page is as large as SQLite's (docs/performance.md).
    A truth comes as 0 or 1.
    """

    sql: str
    # What is in the statement besides the parameters of a query, and in which order all go.
    fixed: Mapping[str, Any]
    order: Sequence[str]
    columns: SimpleResultMetaData

    @classmethod
    def of(cls, compiled: Any, dialect: Dialect) -> "_Plain | None":
        if dialect.name != "sqlite" or compiled.post_compile_params or compiled._bind_processors:
            return None
        columns = compiled._result_columns
        for type in (column.type for column in columns):
            if not isinstance(type, Boolean) and type._cached_result_processor(dialect, None):
                return None
        return cls(
            str(compiled),
            compiled.construct_params(_check=False),
            compiled.positiontup,
            SimpleResultMetaData([column.keyname for column in columns]),
        )

    def run(self, connection: Connection, values: Mapping[str, Any]) -> Result[Any]:
        given = {**self.fixed, **values}
        parameters = tuple([given[name] for name in self.order])
        cursor = connection.connection.cursor()
        for listener in connection.dispatch.before_cursor_execute:
            listener(connection, cursor, self.sql, parameters, None, False)
        cursor.execute(self.sql, parameters)
        return IteratorResult(self.columns, iter(cursor.fetchall()))


def _stand_in(name: str, argument: Any) -> Any:
    """Return what ``build`` is given in place of ``argument``."""
    if argument is None or isinstance(argument, bool):
        return argument
    if isinstance(argument, TimeOrdered):
        return SimpleNamespace(id=parameter(name))
    if isinstance(argument, list):
        return bindparam(name, expanding=True)
    return parameter(name) if isinstance(argument, int) else bindparam(name)


def once(statement: AnySelect | Listing) -> Query:
    """Return the query of a ``statement`` that is of no shape to come again."""
    return Query(_Built(statement), {})


def parameter(name: str) -> BindParameter[int]:
    """Return a parameter that takes an id."""
    return bindparam(name, type_=BigInteger)
