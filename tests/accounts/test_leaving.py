"""Leaving: hidden at once, two weeks to stay, and then nothing is left but places in threads."""

from datetime import timedelta

import pytest

from app.accounts.former_names import FormerNameError
from app.accounts.leaving import STAY_WITHIN, delete_those_who_left, leave, stay
from app.accounts.models import User
from app.accounts.registering import register
from app.accounts.roles import LastAdministratorError
from app.data.database import Base, db, now
from app.follows.models import block, follow, mute
from app.media.jobs import sweep
from app.media.models import Picture
from app.notifications.models import Notification
from app.posts.drafts import save_draft
from app.posts.jobs import erase_deleted
from app.posts.models import Post
from app.posts.reposting import repost
from app.reactions.models import bookmark, like
from tests.conftest import PASSWORD
from tests.html import absent, cards, messages, one, parse

GONE = "This post is not here any more."
REFUSED = "Your account is being deleted"


@pytest.fixture
def client(ada, signed_in):
    """Ada's client."""
    return signed_in(ada)


@pytest.fixture
def leaves(client):
    """Have ada leave, with the form."""
    client.get("/settings/delete")
    answer = client.submit("main form", password=PASSWORD)
    assert (answer.status_code, answer.location) == (303, "/")
    return answer


@pytest.fixture
def over(app, travel):
    """Give a function that lets the time to stay pass, and the worker look."""

    def wait(**more):
        travel.shift(STAY_WITHIN + timedelta(seconds=1))
        with app.app_context():
            delete_those_who_left()

    return wait


@pytest.fixture
def check_counters(app):
    """Give a function that checks every kept count."""

    def check():
        result = app.test_cli_runner().invoke(args=["counters", "check"])
        assert (result.exit_code, result.output) == (0, "Every count is right.\n")

    return check


def test_the_password_is_asked_again(client, rows):
    client.get("/settings/delete")
    answer = client.submit("main form", password="wrong")
    assert answer.status_code == 422
    one(answer, ".invalid-feedback", text="This is not your current password.")
    assert rows("user")[0]["state"] == "active"
    assert client.is_signed_in


def test_who_leaves_is_signed_out_everywhere_and_hidden(
    ada, client, signed_in, anonymous, make_post, rows
):
    post = make_post(ada, "Bread")
    other = signed_in(ada)
    client.get("/settings/delete")
    client.submit("main form", password=PASSWORD)
    assert not client.is_signed_in
    assert not other.is_signed_in
    assert rows("login_session") == []
    assert anonymous.get("/@ada").status_code == 404
    assert anonymous.get(f"/posts/{post.id}").status_code == 404
    assert messages(client.get("/"))[0].startswith("Your account is hidden.")


def test_the_last_administrator_cannot_leave(ada, give_role, signed_in, rows):
    give_role(ada, "administrator")
    client = signed_in(ada)
    client.get("/settings/delete")
    answer = client.submit("main form", password=PASSWORD)
    assert answer.status_code == 422
    one(answer, ".invalid-feedback", text="You are the only administrator.")
    assert rows("user")[0]["state"] == "active"


def test_who_logs_in_meanwhile_can_stay_once(app, ada, leaves, make_client, rows):
    client = make_client()
    page = client.log_in("ada", PASSWORD)
    assert page.status_code == 403
    one(page, "h1", text=REFUSED)
    form = "main form[action^='/login/stay/']"
    action = one(page, form).attributes["action"]
    answer = client.submit(form, to=page)
    assert (answer.status_code, answer.location) == (303, "/login")
    assert rows("user")[0]["state"] == "active"
    assert rows("departure") == []
    with app.app_context():
        leave(db.session.get_one(User, ada.id))
    client.post(action)
    assert rows("user")[0]["state"] == "leaving"
    assert client.log_in("ada", PASSWORD).status_code == 403


def test_a_wrong_form_to_stay_is_refused(anonymous, leaves, rows):
    assert anonymous.post("/login/stay/nonsense").status_code == 404
    assert rows("user")[0]["state"] == "leaving"


