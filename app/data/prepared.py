"""Queries that are built once: what differs from one call to the next is a parameter of theirs.

Building a timeline with SQLAlchemy costs several times what running it does, and two
viewers' timelines differ in a number only (docs/performance.md has the figures).
"""

from collections.abc import Callable, Hashable, Mapping
from functools import wraps
from inspect import signature
from types import SimpleNamespace
from typing import Any, ParamSpec, TypeAlias, cast

from flask import Flask, current_app
from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    bindparam,
)
from sqlalchemy.orm.attributes import instance_state

from .database import AnySelect, Base, db
from .driver import found_within
from .ids import TimeOrdered
from .plain import Plain, Row
from .readers import Readers, only_reads

P = ParamSpec("P")
Shape = tuple[Hashable, ...]
# A list that is not one query to be cut: given how much of it is wanted (a ``Cut`` of
# app.web.paging) and what must be so besides, it makes the query. Its key is ``id``.
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
            changed = change(self._built.statement, *how)
            built = self._built.then[change, how] = _Built(changed, self._built.has_one_plan)
        return Query(built, {**self._values, **values})

    def all(self, options: Mapping[str, Any] | None = None) -> list[Row]:
        """Run it: within the transaction that the session is in, on the replica, or by itself.

        What a page only reads, objects too, belongs to no session; objects that a form or a job
        reads are the session's, and may be changed. ``options`` are SQLAlchemy's.
        """
        plain, extensions = self._built.plain(), current_app.extensions
        if plain is None or "replica" in extensions:
            found = db.session.execute(
                self.statement, self._values, execution_options=options or {}
            )
            return list(found)
        if db.session.registry.has() and db.session().in_transaction():
            db.session.flush()
            rows = found_within(db.session.connection(), plain, self._values)
        else:
            rows = cast(Readers, extensions["readers"]).run(plain, self._values)
        if plain.models and not only_reads():
            rows = [plain.row(map(_in_session, row)) for row in rows]
        return rows

    def first(self, options: Mapping[str, Any] | None = None) -> Row | None:
        """Run it and return the first row, if there is any."""
        found = self.all(options)
        return found[0] if found else None

    def value(self) -> Any:
        """Run it and return what the first row begins with; None where there is no row."""
        row = self.first()
        return None if row is None else row[0]


def prepared(
    build: Callable[P, AnySelect | Listing], *, has_one_plan: bool = True
) -> Callable[P, Query]:
    """Have ``build`` called once for each shape of its arguments, and not at every call.

    A row stands for its ``id``, and has its own ``shape``. None, True and False are part of the
    shape, everything else is a parameter: ``build`` must not look at it, only put it into the
    statement.

    Without ``has_one_plan`` PostgreSQL plans for the values at each call, and does not keep the
    plan that is good for most: which way is the shorter one depends on them.
    """
    names = tuple(signature(build).parameters)

    @wraps(build)
    def query(*args: P.args, **kwargs: P.kwargs) -> Query:
        given = [*zip(names, args, strict=False), *kwargs.items()]
        values: dict[str, Any] = {}
        shape: list[Hashable] = [build]
        for name, arg in given:
            if arg is None or arg is True or arg is False:
                shape += name, arg
            elif isinstance(arg, TimeOrdered):
                shape += name, *arg.shape.values()
                values[name] = arg.id
            else:
                shape.append(name)
                values[name] = arg
        key = tuple(shape)
        kept: dict[Shape, _Built] = current_app.extensions["queries"]
        built = kept.get(key)
        if built is None:
            stand_ins = {name: _stand_in(name, arg) for name, arg in given}
            statement = cast(Callable[..., AnySelect], build)(**stand_ins)
            built = kept[key] = _Built(statement, has_one_plan)
        return Query(built, values)

    return query


class _Built:
    """A statement, and those that were made from it."""

    def __init__(self, statement: AnySelect | Listing, has_one_plan: bool = True) -> None:
        self.statement, self.has_one_plan = statement, has_one_plan
        self.then: dict[Shape, _Built] = {}
        self._is_compiled = False
        self._plain: Plain | None = None

    def plain(self) -> Plain | None:
        """Return the statement as the driver takes it; None where SQLAlchemy has work to do."""
        if not self._is_compiled:
            self._plain = Plain.of(
                self.statement, db.engine.dialect, has_one_plan=self.has_one_plan
            )
            self._is_compiled = True
        return self._plain


def _in_session(value: Any) -> Any:
    """Return the session's object in place of one that was read; it takes that if it has none."""
    if not isinstance(value, Base):
        return value
    session = db.session()
    known = session.identity_map.get(cast(Any, instance_state(value).key))
    if known is None:
        session.add(value)
    return value if known is None else known


def _stand_in(name: str, argument: Any) -> Any:
    """Return what ``build`` is given in place of ``argument``."""
    if argument is None or isinstance(argument, bool):
        return argument
    if isinstance(argument, TimeOrdered):
        return row_to_come(name, argument.shape)
    return parameter(name) if isinstance(argument, int) else bindparam(name)


def row_to_come(name: str, shape: Mapping[str, Hashable]) -> Any:
    """Return what stands for a row of that ``shape`` whose id is the parameter ``name``."""
    return SimpleNamespace(id=parameter(name), **shape)


def parameter(name: str) -> BindParameter[int]:
    """Return a parameter that takes an id."""
    return bindparam(name, type_=BigInteger)
