"""Makes a community of a given size, always the same one: ``python -m benchmarks.data m sqlite``.

Who it is that reads, writes and likes is drawn in SQL, so that ten million posts are a matter
of minutes; the texts are the application's own work. What is made is kept in a folder, and
made anew when the tables or the drawing have changed.
"""

import argparse
import hashlib
import json
import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import Connection, Table, text
from sqlalchemy.schema import AddConstraint, DropConstraint

from app import create_app
from app.data.database import Base, db
from app.search import index
from config import ROOT

from .databases import running
from .drawing import SKETCHES, dealing, drawing
from .people import Community
from .sizes import ACTING, BODIES, SEED, SIZES, Size

# Goes up with every change to what is drawn.
EDITION = 1
# Lies in the folder of what is made, when it is complete.
NOTE = "made.json"
CACHE = ROOT / ".cache" / "bench"


def make(app: Flask, size: Size) -> None:
    """Make the community in the empty database of ``app``."""
    community = Community(size)
    with app.app_context():
        flask_migrate.upgrade()
        connection = db.engine.connect().execution_options(writing=True)
        with connection, _built_up_later(connection):
            _sketch(connection, community)
            for statements in (drawing(size), dealing(size)):
                for what, statement in statements:
                    with _told(what):
                        connection.execute(text(statement))
                        _know_sketches(connection)
            for sketch in SKETCHES:
                connection.execute(text(f"DROP TABLE {sketch.split()[0]}"))
            connection.commit()
        if size.has_search:
            with _told("search index"):
                index.fill()
                index.tidy()
        with _told("statistics"):
            _settle()
        db.session.remove()
        db.engine.dispose()


def _sketch(connection: Connection, community: Community) -> None:
    """Make the tables to work on, with what Python writes."""
    for sketch in SKETCHES:
        connection.execute(text(f"CREATE TEMP TABLE {sketch}"))
    _put(connection, "sketch_person", list(community.people()))
    late = [{"since": ACTING + n} | row for n, row in enumerate(community.known_follows())]
    _put(connection, "sketch_follow", late)
    kept_away = list(community.kept_away())
    for kind in ("block", "mute"):
        _put(connection, f"sketch_{kind}", [row for which, row in kept_away if which == kind])
    with _told(f"{BODIES:,} texts"):
        bodies = list(community.bodies())
    _put(connection, "sketch_body", [row for row, _named, _tags in bodies])
    named = [
        {"body": row["number"], "person": person}
        for row, people, _tags in bodies
        for person in people
    ]
    _put(connection, "sketch_mention", named)
    tags = [{"body": row["number"], "tag": tag} for row, _named, tags in bodies for tag in tags]
    _put(connection, "sketch_tag", tags)


def _put(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    values = ", ".join(f":{name}" for name in names)
    connection.execute(text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"), rows)


def _know_sketches(connection: Connection) -> None:
    # PostgreSQL looks at no temporary table by itself, and joins an unknown one row by row.
    if connection.dialect.name == "postgresql":
        for sketch in SKETCHES:
            connection.execute(text(f"ANALYZE {sketch.split()[0]}"))


@contextmanager
def _built_up_later(connection: Connection) -> Iterator[None]:
    """Take indexes and foreign keys off the empty tables, and put them back on the full ones."""
    on_sqlite = connection.dialect.name == "sqlite"
    tables: list[Table] = Base.metadata.sorted_tables
    indexes = [index for table in tables for index in table.indexes]
    keys = [] if on_sqlite else [k for table in tables for k in table.foreign_key_constraints]
    if on_sqlite:
        # What is lost with the power is made anew.
        raw: Any = connection.connection.dbapi_connection
        for pragma in ("foreign_keys=OFF", "journal_mode=OFF", "synchronous=OFF"):
            raw.execute(f"PRAGMA {pragma}")
    else:
        for setting in ("temp_buffers = '512MB'", "work_mem = '256MB'"):
            connection.execute(text(f"SET {setting}"))
    for one in indexes:
        one.drop(connection)
    for key in keys:
        connection.execute(DropConstraint(key))
    yield
    with _told("indexes"):
        for one in indexes:
            one.create(connection)
        for key in keys:
            connection.execute(AddConstraint(key))
    connection.commit()


def _settle() -> None:
    """Let PostgreSQL know its tables, as it does when a site has run for a while.

    SQLite counts nothing unless it is told to, and no site is.
    """
    if db.engine.dialect.name == "postgresql":
        at_once = db.engine.connect().execution_options(isolation_level="AUTOCOMMIT")
        with at_once as connection:
            connection.execute(text("VACUUM (ANALYZE)"))


@contextmanager
def _told(what: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    print(f"  {what}: {time.monotonic() - start:.1f} s", flush=True)


@contextmanager
def community(size: str, database: str, cache: Path = CACHE) -> Iterator[dict[str, str]]:
    """Give the settings of an application in which that community lives; made first, if need be."""
    folder = cache / f"{size}-{database}"
    if not is_made(size, database, cache):
        shutil.rmtree(folder, ignore_errors=True)
        start = time.monotonic()
        print(f"Making {SIZES[size].posts:,} posts on {database} …", flush=True)
        with running(folder, database) as env:
            make(create_app(env), SIZES[size])
        (folder / NOTE).write_text(json.dumps(_what_is_made(database)))
        print(f"… took {time.monotonic() - start:.0f} s.", flush=True)
    with running(folder, database) as env:
        yield env


def is_made(size: str, database: str, cache: Path = CACHE) -> bool:
    """Whether that community is there, as it would be made now."""
    note = cache / f"{size}-{database}" / NOTE
    return note.exists() and json.loads(note.read_text()) == _what_is_made(database)


def _what_is_made(database: str) -> dict[str, object]:
    made: dict[str, object] = {"edition": EDITION, "seed": SEED, "tables": _revision()}
    if database == "postgresql" and (url := os.environ.get("DATABASE_URL")):
        # Of that server: another one holds nothing yet.
        made["at"] = hashlib.sha256(url.encode()).hexdigest()
    return made


def _revision() -> str:
    return max(file.name for file in (ROOT / "migrations" / "versions").glob("*.py"))


def main() -> None:
    """Make a community, and say how to open it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("size", choices=SIZES)
    options.add_argument("database", choices=("sqlite", "postgresql"))
    options.add_argument("--cache", type=Path, default=CACHE, help="the folder to keep it in")
    asked = options.parse_args()
    with community(asked.size, asked.database, asked.cache.resolve()) as env:
        print(" ".join(f"{name}={value}" for name, value in env.items()))


if __name__ == "__main__":
    main()
