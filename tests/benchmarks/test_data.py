"""A made community holds what the site itself would have written, and is counted right."""

import pytest
from sqlalchemy import func, select, text

from app.accounts.models import User, by_username
from app.data.database import db
from app.follows.models import Follow
from app.notifications.models import Notification
from app.posts.models import Mention, Post, Tagging
from app.posts.writing import parse
from app.reactions.models import Bookmark, Like
from app.search import index
from benchmarks.community import PROLIFIC
from tests.benchmarks.conftest import TINY
from tests.conftest import DATABASE

pytestmark = pytest.mark.thorough

EVERYTHING = (User, Follow, Post, Mention, Tagging, Like, Bookmark, Notification)


@pytest.fixture(autouse=True)
def inside(site):
    """Use the database of that community."""
    with site.app.app_context():
        yield


def count(model, *which):
    return db.session.scalar(select(func.count()).select_from(model).where(*which))


def test_every_kept_count_is_right(site):
    answer = site.app.test_cli_runner().invoke(args=["counters", "check"])
    assert answer.output == "Every count is right.\n"


def test_it_has_the_size_that_was_asked_for():
    assert (count(User), count(Post)) == TINY
    assert all(count(model) for model in EVERYTHING)
    assert 0.1 < count(Post, Post.in_reply_to_id.is_not(None)) / TINY.posts < 0.25
    assert 0.05 < count(Post, Post.repost_of_id.is_not(None)) / TINY.posts < 0.15


def test_every_foreign_key_refers_to_a_row():
    if DATABASE == "sqlite":
        assert db.session.execute(text("PRAGMA foreign_key_check")).all() == []
    # PostgreSQL checks each row.


def test_everything_happens_after_what_it_is_about():
    answered = db.aliased(Post)
    later = select(Post.id).join(answered, answered.id == Post.in_reply_to_id)
    assert db.session.scalar(later.where(answered.id >= Post.id).limit(1)) is None
    joined_too_late = select(Post.id).where(Post.author_id >= Post.id)
    assert db.session.scalar(joined_too_late.limit(1)) is None


def test_the_known_people_follow_whom_they_are_known_for():
    few, prolific = (
        db.session.scalars(by_username(name)).one() for name in ("follows_20", "follows_prolific")
    )
    assert few.following_count == 20
    followed = select(Follow.followed_id).where(Follow.follower_id == prolific.id)
    written_by_each = select(func.count()).where(Post.author_id.in_(followed))
    each = db.session.scalars(written_by_each.group_by(Post.author_id)).all()
    assert len(each) == PROLIFIC
    assert sum(each) > 0.8 * TINY.posts / 100 * PROLIFIC


def test_a_text_is_what_the_site_makes_of_it():
    posts = db.session.scalars(select(Post).where(Post.repost_of_id.is_(None)).limit(200)).all()
    for post in posts:
        made = parse(post.body)
        assert post.body_html == made.html
        tags = select(Tagging.tag).where(Tagging.post_id == post.id)
        assert sorted(db.session.scalars(tags)) == made.tags
        mentions = select(Mention.user_id).where(Mention.post_id == post.id)
        assert sorted(db.session.scalars(mentions)) == made.mentioned


def test_search_finds_what_was_written():
    assert count(index.post_fts) == count(Post, Post.repost_of_id.is_(None))
    assert count(index.person_fts) == TINY.people


def test_the_indexes_are_back():
    for table in (Post, Follow, Like, Notification):
        found = db.inspect(db.engine).get_indexes(table.__tablename__)
        declared = (
            i for i in table.__table__.indexes if i.info.get("only_on", DATABASE) == DATABASE
        )
        assert {index.name for index in declared} <= {i["name"] for i in found}
