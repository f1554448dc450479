"""How pages read: Core statements, on connections that the database lets do nothing else."""

import gc
from datetime import timedelta
from threading import Thread

import pytest
from sqlalchemy import event, select, text
from sqlalchemy.exc import DBAPIError, OperationalError

from app.accounts.models import User
from app.accounts.registering import register
from app.data.database import db, writing
from app.data.reading import read, read_latest
from app.follows import queries
from app.follows.queries import Audience
from tests.conftest import DATABASE, sent_statements

PERSON = {"username": "ada"}


@pytest.mark.parametrize("path", ["/", "/explore", "/@ada", "/@bruno/followers", "/notifications"])
def test_a_page_begins_no_transaction(app, ada, bruno, make_follow, make_post, signed_in, path):
    make_follow(ada, bruno)
    make_post(bruno)
    client, begun = signed_in(ada), []
    client.get(path)

    def note(_connection):
        begun.append(path)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "begin", note)
    try:
        assert client.get(path).status_code == 200
    finally:
        event.remove(engine, "begin", note)
    assert begun == []


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_what_is_read_is_a_row_whatever_the_method(app, ada, method):
    with app.test_request_context("/", method=method):
        person = read(queries.person_by_username(Audience.ANONYMOUS), **PERSON).one()
        assert (person.id, person.username, person.name) == (ada.id, "ada", "ada")
        assert not isinstance(person, User)


@pytest.mark.parametrize("statement", ['DELETE FROM "user"', "CREATE TABLE other (n integer)"])
def test_the_database_refuses_to_write_on_a_connection_that_reads(app, ada, rows, statement):
    with app.app_context(), pytest.raises(DBAPIError, match=r"read-?only"):
        read(text(statement))
    assert len(rows("user")) == 1


def test_reading_sees_what_was_committed_meanwhile(app, ada):
    person = queries.person_by_username(Audience.ANONYMOUS)
    with app.app_context():
        assert read(person, username="bruno").first() is None
        register("bruno")
        assert read(person, username="bruno").one().username == "bruno"


def test_inside_a_transaction_its_session_reads(app, ada):
    with app.app_context(), writing(), pytest.raises(RuntimeError, match="use its session"):
        read(queries.person_by_username(Audience.ANONYMOUS), **PERSON)


def test_a_connection_closes_when_its_thread_ends(app, ada):
    """However rarely the garbage collector runs."""
    opened, closed = [], []

    def act():
        with app.app_context():
            read(queries.person_by_username(Audience.ANONYMOUS), **PERSON).one()

    with app.app_context():
        pool = db.engines["read"].pool
    event.listen(pool, "connect", lambda *_: opened.append(1))
    event.listen(pool, "close", lambda *_: closed.append(1))
    gc.disable()
    try:
        for _ in range(20):
            thread = Thread(target=act)
            thread.start()
            thread.join()
    finally:
        gc.enable()
    assert len(opened) == len(closed) == 20


def test_last_seen_that_cannot_be_stored_does_not_fail_a_page(app, ada, signed_in, travel, caplog):
    client = signed_in(ada)
    travel.shift(timedelta(minutes=6))
    with app.app_context():
        event.listen(db.engine, "before_cursor_execute", refuse)
    try:
        assert client.get("/").status_code == 200
    finally:
        with app.app_context():
            event.remove(db.engine, "before_cursor_execute", refuse)
    assert "What a GET stores could not be stored" in caplog.text


def refuse(_connection, _cursor, statement, parameters, _context, _many):
    """As a full disk does."""
    if statement.startswith("UPDATE"):
        raise OperationalError(statement, parameters, OSError("disk full"))


def test_an_error_names_no_values(app):
    with app.app_context(), pytest.raises(DBAPIError) as error:
        read(text("SELECT * FROM nowhere WHERE id = :id"), id=987654321)
    assert "987654321" not in str(error.value)


def test_a_statement_is_built_once(app):
    first, second = (queries.person_by_username(Audience.FILTERED) for _ in range(2))
    assert first is second
    assert first is not queries.person_by_username(Audience.UNFILTERED)


@pytest.mark.skipif(DATABASE == "sqlite", reason="A file does not hang up.")
def test_a_connection_that_was_lost_is_replaced(app, ada, signed_in):
    client = signed_in(ada)
    assert client.get("/").status_code == 200
    with app.app_context(), db.engine.connect() as connection:
        others = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute(others)
    assert client.get("/").status_code == 200


@pytest.mark.skipif(DATABASE == "sqlite", reason="SQLite prepares a statement again by itself.")
def test_a_statement_that_a_migration_made_invalid_is_prepared_again(app):
    changing = text("SELECT n FROM other")
    with app.app_context(), db.engine.connect() as connection:
        connection.execute(text("CREATE TABLE other (n integer)"))
        connection.commit()
        try:
            # The driver prepares a statement after some executions.
            for _ in range(10):
                assert read_latest(changing).all() == []
            connection.execute(text("ALTER TABLE other ALTER n TYPE bigint"))
            connection.commit()
            assert read_latest(changing).all() == []
        finally:
            connection.execute(text("DROP TABLE other"))
            connection.commit()


@pytest.mark.skipif(DATABASE == "sqlite", reason="SQLite plans each statement once.")
def test_a_timeline_keeps_its_plan_and_the_words_of_a_search_are_planned_for(app, ada, signed_in):
    client = signed_in(ada)
    for _ in range(10):
        client.get("/")
    with app.app_context():
        kept = read_latest(
            text("SELECT statement, generic_plans, custom_plans FROM pg_prepared_statements")
        ).all()
    assert any("FROM post" in row.statement for row in kept)
    assert not [row for row in kept if row.custom_plans]
    with sent_statements(app) as sent:
        client.get("/search?q=marmalade")
    (found,) = (
        statement
        for statement, _parameters in sent
        if "@@" in statement and "post" in statement and "person" not in statement
    )
    assert "marmalade" in found


def test_a_column_may_be_deferred(app, ada, signed_in, make_post):
    """A page names its columns, so how a model loads its attributes does not matter."""
    make_post(ada)
    client, column = signed_in(ada), User.__mapper__.attrs.about_me
    column.deferred = True
    try:
        for path in ("/", "/@ada", "/settings/profile"):
            assert client.get(path).status_code == 200
    finally:
        column.deferred = False
    with app.app_context():
        assert db.session.scalar(select(User.about_me)) == ""
