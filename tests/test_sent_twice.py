"""Two processes answer one form at once: both have loaded what it is about, and one comes first."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select

from app.accounts.applications import apply_to_join, let_in, turn_away
from app.accounts.invitations import Invitation, invite
from app.accounts.leaving import Departure, leave, stay
from app.accounts.models import User
from app.accounts.viewer import viewer_of
from app.administration.models import Announcement, announce
from app.data.database import db, now, writing
from app.moderation.actions import Decision
from app.moderation.bulk import act_on_many
from app.moderation.deleting import delete_person
from app.moderation.log import Moderator
from app.moderation.models import LogEntry
from app.moderation.notes import add_canned_reason, add_note
from app.posts.models import Post, Version
from app.posts.taking_back import take_back
from app.posts.writing import edit, undo_edit
from tests.conftest import PASSWORD


@pytest.fixture
def twice(app):
    """Give a function that has two processes act on one row; it returns what both return."""

    def act(model, id, verb):
        with app.app_context():
            loaded = db.session.get_one(model, id)
            with app.app_context():
                first = verb(db.session.get_one(model, id))
            return first, verb(loaded)

    return act


def logged(app, action):
    with app.app_context():
        return db.session.scalar(select(func.count()).where(LogEntry.action == action))


@pytest.mark.parametrize("decide", [let_in, turn_away])
def test_an_application_is_decided_once(app, ada, make_user, twice, decide):
    newcomer = make_user("newcomer")
    with app.app_context(), writing() as session:
        apply_to_join(session.get_one(User, newcomer.id), answer="Tea", network="192.0.2.1")
    assert twice(User, newcomer.id, lambda user: decide(user, ada)) == (True, False)
    assert logged(app, decide.__name__) == 1


def test_an_account_is_deleted_once(app, ada, twice, rows):
    twice(User, ada.id, lambda user: delete_person(Moderator(), user, Decision(reason="Ads")))
    assert logged(app, "delete") == 1
    assert not rows("user")


def test_one_leaves_and_stays_once(app, ada, twice, rows):
    assert twice(User, ada.id, leave) == (True, False)
    assert len(rows("outbox_mail", "kind = 'leaving'")) == 1
    assert twice(User, ada.id, stay) == (True, False)
    with app.app_context():
        assert db.session.get_one(User, ada.id).state == "active"
        assert db.session.get(Departure, ada.id) is None


def test_a_state_that_ended_gives_way_to_a_new_decision(app, ada):
    with app.app_context():
        user = db.session.get_one(User, ada.id)
        user.set_state("suspended", now() - timedelta(seconds=1))
        with app.app_context():
            db.session.get_one(User, ada.id).set_state("suspended", now() + timedelta(days=30))
        user.end_state_in_time()
        assert user.state == "suspended"


def test_an_invitation_is_made_and_revoked_once(app, ada, bruno, twice):
    def make(by, nonce):
        with app.app_context():
            return invite(by, nonce=nonce).id

    ids = [make(*form) for form in ((ada, "a"), (ada, "a"), (ada, "b"), (bruno, "a"), (ada, ""))]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 4
    twice(Invitation, ids[0], lambda invitation: invitation.revoke(ada))
    assert logged(app, "invite") == 4
    assert logged(app, "revoke") == 1


def test_the_form_for_an_invitation_has_a_nonce(ada, give_role, signed_in, rows):
    give_role(ada, "moderator")
    client = signed_in(ada)
    page = client.get("/settings/invitations")
    for _ in range(2):
        assert client.submit("main form", to=page, uses="2").status_code == 303
    assert len(rows("invitation")) == 1


@pytest.mark.parametrize("starts", [None, timedelta(days=1)])
def test_an_announcement_is_made_and_ended_once(app, ada, twice, starts):
    times = {"starts_at": now() + starts, "ends_at": now() + 2 * starts} if starts else {}

    def make(text="We move."):
        with app.app_context():
            return announce(text, ada, **times).id

    id = make()
    assert make() == id
    assert make("We stay.") != id
    twice(Announcement, id, lambda announcement: announcement.end(ada))
    assert logged(app, "end_announcement") == 1
    assert make() != id


def test_what_moderators_write_down_is_kept_once(app, ada, bruno, rows):
    with app.app_context():
        for words in ("Once.", "Once.", "Twice.", "Once."):
            add_note(ada, bruno.id, words)
            add_canned_reason(ada, words)
    assert [note["words"] for note in rows("note")] == ["Once.", "Twice.", "Once."]
    assert [reason["words"] for reason in rows("canned_reason")] == ["Once.", "Twice."]
    assert (logged(app, "note"), logged(app, "canned")) == (3, 2)


def test_many_are_notified_once(app, ada, bruno, give_role):
    give_role(ada, "administrator")
    with app.app_context():
        by = viewer_of(db.session.get_one(User, ada.id))
        with writing():
            for _ in range(2):
                act_on_many(by, [bruno.id], "remove_all", Decision(reason="Ads"))
    assert logged(app, "remove_all") == 1


def test_a_post_is_restored_once(app, ada, make_post, twice, rows):
    post = make_post(ada)
    with app.app_context():
        db.session.get_one(Post, post.id).delete()
    assert twice(Post, post.id, Post.restore) == (True, True)
    assert rows("user", "username = 'ada'")[0]["posts_count"] == 1


def test_an_edit_is_undone_once(app, ada, make_post, twice, rows):
    post = make_post(ada, "First.")
    with app.app_context():
        edit(db.session.get_one(Post, post.id), "Second.")
        version = db.session.scalars(select(Version.id)).one()
    assert twice(Post, post.id, lambda each: undo_edit(each, version)) == (True, True)
    assert rows("post")[0]["body"] == "First."


def test_a_post_is_taken_back_once(app, ada, make_post, twice, rows):
    post = make_post(ada)
    first, second = twice(Post, post.id, lambda each: take_back(ada, each))
    assert first is not None
    assert second is None
    assert len(rows("draft")) == 1


def test_a_session_that_ends_while_its_form_is_answered(app, ada, signed_in, monkeypatch):
    def check(*_password):
        with app.app_context():
            db.session.get_one(User, ada.id).end_sessions()
        return True

    client = signed_in(ada)
    client.get("/settings/account")
    monkeypatch.setattr("app.accounts.passwords.check_password_hash", check)
    typed = {"password": "wind on the tin roof", "current_password": PASSWORD}
    # On SQLite, the view still reads what was there when it began.
    assert client.submit("main form", **typed).status_code in (303, 401)
