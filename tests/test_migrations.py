"""Migrations: up, down and up again; the schema equals the models."""

import shutil
from datetime import UTC, datetime

import flask_migrate
import pytest
from sqlalchemy import MetaData, delete, insert, inspect, select, text

from app.accounts.registering import register
from app.data.database import Base, db, writing
from app.data.schema import known_revisions
from app.posts.models import FILTERED_BY
from app.posts.writing import publish
from app.search import index
from app.search.jobs import complete_index
from config import ROOT
from tests.conftest import DATABASE


@pytest.fixture
def fresh(make_app, make_database):
    """An application on a database of its own, without any table."""
    return make_app({"DATABASE_URL": make_database()})


def tables(connection):
    """The tables in the database, without those of the search index and of Alembic."""
    names = inspect(connection).get_table_names()
    return {name for name in names if name != "alembic_version" and "_fts" not in name}


def fill():
    """Put two rows into every table that has none, each with other values."""
    with db.engine.begin() as connection:
        schema = MetaData()
        schema.reflect(connection, only=lambda name, _: name in tables(connection))
        for table in schema.sorted_tables:
            if connection.execute(select(table).limit(1)).first() is None:
                for n in (1, 2):
                    connection.execute(table.insert().values(row(table, n)))


def row(table, n):
    """Row ``n`` of a table; foreign keys of one row are of different rows, as far as there are."""
    foreign = [column for column in table.columns if column.foreign_keys]
    keys = {
        column.name: value(next(iter(column.foreign_keys)).column, 1 + (n + i) % 2)
        for i, column in enumerate(foreign)
    }
    return {column.name: value(column, n) for column in table.columns} | keys


def value(column, n):
    if column.type.python_type is datetime:
        return datetime(2024, 1, n, tzinfo=UTC)
    if column.type.python_type in (dict, object):
        return {"n": n}
    if column.type.python_type is str:
        return f"{column.name[:3]}{n}"[: column.type.length]
    return column.type.python_type(n)


def counts():
    """The number of rows of every table."""
    with db.engine.connect() as connection:
        return {
            name: connection.scalar(text(f'SELECT count(*) FROM "{name}"'))
            for name in tables(connection)
        }


def test_every_step_goes_up_down_and_up_again_with_rows_in_every_table(fresh):
    with fresh.app_context():
        for revision in known_revisions():
            flask_migrate.upgrade(revision=revision)
            fill()
            before = counts()
            assert set(before.values()) == {2}
            if revision != known_revisions()[0]:
                flask_migrate.downgrade(revision="-1")
                kept = counts()
                assert kept.items() <= before.items()
                flask_migrate.upgrade(revision=revision)
                assert counts() == before | dict.fromkeys(before.keys() - kept.keys(), 0)
                fill()
        flask_migrate.downgrade(revision="base")
        assert counts() == {}
        flask_migrate.upgrade()
        assert set(counts()) == set(Base.metadata.tables)


@pytest.fixture
def migrate(fresh, tmp_path):
    """Give a function that alters the database and has a revision written that mends it."""
    copy = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", copy)

    def run(statement):
        with fresh.app_context():
            flask_migrate.upgrade()
            with db.engine.begin() as connection:
                connection.execute(text(statement))
        arguments = ["db", "migrate", "-d", str(copy), "-m", "mood"]
        result = fresh.test_cli_runner().invoke(args=arguments)
        return result, [file.name for file in copy.glob("versions/*_mood.py")]

    return run


@pytest.mark.parametrize(
    ("statement", "error"),
    [
        ("ALTER TABLE draft DROP COLUMN body", "draft.body is NOT NULL and has no server_default"),
        ('ALTER TABLE "user" DROP COLUMN language', "On SQLite this change copies the table user"),
    ],
)
def test_a_revision_that_loses_something_is_refused(migrate, caplog, statement, error):
    result, written = migrate(statement)
    assert (result.exit_code, written) == (1, [])
    assert error in caplog.text


