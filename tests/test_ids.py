"""Time-ordered ids."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from sqlalchemy import func, select, update

from app.accounts.login_sessions import LoginSession
from app.data.database import db, now, writing
from app.data.ids import BIGGEST_ID, LOW_BITS, id_at, moment_of
from app.notifications.models import Notification, notify_users
from app.posts.models import Post
from app.posts.writing import publish
from tests.conftest import DATABASE


def test_an_id_contains_the_time_of_its_row(app, ada, travel, make_post):
    travel.move_to(datetime(2030, 5, 6, 7, 8, 9, 123_000, tzinfo=UTC))
    post = make_post(ada)
    assert post.created_at == datetime(2030, 5, 6, 7, 8, 9, 123_000, tzinfo=UTC)
    assert moment_of(id_at(now())) == post.created_at
    assert post.id < BIGGEST_ID


def test_ids_of_one_millisecond_are_unique_and_rising(app, ada, travel, make_post):
    with app.app_context(), writing():
        ids = [make_post(ada).id for _ in range(200)]
    assert len(set(ids)) == 200
    assert {id >> LOW_BITS for id in ids} == {id_at(now()) >> LOW_BITS}


def test_ids_stay_unique_when_the_clock_goes_back(app, ada, travel, make_post):
    ids = []
    for hours in (0, -1, -1, 3, -2):
        travel.shift(timedelta(hours=hours))
        ids += [make_post(ada).id for _ in range(3)]
    assert len(set(ids)) == len(ids)


@pytest.mark.skipif(DATABASE != "sqlite", reason="A sequence gives the low bits.")
def test_ids_rise_when_the_clock_goes_back_a_little(app, ada, travel, make_post):
    ids = []
    for seconds in (0, -1, -20, 1, -20):
        travel.shift(timedelta(seconds=seconds))
        ids += [make_post(ada).id for _ in range(3)]
    assert all(earlier < later for earlier, later in pairwise(ids))


def test_an_id_of_the_future_does_not_date_later_rows(app, ada, bruno, travel, make_post, rows):
    future = make_post(ada).id + id_at(datetime(2999, 1, 1, tzinfo=UTC))
    with app.app_context(), writing() as session:
        session.execute(update(Post).values(id=future))
    posts = [make_post(ada) for _ in range(3)]
    assert {post.id >> LOW_BITS for post in posts} == {id_at(now()) >> LOW_BITS}
    with app.app_context(), writing() as session:
        notify_users([bruno.id], "mention", ada.id, posts[0].id)
        session.execute(update(Notification).values(id=future))
        notify_users([bruno.id], "mention", ada.id, posts[1].id)
    ids = {row["id"] >> LOW_BITS for row in rows("notification")}
    assert ids == {future >> LOW_BITS, id_at(now()) >> LOW_BITS}


def test_rows_of_one_insert_statement_get_unique_ids(app, ada):
    with app.app_context(), writing() as session:
        session.add_all(
            LoginSession(
                user_id=ada.id, token_hash=f"{n}", address="", agent="", last_used_at=now()
            )
            for n in range(50)
        )
    with app.app_context():
        assert db.session.scalar(select(func.count(LoginSession.id.distinct()))) == 50


def test_concurrent_writers_get_unique_ids(app, make_user, together, rows):
    people = [make_user() for _ in range(8)]

    def write(author):
        with app.app_context():
            for n in range(10):
                publish(author, f"No. {n}")

    together(write, people)
    assert len(rows("post")) == 80
