"""The newest posts have indexes of their own on PostgreSQL, where most searches end.

GIN gives all rows that have a word, in no order: of a million posts very many, where a page shows
the newest 25. FTS5, on SQLite, begins with the newest and stops (docs/performance.md).
"""

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from typing import Any

from flask import current_app
from flask.sansio.blueprints import BlueprintSetupState
from sqlalchemy import Boolean, Connection, Text, cast, column, func, select, table, text

from ..db import AnySelect, at_most, db
from ..jobs import every_minute
from ..plain import Row
from ..prepared import Query, prepared
from .index import post_fts

# So many posts each of them has when it is made. It grows with what is written, to twice as many.
SIZES = (60_000, 250_000)
# Its name ends with the first id that it has.
NAME = "ix_post_fts_from_"
# For so many seconds a process knows which there are. What is gone meanwhile makes a search
# slower, and no other.
KNOWN_FOR = 60.0
# What is written goes into it at once: what would wait is gone through by each search.
MAKE = (
    "CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON post_fts USING gin (words) "
    "WITH (fastupdate = off) WHERE rowid >= {start}"
)
# Of the lock that who makes them holds.
LOCK = 7_208_661


class NewestFirst(Query):
    """A list of posts that is looked for among the newest, and among all where that is too few."""

    def __init__(self, whole: Query, newest: Sequence[Query], enough: int) -> None:
        super().__init__(whole._built, whole._values)
        # The same list, but of ever more of the newest posts; and how many rows are all of it.
        self._newest, self._enough = newest, enough

    def changed(self, change: Callable[..., AnySelect], *how: Hashable, **values: Any) -> Query:
        """Return what :meth:`Query.changed` does; of a list that is read upwards, as a whole."""
        cut: Any = how[0]
        whole = super().changed(change, *how, **values)
        if cut.upwards:
            return whole
        newest = [part.changed(change, *how, **values) for part in self._newest]
        return NewestFirst(whole, newest, min(cut.most, self._enough))

    def all(self, options: Mapping[str, Any] | None = None) -> list[Row]:
        """Run it, as far as it needs."""
        for part in self._newest:
            if len(found := part.all(options)) >= self._enough:
                return found
        return super().all(options)


def init_app(state: BlueprintSetupState) -> None:
    """Have the application know which indexes of the newest posts there are."""
    state.app.extensions["newest_posts"] = _Known()


def starts() -> Sequence[int]:
    """From which id on each of the indexes is, the smallest first; none on SQLite."""
    known: _Known = current_app.extensions["newest_posts"]
    return () if db.engine.dialect.name == "sqlite" else known.starts()


class _Known:
    """What a process knows of the indexes, for a while."""

    def __init__(self) -> None:
        self._until = 0.0
        self._starts: Sequence[int] = ()

    def starts(self) -> Sequence[int]:
        if time.monotonic() > self._until:
            found = (_start(index) for index in _indexes().all() if index.is_whole)
            self._starts = tuple(sorted(found, reverse=True))
            self._until = time.monotonic() + KNOWN_FOR
        return self._starts


@prepared
def _indexes() -> AnySelect:
    """The ``name`` of each index, and whether it ``is_whole``: what failed leaves a part."""
    index = table("pg_index", *map(column, ("indexrelid", "indrelid", "indisvalid")))
    named = table("pg_class", *map(column, ("oid", "relname")))
    name = cast(named.c.relname, Text)
    found = select(name.label("name"), cast(index.c.indisvalid, Boolean).label("is_whole"))
    found = found.join(index, index.c.indexrelid == named.c.oid)
    of_posts = index.c.indrelid == func.to_regclass(post_fts.name)
    return found.where(of_posts, name.startswith(NAME))


def _start(index: Row) -> int:
    return int(index.name.removeprefix(NAME))


# How they come about


@every_minute
def renew() -> None:
    """Have an index of about each of the :data:`SIZES`, where there are twice as many posts.

    Whoever writes or reads meanwhile does not wait.
    """
    if db.engine.dialect.name == "sqlite":
        return
    connection = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
    with connection:
        if connection.scalar(select(func.pg_try_advisory_lock(LOCK))):
            try:
                _renew(connection)
            finally:
                connection.execute(select(func.pg_advisory_unlock(LOCK)))


def _renew(connection: Connection) -> None:
    there = connection.execute(_indexes().statement).all()
    # The database's own count of such an index is one of words.
    posts = {i.name: connection.scalar(_posts_from(_start(i))) or 0 for i in there if i.is_whole}
    kept = set()
    for size in SIZES:
        fits = [(count, name) for name, count in posts.items() if size / 2 <= count < 2 * size]
        if fits:
            kept.add(min(fits)[1])
        elif start := connection.scalar(_start_of(size)):
            kept.add(name := f"{NAME}{start}")
            _run(connection, MAKE.format(name=name, start=start))
    for index in there:
        if index.name not in kept:
            _run(connection, f"DROP INDEX CONCURRENTLY {index.name}")


def _posts_from(start: int) -> AnySelect:
    """How many posts there are from ``start`` on, as far as that tells anything."""
    most = at_most(2 * max(SIZES))
    found = select(post_fts.c.rowid).where(post_fts.c.rowid >= start).limit(most)
    return select(func.count()).select_from(found.subquery())


def _start_of(size: int) -> AnySelect:
    """The id of the oldest of the newest ``size``; nothing where there are not twice as many."""
    ids = select(post_fts.c.rowid).order_by(post_fts.c.rowid.desc()).limit(at_most(1))
    has_more = ids.offset(at_most(2 * size - 1)).exists()
    return ids.offset(at_most(size - 1)).where(has_more)


def _run(connection: Connection, statement: str) -> None:
    connection.execute(text(statement))
