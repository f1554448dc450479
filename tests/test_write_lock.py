"""The descriptor of those who write to SQLite."""

import os
from contextlib import closing
from threading import Event, Thread, Timer

import pytest

from app.accounts.models import User
from app.data.database import db
from app.data.write_lock import let_writer_finish, write_lock
from app.posts.writing import publish
from tests.client import Client
from tests.conftest import DATABASE, PASSWORD
from tests.html import messages, one

fcntl = pytest.importorskip("fcntl")
pytestmark = pytest.mark.skipif(DATABASE != "sqlite", reason="PostgreSQL has many writers")


@pytest.fixture
def held_lock(app):
    """Hold the write lock as another process would, until this descriptor is closed."""
    with app.app_context():
        descriptor = os.open(os.path.dirname(db.engine.url.database), os.O_RDONLY)
    fcntl.flock(descriptor, fcntl.LOCK_EX)
    return descriptor


@pytest.fixture
def write(app, ada):
    def write():
        with app.app_context():
            publish(db.session.get(User, ada.id), "Hello")

    return write


def test_a_writer_waits_for_the_write_lock(write, held_lock, rows, monkeypatch):
    monkeypatch.setattr("app.data.write_lock.LONGEST_WAIT", 600)
    writer = Thread(target=write)
    writer.start()
    writer.join(0.3)
    assert writer.is_alive()
    assert rows("post") == []
    os.close(held_lock)
    writer.join(60)
    assert len(rows("post")) == 1


def test_a_writer_that_waited_too_long_writes_without_the_lock(write, held_lock, rows, monkeypatch):
    monkeypatch.setattr("app.data.write_lock.LONGEST_WAIT", 0.05)
    write()
    os.close(held_lock)
    assert len(rows("post")) == 1


def test_a_form_is_not_lost_while_another_program_writes(app, make_app, ada, rows, monkeypatch):
    monkeypatch.setattr("app.data.engines.BUSY_TIMEOUT", 0.1)
    site = make_app(PROPAGATE_EXCEPTIONS=False)
    client = Client(site)
    client.log_in("ada", PASSWORD)
    with app.app_context(), closing(db.engine.raw_connection()) as other:
        other.driver_connection.execute("BEGIN IMMEDIATE")
        plain = client.post("/posts", {"body": "Hello"})
        partial = client.post("/posts", {"body": "Hello"}, htmx=True)
        other.driver_connection.rollback()
    assert (plain.status_code, partial.status_code) == (503, 503)
    assert "The database of this site is busy." in messages(partial)[0]
    assert one(plain, "main textarea[name=body], main input[name=body]")
    assert client.post("/posts", {"body": "Hello"}).status_code == 303
    assert len(rows("post")) == 1


@pytest.mark.parametrize("within", [600, 0.05])
def test_a_page_lets_the_writer_of_its_process_finish(app, within):
    entered, finish, events = Event(), Event(), []

    def write():
        with write_lock(engine):
            entered.set()
            finish.wait()
            events.append("written")

    with app.app_context():
        engine = db.engine
    writer = Thread(target=write)
    writer.start()
    entered.wait()
    if within > 1:
        Timer(0.2, finish.set).start()
    let_writer_finish(within=within)
    events.append("page")
    finish.set()
    writer.join()
    assert events == (["written", "page"] if within > 1 else ["page", "written"])
