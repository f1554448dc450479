"""Transactions, times, and the setup of the database."""

import os
import subprocess
import sys
from datetime import datetime, timedelta, timezone

import pytest
from sqlalchemy import create_engine, make_url, select, text
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.accounts.registering import register
from app.data.counters import tally
from app.data.database import Base, after_commit, db, writing
from app.data.engines import engine_options, set_up
from app.posts.models import Post
from app.posts.writing import publish
from config import ROOT
from tests.conftest import DATABASE


def test_an_error_rolls_the_transaction_back(app, ada, rows):
    def act():
        with writing():
            publish(ada, "Hello")
            register("bruno")
            raise RuntimeError("no")

    with app.app_context(), pytest.raises(RuntimeError):
        act()
    assert rows("post") == []
    assert len(rows("user")) == 1
    assert rows("user")[0]["posts_count"] == 0


def test_a_nested_transaction_is_part_of_the_outer_one(app, ada, rows):
    def act():
        with writing():
            with writing():
                publish(ada, "Inner")
            raise RuntimeError("after the inner one has ended")

    with app.app_context():
        with pytest.raises(RuntimeError):
            act()
        assert rows("post") == []
        with writing():
            publish(ada, "One")
            publish(ada, "Two")
            assert rows("post") == []
    assert len(rows("post")) == 2


def test_the_next_transaction_works_after_an_error(app, ada, rows):
    with app.app_context():
        with pytest.raises(IntegrityError):
            register("ADA")
        publish(ada, "Hello")
    assert len(rows("post")) == 1


def test_after_commit_callbacks_run_only_after_a_commit(app, ada, rows):
    seen = []

    def fail():
        with writing():
            after_commit(lambda: seen.append("never"))
            raise RuntimeError("no")

    with app.app_context():
        with writing():
            with writing():
                after_commit(lambda: seen.append(len(rows("post"))))
                publish(ada, "Hello")
            assert seen == []
        assert seen == [1]
        with pytest.raises(RuntimeError):
            fail()
        with writing():
            pass
    assert seen == [1]


def test_a_failing_after_commit_callback_is_logged_and_the_data_stays(app, ada, rows, caplog):
    seen = []
    with app.app_context(), writing():
        after_commit(lambda: 1 / 0)
        after_commit(lambda: seen.append("the next one still happens"))
        publish(ada, "Hello")
    assert len(rows("post")) == 1
    assert seen
    assert "A callback after a commit failed." in caplog.text


def test_outside_a_transaction_there_is_no_commit_to_follow(app):
    with app.app_context(), pytest.raises(RuntimeError, match="no commit"):
        after_commit(lambda: None)


def test_concurrent_tallies_all_count(app, ada, together, rows):
    def act(_n):
        with app.app_context():
            for _ in range(5):
                with writing() as session:
                    tally(session, User, ada.id, posts_count=1, followers_count=-1)

    together(act, range(8))
    assert (rows("user")[0]["posts_count"], rows("user")[0]["followers_count"]) == (40, -40)


def test_loaded_objects_stay_usable_after_a_commit(app, ada):
    with app.app_context():
        user = db.session.get(User, ada.id)
        publish(user, "Hello")
        assert user.username == "ada"


def test_times_are_read_as_aware_utc(app, ada):
    east = timezone(timedelta(hours=9))
    moment = datetime(2030, 1, 1, 3, 0, tzinfo=east)
    with app.app_context():
        with writing():
            db.session.get(User, ada.id).last_seen_at = moment
        db.session.expire_all()
        seen = db.session.get(User, ada.id).last_seen_at
    assert seen == moment
    assert seen.utcoffset() == timedelta(0)


def test_rows_can_be_read_in_batches(app, ada, make_post):
    posts = [make_post(ada).id for _ in range(5)]
    theirs = select(Post.id).where(Post.author_id == ada.id).order_by(Post.id)
    with app.app_context():
        found = db.session.execute(theirs, execution_options={"yield_per": 2})
        assert list(found.scalars()) == posts


def test_deleting_a_user_deletes_everything_of_that_user(
    app, ada, bruno, make_post, make_follow, signed_in, rows
):
    make_post(ada)
    make_follow(ada, bruno)
    make_follow(bruno, ada)
    signed_in(ada)
    with app.app_context(), db.engine.begin() as connection:
        connection.execute(Base.metadata.tables["user"].delete().where(User.id == ada.id))
    assert rows("post") == rows("follow") == rows("login_session") == []


def test_the_database_settings_are_durable(app):
    # The application of the tests does not wait for the disk.
    url = make_url(app.config["SQLALCHEMY_DATABASE_URI"])
    engine = create_engine(url, **engine_options(url.get_backend_name()))
    set_up(engine)
    with engine.connect() as connection:
        if DATABASE == "sqlite":
            pragmas = {
                name: connection.execute(text(f"PRAGMA {name}")).scalar()
                for name in ("journal_mode", "synchronous", "foreign_keys", "page_size")
            }
            assert pragmas == {
                "journal_mode": "wal",
                "synchronous": 2,
                "foreign_keys": 1,
                "page_size": 8192,
            }
        else:
            assert connection.execute(text("SHOW server_encoding")).scalar() == "UTF8"
    engine.dispose()


def test_serving_pages_does_not_import_alembic(app):
    served = "import sys, microblog; print(sorted({'alembic', 'mako'} & sys.modules.keys()))"
    environment = os.environ | {
        "INSTANCE_PATH": app.instance_path,
        "DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
    }
    command = [sys.executable, "-c", served]
    found = subprocess.run(
        command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert found.stdout == "[]\n"
