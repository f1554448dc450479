"""A copy of the database file alone, which is what people take as a backup."""

import shutil
import sqlite3
import time

import pytest

from app.community.demo import load_demo
from app.data.checkpoint import checkpoint
from app.data.database import db, writing
from app.jobs import _periodic_jobs
from tests.conftest import DATABASE
from tests.faults.processes import run_flask, serve
from tests.machines import wait_until

pytestmark = pytest.mark.skipif(DATABASE != "sqlite", reason="PostgreSQL is no file.")


def posts_in_copy(file, folder):
    """The number of posts in a copy of the database file, without the log beside it."""
    copy = folder / "copy.sqlite3"
    shutil.copyfile(file, copy)
    connection = sqlite3.connect(copy)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return connection.execute("SELECT count(*) FROM post").fetchone()[0]
    finally:
        connection.close()


@pytest.fixture
def instance(tmp_path):
    """The instance folder of a migrated, empty community."""
    run_flask(tmp_path / "instance", "db", "upgrade")
    return tmp_path / "instance"


def test_it_is_complete_after_a_command(instance, tmp_path):
    run_flask(instance, "community", "demo")
    assert posts_in_copy(instance / "microblog.sqlite3", tmp_path) > 10


def test_it_is_complete_after_the_site_has_stopped(instance, tmp_path):
    run_flask(instance, "community", "demo")
    file = instance / "microblog.sqlite3"
    before = posts_in_copy(file, tmp_path)
    with serve(instance):
        wait_until((instance / "jobs.sqlite3").exists)
        time.sleep(1)  # The worker sets its signal handlers.
        # As if another process had been killed: nothing but the log has the row.
        connection = sqlite3.connect(file)
        connection.execute("DELETE FROM post WHERE id = (SELECT max(id) FROM post)")
        connection.commit()
    wait_until(lambda: posts_in_copy(file, tmp_path) == before - 1)


def test_it_is_complete_after_a_checkpoint(app, ada, make_post, tmp_path, database_url):
    assert checkpoint in _periodic_jobs
    make_post(ada)
    with app.app_context():
        checkpoint()
    assert posts_in_copy(database_url.removeprefix("sqlite:///"), tmp_path) == 1


def test_a_reader_does_not_hold_a_checkpoint_up(app, ada, make_post, caplog):
    with app.app_context():
        reader = db.engine.connect()
        reader.exec_driver_sql("SELECT count(*) FROM post").fetchall()
        make_post(ada)
        start = time.monotonic()
        checkpoint()
        assert time.monotonic() - start < 5
        reader.close()
        make_post(ada)
        load_demo()
        with writing():
            checkpoint()
    assert caplog.text == ""
