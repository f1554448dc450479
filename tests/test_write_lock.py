"""The descriptor of those who write to SQLite."""

import os
from threading import Thread

import pytest

from app.accounts.models import User
from app.data.database import db
from app.posts.writing import publish
from tests.conftest import DATABASE

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
