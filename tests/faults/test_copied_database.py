"""A copy of the database file alone, which is what people take as a backup."""

import sqlite3
import subprocess
import time
from contextlib import closing

import pytest

from app.community.demo import load_demo
from app.data.checkpoint import checkpoint
from app.data.database import db, writing
from tests.conftest import DATABASE, periodic_jobs
from tests.faults.conftest import Site
from tests.machines import wait_until
from tests.ports import free_port

pytestmark = [
    pytest.mark.thorough,
    pytest.mark.skipif(DATABASE != "sqlite", reason="PostgreSQL is no file."),
]


def posts_in_copy(file, folder):
    """The number of posts in a copy of the database file, without the log beside it."""
    copy = folder / "copy.sqlite3"
    # By another process: to close a file drops all locks that this process has on it.
    subprocess.run(["cp", file, copy], check=True)
    connection = sqlite3.connect(copy)
    try:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        return connection.execute("SELECT count(*) FROM post").fetchone()[0]
    finally:
        connection.close()


@pytest.fixture
def demo(tmp_path):
    """A demo community that is not served, and its database file."""
    site = Site("copied", free_port(), tmp_path)
    site.run("db", "upgrade")
    site.run("community", "demo")
    return site, tmp_path / "microblog.sqlite3"


def test_it_is_complete_after_a_command(demo, tmp_path):
    assert posts_in_copy(demo[1], tmp_path) > 10


@pytest.mark.parametrize("command", ["serve", "web"])
def test_it_is_complete_after_the_site_has_stopped(demo, tmp_path, command):
    site, file = demo
    before = posts_in_copy(file, tmp_path)
    site.start(command)
    if command == "serve":
        wait_until((site.instance / "jobs.sqlite3").exists)
    # As if another process had been killed: nothing but the log has what it wrote.
    with closing(sqlite3.connect(file)) as killed:
        killed.execute("DELETE FROM post WHERE id = (SELECT max(id) FROM post)")
        killed.commit()
        site.stop()
        assert posts_in_copy(file, tmp_path) == before - 1


def test_it_is_complete_after_a_checkpoint(app, ada, make_post, tmp_path, database_url):
    assert "app.data.checkpoint.checkpoint" in periodic_jobs(app)
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
        load_demo(with_pictures=False)
        with writing():
            checkpoint()
    assert caplog.text == ""
