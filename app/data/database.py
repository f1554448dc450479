"""The database: the base class of models, transactions that write, and what follows a commit."""

import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import cache, wraps
from typing import Any, ParamSpec, Protocol, TypeAlias, TypeVar, cast

from blinker import Signal
from click import Command
from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import Insert, MetaData, Select, Table, delete, inspect, make_url
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.orm import Session as OrmSession
from werkzeug.local import LocalProxy

from .engines import engine_options, read_engine_options, set_up, set_up_reading
from .failures import is_busy
from .write_lock import write_lock

log = logging.getLogger(__name__)

# Sent when pages that were made before show old data: after a commit of this process that changed
# what pages show, and when it finds that another process changed a cached value.
committed = Signal()


class Base(DeclarativeBase):
    """The base class of models. Named constraints let migrations alter them on both databases."""

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

P = ParamSpec("P")
Built = TypeVar("Built")
Model = TypeVar("Model", bound="Base")

# Execution options of an UPDATE or DELETE after which objects of the session are not used.
UNSYNCHRONIZED = {"synchronize_session": False}
# A SELECT of any columns.
AnySelect: TypeAlias = Select[*tuple[Any, ...]]


class HasId(Protocol):
    """A model, a row or a viewer: verbs that only need to know which one take any of them."""

    @property
    def id(self) -> int:
        """The primary key."""


def init_app(app: Flask) -> None:
    """Bind the database to ``app``: an engine for transactions, others for reading.

    Those are ``db.engines["read"]`` and, for a read replica, ``db.engines["replica"]``.
    """
    url = app.config["SQLALCHEMY_DATABASE_URI"]
    backend = make_url(url).get_backend_name()
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engine_options(backend)
    binds = {"read": {"url": url, **read_engine_options(backend)}}
    if replica := app.config["DATABASE_READ_URL"]:
        binds["replica"] = {"url": replica, **read_engine_options(backend)}
    app.config["SQLALCHEMY_BINDS"] = binds
    db.init_app(app)
    _load_migrations_later(app)
    with app.app_context():
        set_up(db.engine)
        for name in binds:
            set_up_reading(db.engines[name])


def _load_migrations_later(app: Flask) -> None:
    """Load Flask-Migrate, and the ``flask db`` commands, when they are first used.

    Processes that serve pages never use them, and Alembic takes much memory.
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


def table_of(model: type[Base]) -> Table:
    """Return the table of ``model``, for Core statements that bypass the ORM's unit of work."""
    return cast(Table, model.__table__)


def insert_ignoring_conflict(model: type[Base]) -> Insert:
    """Return ``INSERT … ON CONFLICT DO NOTHING`` into the table of ``model``."""
    dialect = sqlite if is_sqlite() else postgresql
    return dialect.insert(table_of(model)).on_conflict_do_nothing()


def insert_if_absent(session: OrmSession, model: type[Base], **values: Any) -> bool:
    """Insert a row unless one with its key exists; return whether it was inserted."""
    return changed_rows(session, insert_ignoring_conflict(model), values) == 1


def delete_row(session: OrmSession, model: type[Base], **values: Any) -> bool:
    """Delete the row that has these ``values``; return whether there was one."""
    return changed_rows(session, delete(table_of(model)).filter_by(**values)) == 1


def changed_rows(session: OrmSession, statement: Any, values: dict[str, Any] | None = None) -> int:
    """Run an INSERT, UPDATE or DELETE in the transaction of ``session``; return its row count."""
    # Without the option, SQLAlchemy drops the row count of an INSERT on PostgreSQL.
    options = {"preserve_rowcount": True, **UNSYNCHRONIZED}
    result: Any = session.execute(statement, values or {}, execution_options=options)
    return int(result.rowcount)


def read_again(session: OrmSession, row: Model, *, lock: bool = True) -> Model | None:
    """Return ``row`` as it is stored now, or None if it is gone; others who lock it wait.

    For a verb that acts once: what it checks was loaded before the transaction, and whoever sent
    the same form may have been first.
    """
    identity = inspect(row).identity
    return session.get(type(row), identity, with_for_update=lock, populate_existing=True)


def is_sqlite() -> bool:
    """Whether the application runs on SQLite; on PostgreSQL otherwise."""
    return db.engine.dialect.name == "sqlite"


def cache_per_dialect(build: Callable[P, Built]) -> Callable[P, Built]:
    """Return ``build`` under :func:`functools.cache`, for statements that differ by database."""

    @cache
    def built(_dialect: str, *args: P.args, **kwargs: P.kwargs) -> Built:
        return build(*args, **kwargs)

    @wraps(build)
    def find(*args: P.args, **kwargs: P.kwargs) -> Built:
        return built(db.engine.dialect.name, *args, **kwargs)  # type: ignore[arg-type]

    return find


def is_writing() -> bool:
    """Whether the code around runs inside :func:`writing`."""
    return db.session.registry.has() and bool(db.session().info.get("writing"))


def has_written() -> bool:
    """Whether this request (or command) has committed what a page may show."""
    return db.session.registry.has() and bool(db.session().info.get("has_written"))


@contextmanager
def writing(*, is_visible: bool = True, wait: bool = True) -> Iterator[OrmSession]:
    """Open a transaction that may write: commit at the end, roll back on an exception.

    What the session has pending from before is committed first; loaded objects stay usable.
    Inside another ``writing()`` it joins that transaction, which an exception rolls back as a
    whole. With ``is_visible=False`` it writes nothing that a page shows: cached pages stay, and
    the viewer may go on to read from a replica. With ``wait=False`` it raises
    :class:`BlockingIOError` while somebody else writes to SQLite.
    """
    session = db.session()
    if session.info.get("writing"):
        yield session
        return
    session.commit()
    with write_lock(db.engine, wait=wait):
        try:
            session.connection(execution_options={"writing": True, "wait": wait})
        except DBAPIError as error:
            session.rollback()
            if not wait and is_busy(error):
                raise BlockingIOError("Another program writes to the database.") from error
            raise
        session.info.update(writing=True, after_commit={})
        try:
            yield session
            session.commit()
            callbacks = session.info["after_commit"]
            session.info["has_written"] = is_visible or has_written()
        except BaseException:
            session.rollback()
            raise
        finally:
            session.info.update(writing=False, after_commit={})
    if is_visible:
        committed.send()
    for callback in callbacks:
        try:
            callback()
        except Exception:
            # The data is committed, and the answer must say so. A periodic job repeats the work.
            log.exception("A callback after a commit failed.")


def write_if_free(*statements: Any) -> bool:
    """Run ``statements`` in a transaction, unless somebody else writes; return whether they ran.

    For what a GET stores, no page shows, and the next request can store as well: when somebody was
    last seen. A failure is logged: a database that cannot be written to, on a full disk for
    example, still serves pages.
    """
    try:
        with writing(is_visible=False, wait=False) as session:
            for statement in statements:
                session.execute(statement)
    except BlockingIOError:
        return False  # The next request does it.
    except SQLAlchemyError:
        log.exception("What a GET stores could not be stored.")
        return False
    return True


def after_commit(callback: Callable[[], object]) -> None:
    """Call ``callback`` after the transaction around commits; never if it rolls back.

    Of callbacks that are equal, one is called.
    Raises :class:`RuntimeError` outside :func:`writing`.
    """
    if not is_writing():
        raise RuntimeError("Outside writing() there is no commit to wait for.")
    db.session().info["after_commit"][callback] = None


def now() -> datetime:
    """Return the current time, aware, in UTC."""
    return datetime.fromtimestamp(time.time(), UTC)
