"""How pages read: past SQLAlchemy's session, by a connection that can do nothing else."""

from contextlib import closing
from dataclasses import replace

import pytest
from sqlalchemy import event, inspect, literal_column, select, text
from sqlalchemy.exc import DBAPIError

from app.data import libpq
from app.data.database import db, writing
from app.data.plain import Plain
from app.follows import queries
from tests.conftest import DATABASE


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


def test_what_a_page_reads_is_in_no_session_and_what_a_form_reads_is(app, ada):
    with app.test_request_context("/"):
        read = queries.named("ada", None).value()
        assert inspect(read).detached
        assert (read.id, read.username, read.created_at) == (ada.id, "ada", ada.created_at)
    with app.test_request_context("/", method="POST"):
        assert inspect(queries.named("ada", None).value()).persistent


def test_a_form_reads_somebody_whom_the_session_knows_as_they_are_there(app, ada):
    with app.test_request_context("/", method="POST"):
        known = queries.named("ada", None).value()
        known.about_me = "baker"
        assert queries.named("ada", None).value() is known
        with writing() as session:
            # What waits is written before anything is looked for.
            known.username = "adele"
            assert queries.named("adele", None).value() is known
            session.refresh(known)
        assert (known.about_me, known.username) == ("baker", "adele")


def test_within_a_transaction_a_page_sees_what_it_wrote(app, ada):
    with app.test_request_context("/"):
        db.session.execute(text("UPDATE \"user\" SET about_me = 'baker'"))
        assert queries.named("ada", None).value().about_me == "baker"


def test_the_connection_that_reads_cannot_write(app, ada, rows):
    with app.app_context():
        plain = Plain.of(queries.named("ada", None).statement, db.engine.dialect)
        writes = replace(plain, sql='DELETE FROM "user" RETURNING id', fixed={}, order=())
        with pytest.raises(DBAPIError, match=r"read-?only"):
            app.extensions["readers"].run(writes, {})
    assert len(rows("user")) == 1


@pytest.mark.skipif(DATABASE == "sqlite", reason="A file does not hang up.")
def test_a_connection_that_was_lost_is_made_anew(app, ada, signed_in):
    client = signed_in(ada)
    assert client.get("/").status_code == 200
    with app.app_context(), db.engine.connect() as connection:
        others = text(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        connection.execute(others)
    assert client.get("/").status_code == 200


@pytest.mark.skipif(DATABASE == "sqlite", reason="It prepares a statement anew by itself.")
def test_a_statement_that_a_migration_made_another_is_asked_anew(app, ada):
    with app.app_context(), db.engine.connect() as connection:
        readers, plain = app.extensions["readers"], queries.named("ada", None).statement
        changing = replace(Plain.of(plain, db.engine.dialect), sql="SELECT n FROM other", order=())
        changing = replace(changing, fixed={}, to_database={}, from_database=(), models=())
        for statement in (
            "CREATE TABLE other (n integer)",
            "ALTER TABLE other ALTER n TYPE bigint",
            "DROP TABLE other",
        ):
            connection.execute(text(statement))
            connection.commit()
            if "DROP" not in statement:
                assert readers.run(changing, {}) == []


@pytest.mark.skipif(DATABASE == "sqlite", reason="It has no names for statements.")
def test_what_was_interrupted_does_not_stand_in_the_way_of_other_statements(app, monkeypatch):
    with app.app_context(), closing(db.engine.raw_connection()) as connection:
        statements = libpq.Prepared(connection.driver_connection)
        connection.detach()
        check = statements._check

        def interrupt(*_args):
            monkeypatch.setattr(statements, "_check", check)
            raise KeyboardInterrupt

        monkeypatch.setattr(statements, "_check", interrupt)
        with pytest.raises(KeyboardInterrupt):
            statements.fetch("SELECT 1", ())
        assert statements.fetch("SELECT 2", ()) == [(2,)]
        assert statements.fetch("SELECT 1", ()) == [(1,)]


@pytest.mark.skipif(DATABASE == "sqlite", reason="It plans each statement once.")
def test_a_timeline_keeps_its_plan_and_a_search_is_planned_for_its_words(app, ada, signed_in):
    client = signed_in(ada)
    client.get("/")
    client.get("/search?q=tea")
    plans = [literal_column(name) for name in ("statement", "generic_plans", "custom_plans")]
    made = select(*plans).select_from(text("pg_prepared_statements"))
    made = made.where(text("statement NOT LIKE '%pg_prepared_statements%'"))
    with app.app_context():
        kept, for_values = (
            app.extensions["readers"].run(Plain.of(made, db.engine.dialect, has_one_plan=one), {})
            for one in (True, False)
        )
    assert kept
    assert not [row for row in kept if row.custom_plans]
    assert for_values
    assert not [row for row in for_values if row.generic_plans]
