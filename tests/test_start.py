"""Starts of real processes: which are refused, in one line, and what they log and make."""

import os
import re
import sqlite3
import stat
import subprocess
import sys
from shutil import copy

import psycopg
import pytest
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import make_url

from app.data import schema
from app.data.database import db
from config import ROOT, VERSION
from tests.client import Client
from tests.conftest import DATABASE

pytestmark = pytest.mark.thorough

# A TCP port at which nothing answers.
UNREACHABLE = "postgresql://ada:secret@127.0.0.1:1/microblog"
SERVER = ("-c", "import microblog")


@pytest.fixture
def start(tmp_path):
    """Give a function that runs Python with these arguments on an instance of its own."""

    def run(*arguments, **env):
        away = {"FLASK_DEBUG", "FLASK_RUN_FROM_CLI", "DATABASE_URL"}
        kept = {name: value for name, value in os.environ.items() if name not in away}
        return subprocess.run(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=kept | {"INSTANCE_PATH": str(tmp_path / "instance")} | env,
            capture_output=True,
            text=True,
            check=False,
            timeout=60,
        )

    return run


def flask(command):
    return ("-m", "flask", "--no-debug", *command.split())


@pytest.fixture
def site(start, tmp_path):
    """The instance folder of a migrated database."""
    assert start(*flask("db upgrade")).returncode == 0
    return tmp_path / "instance"


def set_revision(instance, revision):
    with sqlite3.connect(instance / "microblog.sqlite3") as connection:
        connection.execute("UPDATE alembic_version SET version_num = ?", (revision,))


REFUSED = {
    "an unknown database": ({"DATABASE_URL": "mysql://ada:secret@db/m"}, "DATABASE_URL names no"),
    "a port out of range": ({"PORT": "80000"}, "PORT takes a whole number from 1 to 65535"),
    "a path": ({"BASE_URL": "https://example.org/m"}, "BASE_URL has the path '/m'"),
    "another scheme": ({"BASE_URL": "ftp://example.org"}, "BASE_URL is no address"),
}
# As ``make run`` does it, as a server does it, and without a command.
STARTS = (flask("db upgrade"), flask("serve"), SERVER, ("-m", "flask", "--help"))


@pytest.mark.parametrize("what", REFUSED)
@pytest.mark.parametrize("arguments", STARTS, ids=lambda arguments: arguments[-1])
def test_an_invalid_setting_is_reported_in_one_line(start, what, arguments):
    env, error = REFUSED[what]
    check_one_line(start(*arguments, **env), f"Microblog does not start. {error}")


@pytest.mark.parametrize("line", [b"SITE_NAME='Oak", b"SITE_NAME=Caf\xe9"])
def test_a_line_in_the_file_of_settings_is_reported_in_one_line(tmp_path, line):
    for name in ("Makefile", "config.py", "microblog.py", ".flaskenv"):
        copy(ROOT / name, tmp_path)
    for name in ("app", "static", ".venv"):
        (tmp_path / name).symlink_to(ROOT / name)
    (tmp_path / ".env").write_bytes(line)
    for target in ("run", "demo"):
        command = ["make", "--assume-old=install", target]
        result = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
        error, of_make = result.stderr.splitlines()
        assert error.startswith("Microblog does not start. .env cannot be read")
        assert re.match(r"make(\[\d+\])?: \*\*\*", of_make)


@pytest.mark.parametrize("command", ["db upgrade", "serve", "user promote ada", "counters check"])
@pytest.mark.parametrize("url", [UNREACHABLE, "sqlite:////nowhere/m.sqlite3"])
def test_a_database_that_does_not_answer_is_reported_in_one_line(start, command, url):
    result = start(*flask(command), DATABASE_URL=url)
    check_one_line(result, "Error: The database ", url.rpartition("/")[2], "failed: ")


UNUSABLE = {
    None: "has no tables yet. Run: flask --no-debug db upgrade",
    "0003": f"is at revision 0003, and this release needs {schema.known_revisions()[-1]}. Run:",
    "0999": f"is at revision 0999, which this release, {VERSION}, does not know",
}


@pytest.mark.parametrize("revision", UNUSABLE)
@pytest.mark.parametrize("arguments", [*map(flask, ("serve", "web", "worker", "run")), SERVER])
def test_a_start_on_another_schema_is_refused_in_one_line(start, request, revision, arguments):
    if revision:
        set_revision(request.getfixturevalue("site"), revision)
    check_one_line(start(*arguments), "The database sqlite:///", UNUSABLE[revision])


@pytest.mark.parametrize("command", ["db upgrade", "db current"])
def test_the_database_of_a_newer_release_is_not_migrated(start, site, command):
    set_revision(site, "0999")
    check_one_line(start(*flask(command)), "Error: The database sqlite:///", UNUSABLE["0999"])


@pytest.fixture
def postgresql(make_database):
    """Give a function that makes a database with these options, and returns its URL."""
    if DATABASE != "postgresql":
        pytest.skip("A file of SQLite has one encoding.")
    url = make_url(make_database())

    def make(name, options, *statements):
        for database, run in ((None, (f"CREATE DATABASE {name} {options}",)), (name, statements)):
            at = url.set(database=database or url.database).render_as_string(hide_password=False)
            with psycopg.connect(at, autocommit=True) as connection:
                for statement in run:
                    connection.execute(statement)
        return url.set(database=name)

    return make


@pytest.mark.parametrize("encoding", ["LATIN1", "SQL_ASCII"])
@pytest.mark.parametrize("command", ["db upgrade", "serve"])
def test_a_database_of_other_letters_is_refused_in_one_line(start, postgresql, encoding, command):
    name = f"letters_{encoding}_{len(command)}".lower()
    url = postgresql(name, f"ENCODING '{encoding}' LOCALE 'C' TEMPLATE template0")
    refused = start(*flask(command), DATABASE_URL=url.render_as_string(hide_password=False))
    check_one_line(refused, "The database postgresql", f"has the encoding {encoding}. Make it by:")