def test_a_revision_gets_the_next_number(migrate):
    result, written = migrate("ALTER TABLE draft ADD COLUMN stray INTEGER")
    assert result.exit_code == 0, result.output
    assert written == [f"{int(known_revisions()[-1]) + 1:04}_mood.py"]


def test_the_schema_equals_the_models(fresh):
    runner = fresh.test_cli_runner()
    assert runner.invoke(args=["db", "upgrade"]).exit_code == 0
    result = runner.invoke(args=["db", "check"])
    assert result.exit_code == 0, result
    with fresh.app_context(), db.engine.begin() as connection:
        connection.execute(db.text("ALTER TABLE post ADD COLUMN stray INTEGER"))
    assert runner.invoke(args=["db", "check"]).exit_code == 1


def test_every_index_of_the_models_is_in_the_schema(app):
    with app.app_context(), db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            query = "SELECT name FROM sqlite_master WHERE type = 'index'"
        else:
            query = "SELECT indexname FROM pg_indexes"
        found = set(connection.execute(db.text(query)).scalars())
    declared = {
        index.name
        for table in Base.metadata.tables.values()
        for index in table.indexes
        if index.info.get("only_on", DATABASE) == DATABASE
    }
    assert declared
    assert declared <= found


@pytest.mark.skipif(DATABASE == "sqlite", reason="It knows no columns beside a key.")
def test_filter_columns_follow_the_key_in_each_row(app):
    with app.app_context():
        found = {index["name"]: index for index in inspect(db.engine).get_indexes("post")}
    beside = found["ix_post_author_id_id"]["dialect_options"]["postgresql_include"]
    assert tuple(beside) == FILTERED_BY
    assert "ix_post_entries" not in found


def test_upgrading_twice_changes_nothing(fresh):
    with fresh.app_context():
        flask_migrate.upgrade()
        register("ada")
        flask_migrate.upgrade()
        assert db.session.scalar(db.text('SELECT count(*) FROM "user"')) == 1


def test_migrations_can_be_printed_as_sql(fresh):
    result = fresh.test_cli_runner().invoke(args=["db", "upgrade", "--sql"])
    assert result.exit_code == 0, result.output
    assert "CREATE TABLE" in result.output


def test_reports_keep_the_titles_of_the_rules_that_they_named_by_number(fresh):
    with fresh.app_context():
        flask_migrate.upgrade(revision="0024")
        schema = MetaData()
        with db.engine.begin() as connection:
            schema.reflect(connection, only=["site_setting", "moderation_case"])
            setting, case = schema.tables["site_setting"], schema.tables["moderation_case"]
            rules = [["Be kind", ""], ["No ads", ""]]
            connection.execute(setting.insert().values(row(setting, 1) | {"changed_by_id": None}))
            connection.execute(setting.update().values(name="rules", value=rules))
            for n, reason in enumerate(("rule_2", "rule_7", "spam"), start=1):
                values = row(case, n) | {"reason": reason, "taken_by_id": None}
                connection.execute(case.insert().values(values))
        flask_migrate.upgrade()
        found = db.session.execute(text("SELECT reason FROM moderation_case ORDER BY id"))
        assert found.scalars().all() == ["rule: No ads", "rule: Rule 7", "spam"]


def test_the_index_is_filled_again_after_its_rules_change(fresh):
    with fresh.app_context():
        flask_migrate.upgrade(revision="0011")
        with writing() as session:
            for table in index.TABLES:
                session.execute(insert(table).values(rowid=1, words=["of", "old"]))
        flask_migrate.upgrade()
        bruno = register("bruno")
        with writing() as session:
            ids = [publish(bruno, f"Tea {n}").id for n in range(3)]
            session.execute(delete(index.post_fts).where(index.post_fts.c.rowid != ids[2]))
        assert not index.is_complete()
        complete_index()
        assert index.is_complete()
        posts, people = (set(db.session.scalars(select(t.c.rowid))) for t in index.TABLES)
        assert (posts, people) == (set(ids), {bruno.id})
        db.session.remove()
        flask_migrate.downgrade(revision="0011")
        assert db.session.scalars(select(index.post_fts.c.rowid)).all() == []
