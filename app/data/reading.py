"""Reading for pages: Core statements, on a connection that the thread keeps and that only reads.

Changing goes through :func:`app.data.database.writing` and the session. A page selects columns and
gets rows with names. A statement is built once, by a function under :func:`functools.cache`
of what changes its text; ``bindparam()`` for what changes only its values.
"""

import threading
from collections import defaultdict
from typing import Any
from weakref import WeakKeyDictionary

from flask import current_app
from sqlalchemy import Connection, CursorResult, Engine, Executable
from sqlalchemy.exc import DBAPIError

from .database import db, is_writing
from .replica import UNAVAILABLE, Replica


class _Connections:
    """The connection of one thread to each engine. Python deletes it when the thread ends."""

    def __init__(self) -> None:
        self.by_engine: dict[Engine, Connection] = {}

    def close(self) -> None:
        """Close the connections."""
        while self.by_engine:
            _engine, connection = self.by_engine.popitem()
            connection.close()

    # A connection refers to its transaction and back, so without this only the cyclic garbage
    # collector would free it, at some time.
    __del__ = close


class _OfThread(threading.local):
    def __init__(self) -> None:
        self.connections = _Connections()


_kept = _OfThread()


class _Compiled(dict[Any, Any]):
    """The compiled form of one statement on one database, whatever the key.

    It is what SQLAlchemy takes as ``compiled_cache``. SQLAlchemy asks for the form by the structure
    of the whole statement, which Python hashes anew at each run. Here the cache belongs to one
    statement, and a SELECT has one form, whatever the values.
    """

    form: Any = None

    def get(self, _key: Any, default: Any = None) -> Any:
        """Return the form; ``default`` at the first run."""
        return default if self.form is None else self.form

    def __setitem__(self, _key: Any, form: Any) -> None:
        self.form = form


# By statement and name of the database.
_compiled: WeakKeyDictionary[Executable, dict[str, _Compiled]] = WeakKeyDictionary()


def read(statement: Executable, /, **values: Any) -> CursorResult[Any]:
    """Run a SELECT for a page, with ``values`` for its bind parameters; return its rows.

    It sees what is committed, on the replica where that may serve this request. Raises
    :class:`RuntimeError` inside ``writing()``, whose uncommitted rows only its session sees, and
    :class:`sqlalchemy.exc.DBAPIError` where the statement fails.
    """
    replica: Replica | None = current_app.extensions.get("replica")
    if replica and replica.may_serve():
        try:
            return _execute(replica.engine, statement, values)
        except UNAVAILABLE as error:
            replica.pause(error)
    return read_latest(statement, **values)


def read_latest(statement: Executable, /, **values: Any) -> CursorResult[Any]:
    """Run a SELECT as :func:`read` does, but never on the replica, which may be behind."""
    return _execute(db.engines["read"], statement, values)


def close_read_connections() -> None:
    """Close the connections that this thread keeps; the next read opens others.

    For a program that is done with an application before the thread ends, as a test is.
    """
    _kept.connections.close()


def _execute(engine: Engine, statement: Executable, values: dict[str, Any]) -> CursorResult[Any]:
    if is_writing():
        raise RuntimeError("Inside writing(), use its session: read() sees committed rows only.")
    connections = _kept.connections.by_engine
    is_new = engine not in connections
    if is_new:
        connections[engine] = engine.connect()
    if (by_database := _compiled.get(statement)) is None:
        by_database = _compiled.setdefault(statement, defaultdict(_Compiled))
    options = {"compiled_cache": by_database[engine.name]}
    try:
        return connections[engine].execute(statement, values, execution_options=options)
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        connections.pop(engine).close()
        if is_new:
            raise
    # The database closed the connection since it was last used: try once more, on a new one.
    return _execute(engine, statement, values)