def test_who_was_limited_still_is_after_staying(app, ada, rows):
    with app.app_context():
        user = db.session.get_one(User, ada.id)
        user.set_state("limited")
        leave(user)
        assert stay(user)
        assert not stay(user)
    assert rows("user")[0]["state"] == "limited"


def test_nobody_stays_when_the_time_is_over(app, leaves, make_client, travel, rows):
    travel.shift(STAY_WITHIN + timedelta(seconds=1))
    page = make_client().log_in("ada", PASSWORD)
    assert page.status_code == 403
    absent(page, "main form[action^='/login/stay/']")
    assert rows("user")[0]["state"] == "leaving"


def test_the_worker_deletes_nobody_before(app, leaves, travel, rows):
    travel.shift(STAY_WITHIN - timedelta(minutes=1))
    with app.app_context():
        delete_those_who_left()
    assert [row["username"] for row in rows("user")] == ["ada"]


@pytest.fixture
def busy(app, ada, bruno, make_user, make_post):
    """Have ada do everything that one can do; give the posts of the thread."""
    with app.app_context():
        carmen = make_user("carmen")
        theirs = make_post(bruno, "What shall we bake? @ada")
        own = make_post(ada, "Bread https://bread.example #bread", in_reply_to=theirs)
        under = make_post(bruno, "Which one, @ada?", in_reply_to=own)
        last = make_post(ada, "Rye", in_reply_to=under)
        alone = make_post(ada, "Alone")
        reposted = make_post(ada, "Look")
        for who, post in ((ada, theirs), (ada, under), (bruno, own), (carmen, last)):
            like(who, post)
            bookmark(who, post)
        for who, post in ((ada, theirs), (bruno, reposted), (carmen, own)):
            repost(who, post)
        for follower, followed in ((ada, bruno), (bruno, ada), (ada, carmen)):
            follow(follower, followed)
        block(carmen, ada)
        mute(ada, bruno)
        save_draft(ada, "typed", "What I wan")
        save_draft(bruno, "answer", "Well", in_reply_to_id=alone.id)
        values = {"owner_id": ada.id, "post_id": own.id, "state": "ready"}
        db.session.add(Picture(key="a-picture", **values))
        db.session.add(Picture(key="a-face", owner_id=ada.id, purpose="avatar", state="ready"))
        own = db.session.get_one(Post, own.id)
        own.pictures_count = 1
        db.session.commit()
    return theirs, own, under, last, alone


def refers(user_id):
    """Return where the database still names a user."""
    found = []
    for table in Base.metadata.sorted_tables:
        for column in table.columns:
            if column.name == "person_id" and table.name.startswith("moderation"):
                continue
            is_key = any(key.column.table.name == "user" for key in column.foreign_keys)
            if is_key and db.session.execute(db.select(table).where(column == user_id)).first():
                found.append(f"{table.name}.{column.name}")
    return found


def test_everything_goes_and_every_count_is_right(
    app, ada, bruno, busy, over, rows, check_counters
):
    with app.app_context():
        leave(db.session.get_one(User, ada.id))
    check_counters()
    over()
    with app.app_context():
        assert db.session.get(User, ada.id) is None
        assert refers(ada.id) == []
        bruno = db.session.get_one(User, bruno.id)
        assert (bruno.followers_count, bruno.following_count) == (0, 0)
        assert db.session.scalars(db.select(Notification)).all() == []
        pictures = db.session.scalars(db.select(Picture)).all()
        assert {(each.owner_id, each.post_id) for each in pictures} == {(None, None)}
        sweep()
        assert db.session.scalars(db.select(Picture)).all() == []
    check_counters()
    assert {row["body"] for row in rows("post", "body <> ''")} == {
        "What shall we bake? @ada",
        "Which one, @ada?",
    }
    assert [row["body"] for row in rows("draft")] == ["Well"]
    assert rows("person_fts", "rowid = :id", id=ada.id) == []
    for post in busy:
        found = rows("post_fts", "rowid = :id", id=post.id)
        assert bool(found) is (post.author_id == bruno.id)


