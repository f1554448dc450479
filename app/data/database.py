"""The database: the base class of models, parts of statements, transactions, times."""

import json
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeAlias, cast

from blinker import Signal
from click import Command
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Dialect,
    Index,
    MetaData,
    Select,
    Text,
    TypeDecorator,
    any_,
    bindparam,
    func,
    literal_column,
    make_url,
    select,
)
from sqlalchemy.dialects import postgresql
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session as OrmSession
from sqlalchemy.types import TypeEngine
from werkzeug.local import LocalProxy

from .engines import postgresql_options, set_up, sqlite_options
from .write_lock import turn_to_write

log = logging.getLogger(__name__)

# Sent when a transaction of this process has written something, once it is safely on disk.
committed = Signal()


class Base(DeclarativeBase):
    """The models. Named constraints let migrations alter them on both databases."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False})

# A query of any columns.
AnySelect: TypeAlias = Select[*tuple[Any, ...]]


def init_app(app: Flask) -> None:
    """Bind the database to ``app`` and set up each connection."""
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    on_sqlite = url.get_backend_name() == "sqlite"
    options = sqlite_options() if on_sqlite else {**postgresql_options(), "pool_pre_ping": True}
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = options
    db.init_app(app)
    _load_migrations_later(app)
    with app.app_context():
        set_up(db.engine)


def _load_migrations_later(app: Flask) -> None:
    """Give ``app`` Flask-Migrate, and ``flask db``, when they are asked for.

    No process that serves pages asks: with Alembic they would take 10 MB of each.
    """

    def load() -> None:
        from flask_migrate import Migrate  # noqa: PLC0415

        directory = f"{app.root_path}/migrations"
        Migrate(app, db, directory=directory, render_as_batch=True, compare_type=True)

    def extension() -> Any:
        load()
        return app.extensions["migrate"]

    def command() -> Any:
        load()
        return app.cli.commands["db"]

    app.extensions["migrate"] = LocalProxy(extension)
    app.cli.add_command(cast(Command, LocalProxy(command)), "db")


def can_be_kept(text: str) -> bool:
    """Whether a database takes ``text``: none takes NUL or a lone surrogate."""
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)


def is_indexed_by(index: Index, dialect: str) -> bool:
    """Whether the database ``dialect`` has ``index``: some are made for one of the two alone."""
    made_for = index._ddl_if
    return made_for is None or made_for.dialect == dialect


def at_most(rows: int) -> ColumnElement[int]:
    """How many rows a query finds at most, for its ``limit()``; a part of the statement.

    As a parameter it has SQLite prepare the statement anew each time that it runs, which
    took three times as long as to find a page of home (SQLite 3.53 built with STAT4).
    """
    return literal_column(str(int(rows)))


class Listed(TypeDecorator[list[Any]]):
    """A list of values as one parameter, so that a statement's text is the same for any number."""

    impl = Text
    cache_ok = True

    def __init__(self, item: TypeEngine[Any]) -> None:
        super().__init__()
        self.item = item

    def load_dialect_impl(self, dialect: Dialect) -> Any:
        """Return the type that the database knows."""
        is_json = dialect.name == "sqlite"
        return dialect.type_descriptor(Text() if is_json else postgresql.ARRAY(self.item))

    def process_bind_param(self, value: list[Any] | None, dialect: Dialect) -> Any:
        """Return the values as the database takes them."""
        return json.dumps(value) if dialect.name == "sqlite" else value


def is_among(column: Any, values: Any) -> ColumnElement[bool]:
    """Whether ``column`` is one of ``values``, a parameter that takes a list of them."""
    listed = bindparam(values.key, type_=Listed(column.type))
    if db.engine.dialect.name == "sqlite":
        one = func.json_each(listed).table_valued("value")
        found: ColumnElement[bool] = column.in_(select(one))
    else:
        found = column == any_(listed)
    return found


def there_is(one: Select[Any]) -> ColumnElement[bool]:
    """Whether ``one``, a query of a single row for each row around it, finds it.

    Looked up by key; where it selects a column of that too, PostgreSQL finds it in the index
    alone. EXISTS lets PostgreSQL make a table of all that could be asked for first: all posts,
    to count what somebody has not read.
    """
    return one.scalar_subquery().is_not(None)


@contextmanager
def writing() -> Iterator[OrmSession]:
    """A transaction that may write: committed at the end, rolled back on an error.

    The transaction that read until now ends first; what it loaded stays usable. From here on
    the session reads where it writes, and not from a replica.
    Inside another ``writing()`` it joins that one.
    """
    session = db.session()
    if session.info.get("writing"):
        yield session
        return
    session.commit()
    with turn_to_write(db.engine):
        session.connection(execution_options={"writing": True})
        session.info.update(writing=True, wrote=True, after_commit=[])
        try:
            yield session
            session.commit()
            todo = session.info["after_commit"]
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.update(writing=False, after_commit=[])
    committed.send()
    for act in todo:
        try:
            act()
        except Exception:
            # The data is safe, and the answer must say so: sweeps find what was missed.
            log.exception("What was to follow a commit failed.")


def after_commit(act: Callable[[], object]) -> None:
    """Call ``act`` once the transaction around us is safely on disk, and never if it fails."""
    db.session().info["after_commit"].append(act)


class UtcDateTime(TypeDecorator[datetime]):
    """Aware datetimes in Python, UTC in the database, on databases that drop the zone too."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return ``value`` in UTC."""
        return value.astimezone(UTC) if value else None

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return ``value`` aware."""
        return value.replace(tzinfo=UTC) if value and not value.tzinfo else value


def now() -> datetime:
    """Return this moment, aware, in UTC."""
    return datetime.fromtimestamp(time.time(), UTC)
