"""Migrations: up, down and up again; the schema equals the models."""

import flask_migrate
import pytest
from sqlalchemy import delete, insert, inspect, select

from app.accounts.models import register
from app.data.database import Base, db, writing
from app.follows.models import follow
from app.posts.models import FILTERED_BY
from app.posts.writing import publish
from app.search import index
from app.search.jobs import complete_index
from tests.conftest import DATABASE


@pytest.fixture
def fresh(make_app, make_database):
    """An application on a database of its own, without any table."""
    return make_app({"DATABASE_URL": make_database()})


def tables():
    """The tables in the database, without the shadow tables of the search index."""
    db.session.remove()
    names = inspect(db.engine).get_table_names()
    return {name for name in names if name != "alembic_version" and "_fts" not in name}


def test_up_down_and_up_again(fresh):
    with fresh.app_context():
        for _ in range(2):
            flask_migrate.upgrade()
            assert tables() == set(Base.metadata.tables)
            ada, bruno = register("ada"), register("bruno")
            follow(ada, bruno)
            publish(bruno, "Hello")
            db.session.remove()
            flask_migrate.downgrade(revision="base")
            assert inspect(db.engine).get_table_names() == ["alembic_version"]


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
