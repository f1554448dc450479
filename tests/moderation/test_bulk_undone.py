"""A removal of all posts, undone while the worker removes: all of them are back in the end."""

import pytest

from app.accounts.models import User
from app.data.database import committed, db, writing
from app.data.ids import BIGGEST_ID
from app.moderation import removing_all
from app.moderation.actions import Decision, record_decision
from app.moderation.jobs import finish_removals
from app.moderation.log import Moderator
from app.moderation.models import LogEntry
from app.moderation.removing_all import BATCH, remove_all, remove_as_decided
from app.moderation.restoring import restore_all
from app.moderation.undoing import undo
from app.posts.models import Post


@pytest.fixture
def posts(mallory, make_post):
    """Give more posts than one transaction removes."""
    return [make_post(mallory, f"Cheap quagga {n}") for n in range(BATCH + 20)]


@pytest.fixture
def visible(app, rows):
    """Give a function that counts the posts that are there, and checks the counts."""

    def visible():
        check = app.test_cli_runner().invoke(args=["counters", "check"])
        assert check.exit_code == 0, check.output
        return len(rows("post", "deleted_at IS NULL"))

    return visible


@pytest.fixture
def entry(app, mallory, posts):
    """Log that all posts are to be removed, which the worker has not begun yet; give its id."""
    with app.app_context():
        person = db.session.get_one(User, mallory.id)
        return record_decision(Moderator(), "remove_all", Decision(reason="Spam"), person).id


def take_back(id):
    undo(Moderator(), db.session.get_one(LogEntry, id), Decision())


def test_before_the_worker_begins(app, entry, posts, visible):
    with app.app_context():
        take_back(entry)
        remove_as_decided(entry)
    assert visible() == len(posts)


def test_after_the_first_of_the_posts(app, entry, posts, visible):
    removed = []

    def take_back_once(_sender):
        removed.append(db.session.scalar(db.select(Post.id).where(Post.deleted_at.is_not(None))))
        committed.disconnect(take_back_once)
        take_back(entry)

    with app.app_context():
        committed.connect(take_back_once)
        remove_as_decided(entry)
    assert removed[0]
    assert visible() == len(posts)


def test_at_the_same_moment(app, entry, posts, visible, together):
    def do(act):
        with app.app_context():
            act(entry)

    together(do, [remove_as_decided, take_back])
    assert visible() == len(posts)


def test_removed_again_before_the_last_is_back(app, entry, mallory, posts, visible):
    """Then the second removal counts, and undoing it puts back what the first had removed, too."""
    again = []

    def remove_again(_sender):
        committed.disconnect(remove_again)
        person = db.session.get_one(User, mallory.id)
        again.append(remove_all(Moderator(), person, Decision(reason="Spam")).id)

    with app.app_context():
        remove_as_decided(entry)
        with writing():
            undo_entry = LogEntry(action="undo", person_id=mallory.id, undoes_id=entry)
            db.session.add(undo_entry)
        committed.connect(remove_again)
        restore_all(entry)
    assert visible() == 0
    with app.app_context():
        take_back(again[0])
    assert visible() == len(posts)


def test_for_many_people_two_workers_stop_once_one_is_done(app, mallory, posts, visible):
    with app.app_context():
        removing_all.remove_posts(mallory.id, BIGGEST_ID, "", lambda: False)
    assert visible() == len(posts)


def test_a_worker_that_was_stopped_goes_on(app, entry, mallory, make_post, visible):
    make_post(mallory, "Written after the decision")
    with app.app_context():
        finish_removals()
    assert visible() == 1


def test_a_worker_that_was_stopped_goes_on_putting_back(app, entry, mallory, posts, visible):
    with app.app_context():
        remove_as_decided(entry)
        with writing():
            db.session.add(LogEntry(action="undo", person_id=mallory.id, undoes_id=entry))
        finish_removals()
    assert visible() == len(posts)


def test_what_was_put_back_alone_stays(app, entry, mallory, posts, visible):
    with app.app_context():
        remove_as_decided(entry)
        post = db.session.get_one(Post, posts[0].id)
        values = {"post_id": post.id, "person_id": mallory.id}
        alone = LogEntry(action="remove", **values)
        with writing():
            post.put_back()
            db.session.add(alone)
            db.session.flush()
            db.session.add(LogEntry(action="undo", undoes_id=alone.id, **values))
        finish_removals()
    assert visible() == 1
