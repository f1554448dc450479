"""Statements that change rows, within a transaction that writes.

What is written often is built once, with parameters, and given to the driver as it is: to build a
statement takes longer than to run it, and others who write wait (docs/performance.md).
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, TypeAlias, cast

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CursorResult,
    Executable,
    bindparam,
    delete,
    select,
    update,
)
from sqlalchemy.dialects import postgresql, sqlite

from .database import db
from .driver import changed_within
from .plain import Plain

# A model. (mypy does not know that classes are hashable.)
Model: TypeAlias = Any
# What must not be so for a row to be inserted, given the parameters that are its values.
Unless: TypeAlias = Callable[[Mapping[str, BindParameter[Any]]], ColumnElement[bool]]

# What names of parameters begin with: SQLAlchemy keeps the names of columns to itself.
_GIVEN = "given_"


def affected(statement: Executable, values: Mapping[str, Any] | None = None) -> int:
    """Run a writing ``statement`` and return how many rows it changed.

    One with ``values``, those of its parameters, is kept: it is the same object at each call.
    """
    session = db.session()
    plain = None if values is None else _plain(statement, db.engine.dialect.name)
    if plain is not None and values is not None:
        session.flush()
        return changed_within(session.connection(), plain, values)
    # An INSERT's count is dropped on PostgreSQL unless it is asked for.
    options = {"synchronize_session": False, "preserve_rowcount": True}
    result = session.execute(statement, values, execution_options=options)
    return cast(CursorResult[Any], result).rowcount


@cache
def _plain(statement: Executable, _dialect: str) -> Plain | None:
    return Plain.of(statement, db.engine.dialect)


def add_if_new(model: Model, *, unless: Unless | None = None, **values: Any) -> bool:
    """Insert a row, unless one with that key is there or the condition ``unless`` holds.

    Returns whether it was inserted. One statement, with the condition in it.
    """
    insert = _insert_if_new(db.engine.dialect.name, model, unless, *values)
    return affected(insert, _given(values)) == 1


@cache
def _insert_if_new(dialect: str, model: Model, unless: Unless | None, *names: str) -> Executable:
    insert: Any = (sqlite if dialect == "sqlite" else postgresql).insert(model)
    row = _parameters(model, names)
    if unless is None:
        insert = insert.values(row)
    else:
        insert = insert.from_select(list(names), select(*row.values()).where(~unless(row)))
    statement: Executable = insert.on_conflict_do_nothing()
    return statement.execution_options(dml_strategy="raw")


def remove(model: Model, **values: Any) -> bool:
    """Delete the row that has these ``values``; returns whether there was one."""
    return affected(_delete(model, *values), _given(values)) == 1


@cache
def _delete(model: Model, *names: str) -> Executable:
    row = _parameters(model, names)
    return delete(model).where(*(getattr(model, name) == value for name, value in row.items()))


def tally(model: Model, id: int, **steps: int) -> None:
    """Add ``steps`` to counts of one row, in SQL, so that writers at once all count."""
    affected(_add(model, *steps), _given({"id": id, **steps}))


@cache
def _add(model: Model, *names: str) -> Executable:
    row = _parameters(model, ("id", *names))
    sums = {name: getattr(model, name) + row[name] for name in names}
    return update(model).where(model.id == row["id"]).values(sums)


def _parameters(model: Model, names: Iterable[str]) -> dict[str, BindParameter[Any]]:
    return {name: bindparam(_GIVEN + name, type_=getattr(model, name).type) for name in names}


def _given(values: Mapping[str, Any]) -> dict[str, Any]:
    return {_GIVEN + name: value for name, value in values.items()}