def test_replies_of_others_keep_their_place(app, ada, busy, over, anonymous, travel):
    theirs, own, under, last, _alone = (post.id for post in busy)
    with app.app_context():
        leave(db.session.get_one(User, ada.id))
    over()
    travel.shift(timedelta(hours=1))
    with app.app_context():
        erase_deleted()
    page = anonymous.get(f"/posts/{under}")
    assert cards(page) == [own, under]
    one(page, f"#post_{own}", text=GONE)
    above = anonymous.get(f"/posts/{own}")
    assert cards(above) == [theirs, own, under]
    one(above, f"#post_{own}", text=GONE)
    absent(above, "main a[href='/@ada']", text="ada ")
    # The reply to a reply is gone, as nobody replied to it.
    assert anonymous.get(f"/posts/{last}").status_code == 404


def test_the_name_is_given_to_nobody_else(app, ada, leaves, over, anonymous, rows):
    over()
    anonymous.get("/register")
    typed = {"email": "new@example.org", "password": "rain on the new roof"}
    answer = anonymous.submit("main form", username="ADA", **typed)
    assert answer.status_code == 422
    one(answer, ".invalid-feedback", text="This name is taken.")
    with app.app_context(), pytest.raises(FormerNameError):
        register("Ada")
    assert "ada" not in {value for row in rows("former_username") for value in row.values()}
    answer = anonymous.submit("main form", to=answer, username="adam", **typed)
    assert answer.status_code == 303


def test_mails_say_what_happens(app, ada, leaves, over, rows):
    (mail,) = rows("outbox_mail")
    assert mail["kind"] == "leaving"
    until = f"{now() + STAY_WITHIN:%B %-d, %Y}"
    assert f"will be deleted for good on {until}. Until then you can log in" in mail["body"]
    assert "/login\n" in mail["body"]
    over()
    mails = rows("outbox_mail")
    assert [row["kind"] for row in mails] == ["account-deleted"]
    assert "with all that belonged to it" in mails[0]["body"]


def test_a_large_account_goes_in_short_transactions(
    app, ada, bruno, make_post, over, monkeypatch, rows, statements, check_counters
):
    monkeypatch.setattr("app.posts.erasing.BATCH", 2)
    monkeypatch.setattr("app.accounts.erasing.BATCH", 2)
    with app.app_context():
        for n in range(5):
            like(ada, make_post(bruno, f"Loaf {n}"))
            make_post(ada, f"Crumb {n}")
        leave(db.session.get_one(User, ada.id))
    over()
    assert len(rows("post")) == 5
    assert rows("like") == []
    check_counters()


def test_what_was_interrupted_is_gone_on_with(app, ada, make_post, over, monkeypatch, rows):
    make_post(ada, "Bread")
    with app.app_context():
        leave(db.session.get_one(User, ada.id))

    def fails(_user_id, **_more):
        raise InterruptedError

    with monkeypatch.context() as broken:
        broken.setattr("app.accounts.leaving.erase_rows_of", fails)
        with pytest.raises(InterruptedError):
            over()
    assert len(rows("user")) == 1
    with app.app_context():
        delete_those_who_left()
    assert rows("user") == []


def test_the_page_says_what_happens(client):
    page = client.get("/settings/delete")
    assert "Replies of others stay where they are." in parse(page).text()
    one(client.get("/settings/export"), "main a[href='/settings/delete']")


def test_two_administrators_who_leave_at_once_leave_one(app, ada, bruno, give_role, together, rows):
    for user in (ada, bruno):
        give_role(user, "administrator")

    def go(user):
        with app.app_context():
            try:
                leave(db.session.get_one(User, user.id))
            except LastAdministratorError:
                return False
            return True

    assert sorted(together(go, [ada, bruno])) == [False, True]
    assert sorted(row["state"] for row in rows("user")) == ["active", "leaving"]


def test_a_form_that_is_sent_twice_at_once_leaves_once(app, ada, together, rows):
    def go(id):
        with app.app_context():
            leave(db.session.get_one(User, id))

    together(go, [ada.id, ada.id])
    (departure,) = rows("departure")
    assert departure["state_before"] == "active"


def test_who_was_suspended_meanwhile_is_not_deleted(app, ada, over, rows):
    with app.app_context():
        user = db.session.get_one(User, ada.id)
        leave(user)
        user.set_state("suspended")
    over()
    assert rows("user")[0]["state"] == "suspended"
