"""Statements that change rows: kept, given to the driver, and the same on both databases."""

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from app.accounts.models import User
from app.data.changes import add_if_new, remove, tally
from app.data.database import db, writing
from app.data.ids import moment_key
from app.posts.models import Post
from app.reactions.models import Like


@pytest.fixture
def post(bruno, make_post):
    return make_post(bruno)


def test_a_row_is_added_once_and_removed_once(app, ada, post, rows):
    like = {"user_id": ada.id, "post_id": post.id}
    with app.app_context():
        with writing():
            assert add_if_new(Like, **like, since=moment_key())
            assert not add_if_new(Like, **like, since=moment_key())
        assert len(rows("like")) == 1
        with writing():
            assert remove(Like, **like)
            assert not remove(Like, **like)
    assert rows("like") == []


def test_what_a_column_has_by_default_is_worked_out_for_each_row(app, ada, bruno, post):
    with app.app_context():
        with writing():
            for viewer in (ada, bruno):
                repost = {"author_id": viewer.id, "repost_of_id": post.id}
                assert add_if_new(Post, **repost, body="", body_html="")
        ids = db.session.scalars(select(Post.id).where(Post.repost_of_id == post.id)).all()
    assert len(set(ids)) == 2
    assert all(id > post.id for id in ids)


def test_what_waits_in_the_session_is_written_first(app):
    with app.app_context():
        with writing() as session:
            session.add(someone := User(username="clara"))
            session.flush()
            someone.about_me = "baker"
            tally(User, someone.id, posts_count=3)
        found = db.session.get(User, someone.id, populate_existing=True)
        assert (found.about_me, found.posts_count) == ("baker", 3)


def test_a_row_that_belongs_to_nothing_is_an_error_and_takes_all_back(app, ada, rows):
    def act():
        with writing():
            tally(User, ada.id, posts_count=1)
            add_if_new(Like, user_id=ada.id, post_id=1, since=moment_key())

    with app.app_context():
        with pytest.raises(IntegrityError):
            act()
        assert rows("like") == []
        assert db.session.get(User, ada.id).posts_count == 0


def test_an_error_tells_no_parameters(app, ada):
    with app.app_context(), pytest.raises(IntegrityError) as error, writing():
        add_if_new(Like, user_id=ada.id, post_id=987654321, since=moment_key())
    assert "987654321" not in str(error.value.statement) + str(error.value.params)
