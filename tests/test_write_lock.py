"""The queue of those who write to SQLite."""

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
def others_turn(app):
    """Another process writes, until this descriptor is closed."""
    with app.app_context():
        queue = os.open(os.path.dirname(db.engine.url.database), os.O_RDONLY)
    fcntl.flock(queue, fcntl.LOCK_EX)
    return queue


@pytest.fixture
def write(app, ada):
    def write():
        with app.app_context():
            publish(db.session.get(User, ada.id), "Hello")

    return write


def test_who_writes_waits_for_the_turn_and_then_goes_on(write, others_turn, rows, monkeypatch):
    monkeypatch.setattr("app.data.write_lock.LONGEST_WAIT", 600)
    writer = Thread(target=write)
    writer.start()
    writer.join(0.3)
    assert writer.is_alive()
    assert rows("post") == []
    os.close(others_turn)
    writer.join(60)
    assert len(rows("post")) == 1


def test_who_waited_too_long_writes_all_the_same(write, others_turn, rows, monkeypatch):
    monkeypatch.setattr("app.data.write_lock.LONGEST_WAIT", 0.05)
    write()
    os.close(others_turn)
    assert len(rows("post")) == 1