def test_a_database_of_a_locale_with_two_letters_i_is_refused(start, postgresql):
    # As lower() of a Turkish locale, which few machines have.
    turkish = "CREATE FUNCTION turkish.lower(text) RETURNS text AS $$ SELECT 'ı' $$ LANGUAGE SQL"
    options = "ENCODING 'UTF8' TEMPLATE template0"
    url = postgresql("letters_turkish", options, "CREATE SCHEMA turkish", turkish)
    url = url.update_query_dict({"options": "-csearch_path=turkish,pg_catalog"})
    refused = start(*flask("db upgrade"), DATABASE_URL=url.render_as_string(hide_password=False))
    check_one_line(refused, "has a locale in which I and i are two letters. Make it by: CREATE")


def test_a_command_on_a_database_without_tables_says_so(start):
    check_one_line(start(*flask("user promote ada")), "has no tables yet. Run: flask")


@pytest.mark.parametrize("arguments", [flask("serve"), flask("db upgrade"), SERVER])
def test_a_file_that_is_no_database_is_reported_in_one_line(start, tmp_path, arguments):
    (tmp_path / "instance").mkdir()
    (tmp_path / "instance" / "microblog.sqlite3").write_bytes(b"no database" * 1000)
    check_one_line(start(*arguments), "atabase", "file is not a database")


def test_a_queue_that_is_no_database_ends_the_worker_in_one_line(start, site):
    (site / "jobs.sqlite3").write_bytes(b"no database" * 1000)
    result = start(*flask("worker"))
    assert result.returncode == 1
    _starts, error = result.stderr.splitlines()
    assert error == "Error: The queue, jobs.sqlite3, cannot be used: file is not a database"


def test_a_migration_that_fails_does_not_ask_for_itself(start, tmp_path):
    file = tmp_path / "instance" / "microblog.sqlite3"
    file.parent.mkdir()
    with sqlite3.connect(file) as connection:
        connection.execute("CREATE TABLE user (id INTEGER)")
    check_one_line(start(*flask("db upgrade")), "failed: table user already exists")


def check_one_line(result, *parts):
    """The process failed, with one line on standard error."""
    assert result.returncode == 1
    assert result.stdout == ""
    (line,) = result.stderr.splitlines()
    for part in parts:
        assert part in line
    assert "secret" not in line


def test_a_server_starts_without_its_database_and_logs_that(start, tmp_path):
    assert start(*SERVER, DATABASE_URL=UNREACHABLE).returncode == 0
    log = (tmp_path / "instance" / "logs" / "microblog.log").read_text()
    assert "ERROR app The database does not answer: connection failed" in log
    assert "secret" not in log


def test_a_start_logs_release_database_and_schema(start, site):
    log = site / "logs" / "microblog.log"
    log.unlink(missing_ok=True)
    assert start(*SERVER).returncode == 0
    (line,) = log.read_text().splitlines()
    needed = schema.known_revisions()[-1]
    assert (
        f"Microblog {VERSION} starts on sqlite:///{site}/microblog.sqlite3, schema {needed}."
        in line
    )


def test_a_process_has_the_commands_that_domains_add_to_those_of_others(start):
    for group, command in (("mail", "failed"), ("user", "delete"), ("site", "announce")):
        shown = start(*flask(f"{group} --help"))
        assert shown.returncode == 0, shown.stderr
        assert f"\n  {command} " in shown.stdout


def test_what_a_start_makes_is_for_its_user_alone(start, site):
    assert start(*SERVER).returncode == 0
    paths = [site, *site.rglob("*")]
    assert {"microblog.sqlite3", "secret_key", "logs", "microblog.log", "templates"} <= {
        path.name for path in paths
    }
    assert {path.name for path in paths if stat.S_IMODE(path.stat().st_mode) & 0o077} == set()


def test_a_start_hides_what_an_earlier_release_made(start, site):
    file = site / "microblog.sqlite3"
    file.chmod(0o644)
    assert start(*SERVER).returncode == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


@pytest.fixture
def revision(app):
    """Give a function that sets the revision of the tests' database."""

    def set_to(version):
        with app.app_context(), db.engine.begin() as connection:
            connection.execute(schema.ALEMBIC_VERSION.update().values(version_num=version))

    yield set_to
    set_to(schema.known_revisions()[-1])


def health(client):
    return client.get("/healthz").status_code


def test_the_health_check_fails_on_another_schema(make_app, revision, caplog):
    for version in ("0003", "0999"):
        revision(version)
        client = Client(make_app())
        assert health(client) == 503
        assert f"/healthz: the database is at revision {version}" in caplog.text
        assert "revision" not in client.get("/healthz").text
    revision(schema.known_revisions()[-1])
    assert health(client) == 200


def test_a_newer_release_may_migrate_while_this_one_serves(make_app, revision):
    client = Client(make_app())
    assert health(client) == 200
    revision("0999")
    assert health(client) == 200
    revision("0003")
    assert health(client) == 503


def test_revisions_are_those_of_alembic(app):
    with app.app_context(), db.engine.connect() as connection:
        config = app.extensions["migrate"].migrate.get_config()
        scripts = ScriptDirectory.from_config(config)
        ours = [script.revision for script in scripts.walk_revisions()]
        assert tuple(reversed(ours)) == schema.known_revisions()
        found = MigrationContext.configure(connection).get_current_revision()
        assert schema.revision_of(connection) == found == schema.known_revisions()[-1]
