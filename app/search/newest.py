"""The newest posts have indexes of their own on PostgreSQL, where most searches end.

GIN gives all rows that have a word, in no order: of a million posts very many, where a page shows
the newest 25. FTS5, on SQLite, begins with the newest and stops (docs/performance.md).
"""

import time
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from sys import maxsize
from typing import Any

from flask import current_app
from flask.sansio.blueprints import BlueprintSetupState
from sqlalchemy import Boolean, Connection, Text, cast, column, func, select, table, text

from ..data.database import AnySelect, at_most, db
from ..data.plain import Row
from ..data.prepared import Query, prepared
from ..jobs import every_minute
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
    "CREATE INDEX CONCURRENTLY {name} ON post_fts USING gin (words) "
    "WITH (fastupdate = off) WHERE rowid >= {start}"
)
# Of the lock that who makes them holds.
LOCK = 7_208_661


class NewestFirst(Query):
    """A list of posts that is looked for among the newest, and among all where that is too few."""

    def __init__(self, whole: Query, newest: Mapping[int, Query], *, by_strength: bool) -> None:
        super().__init__(whole._built, whole._values)
        # The same list, but of ever more of the newest posts, by where those start.
        self._newest, self._by_strength = newest, by_strength
        # How many rows are all that is asked for.
        self._enough = maxsize

    def changed(self, change: Callable[..., AnySelect], *how: Hashable, **values: Any) -> Query:
        """Return what :meth:`Query.changed` does for a cut; of one upwards, of the whole list."""
        cut: Any = how[0]
        whole = super().changed(change, *how, **values)
        if cut.upwards:
            return whole
        # By strength a place is none in time, and there are all rows or none.
        place = maxsize if self._by_strength else values.get("place", maxsize)
        newest = {
            start: part.changed(change, *how, **values)
            for start, part in self._newest.items()
            if start < place
        }
        found = NewestFirst(whole, newest, by_strength=self._by_strength)
        found._enough = 1 if self._by_strength else cut.most
        return found

    def all(self, options: Mapping[str, Any] | None = None) -> list[Row]:
        """Run it, as far as it needs."""
        for part in self._newest.values():
            if len(found := part.all(options)) >= self._enough:
                return found
        return super().all(options)


def init_app(state: BlueprintSetupState) -> None:
    """Have the application know which indexes of the newest posts there are."""
    state.app.extensions["newest_posts"] = _Known()


def starts() -> Sequence[int]:
    """From which id on each of the indexes is, the smallest first.

    None on SQLite; nor with a replica, where statements are not planned for their values.
    """
    extensions = current_app.extensions
    known: _Known = extensions["newest_posts"]
    has_none = db.engine.dialect.name == "sqlite" or "replica" in extensions
    return () if has_none else known.starts()


class _Known:
    """What a process knows of the indexes, for a while."""

    def __init__(self) -> None:
        self._until = 0.0
        self._starts: Sequence[int] = ()

    def starts(self) -> Sequence[int]:
        if time.monotonic() > self._until:
            found = (_start(index.name) for index in _indexes().all() if index.is_whole)
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
    return found.where(of_posts, name.regexp_match(f"^{NAME}[0-9]+$"))


def _start(name: str) -> int:
    return int(name.removeprefix(NAME))


# How they come about


@every_minute
def renew() -> None:
    """Have an index of about each of the :data:`SIZES`, where there are twice as many posts.

    Whoever writes or reads meanwhile does not wait. It does, for every transaction that is older:
    for as long as a dump takes, for one. Where it fails, the next time begins anew.
    """
    with _turn() as connection:
        if connection:
            _renew(connection)


@contextmanager
def nobody_renews() -> Iterator[None]:
    """Have nobody make such indexes meanwhile: who did would wait for us, and we for them."""
    with _turn(waiting=True):
        yield


@contextmanager
def _turn(*, waiting: bool = False) -> Iterator[Connection | None]:
    """Give a connection that commits each statement, to one at a time; else None. On SQLite too."""
    if db.engine.dialect.name == "sqlite":
        yield None
        return
    with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        ask = select(func.pg_try_advisory_lock(LOCK))
        has_it = connection.scalar(ask)
        while waiting and not has_it:
            # To wait within a statement would hold up who makes an index.
            time.sleep(0.1)
            has_it = connection.scalar(ask)
        try:
            yield connection if has_it else None
        finally:
            if has_it:
                connection.execute(select(func.pg_advisory_unlock(LOCK)))


def _renew(connection: Connection) -> None:
    there = connection.execute(_indexes().statement).all()
    # First of all: what failed is written by everybody, and read by nobody.
    for index in there:
        if not index.is_whole:
            _run(connection, f"DROP INDEX CONCURRENTLY {index.name}")
    # The database's own count of such an index is one of words.
    whole = [index.name for index in there if index.is_whole]
    posts = {name: connection.scalar(_posts_from(_start(name))) or 0 for name in whole}
    kept = set()
    for size in SIZES:
        fits = [(count, name) for name, count in posts.items() if size / 2 <= count < 2 * size]
        if fits:
            kept.add(min(fits)[1])
        elif start := connection.scalar(_start_of(size)):
            kept.add(name := f"{NAME}{start}")
            _run(connection, MAKE.format(name=name, start=start))
    for name in posts.keys() - kept:
        _run(connection, f"DROP INDEX CONCURRENTLY {name}")


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
