"""Statements as the driver takes them: a text, values in its order, rows of plain values.

What most pages are read with, since to find a page SQLAlchemy's session takes longer than the
database does (docs/performance.md). :mod:`app.data.readers` runs them,
or, within a transaction, :mod:`app.data.driver`.
"""

from collections import namedtuple
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeAlias

from sqlalchemy import Boolean, Dialect, Select, inspect
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import instance_state

Convert = Callable[[Any], Any]
# What a query finds one of: a tuple whose values have names. SQLAlchemy's, or a named tuple.
Row: TypeAlias = Any


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
        """Return ``statement`` in plain; None where SQLAlchemy has work to do each time."""
        compiled = statement.compile(dialect=dialect)
        if compiled.post_compile_params or statement._with_options or _is_filled_in(compiled):
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


def _is_filled_in(compiled: Any) -> bool:
    """Whether some value is worked out in Python each time: a default of a column, for one."""
    by_columns = compiled.insert_prefetch or compiled.update_prefetch
    return bool(by_columns) or any(bind.callable for bind in compiled.binds.values())
