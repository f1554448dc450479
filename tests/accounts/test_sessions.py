"""Where a person is signed in, and that a session that has ended stays ended."""

from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.jobs import delete_ended_sessions
from app.accounts.models import User
from app.accounts.tokens import reset_token
from app.data.database import db
from tests.client import Client
from tests.conftest import PASSWORD
from tests.html import messages, one, select, text_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def is_accepted(app, cookies):
    return Client(app, cookies).is_signed_in


@pytest.fixture
def elsewhere(ada, signed_in):
    """Ada's other browser, which remembers her."""
    return signed_in(ada, remember=True)


def test_the_cookie_carries_a_token_that_the_database_does_not_hold(ada, elsewhere, rows):
    token = elsewhere.cookies()["remember"].split("|")[0]
    hashed = rows("login_session")[0]["token_hash"]
    assert len(token) > 40
    assert token not in hashed
    assert elsewhere.cookies()["session"] != hashed


def test_sessions_are_listed_with_what_tells_them_apart(ada, elsewhere, make_client):
    client = make_client()
    client.http.environ_base["REMOTE_ADDR"] = "192.0.2.7"
    client.http.environ_base["HTTP_USER_AGENT"] = FIREFOX
    client.log_in("ada", PASSWORD)
    page = client.get("/settings/sessions")
    select(page, ".sessions li", count=2)
    here = one(page, ".sessions li", text="This browser")
    assert "Firefox" in text_of(here)
    assert "192.0.2.7" in text_of(here)
    assert not here.css("button")


def test_a_revoked_session_is_over_from_the_next_request(app, ada, elsewhere, signed_in):
    saved = elsewhere.cookies()
    client = signed_in(ada)
    client.get("/settings/sessions")
    answer = client.press(".sessions button")
    assert messages(client.follow(answer)) == ["That browser is signed out."]
    assert not is_accepted(app, saved)
    assert client.is_signed_in


def test_cookies_copied_before_logging_out_are_worth_nothing(app, elsewhere):
    saved = elsewhere.cookies()
    assert is_accepted(app, saved)
    elsewhere.post("/logout")
    assert not is_accepted(app, saved)
    assert not is_accepted(app, {"remember": saved["remember"]})


def test_logging_out_leaves_the_other_browsers_be(ada, elsewhere, signed_in):
    signed_in(ada).post("/logout")
    assert elsewhere.is_signed_in


def change_account(client, **typed):
    client.get("/settings/account")
    return client.submit("main form", **{"current_password": PASSWORD} | typed)


@pytest.mark.parametrize("change", [{"password": "another roof"}, {"email": "ada@example.net"}])
def test_changing_password_or_address_ends_the_other_sessions(
    app, ada, elsewhere, signed_in, change
):
    client = signed_in(ada)
    saved = elsewhere.cookies()
    answer = change_account(client, **change)
    assert messages(client.follow(answer)) == ["Your account is saved."]
    assert client.is_signed_in
    assert not is_accepted(app, saved)
    assert not is_accepted(app, {"remember": saved["remember"]})


def test_a_reset_ends_every_session(app, ada, elsewhere, stranger):
    saved = elsewhere.cookies()
    with app.app_context():
        token = reset_token(ada)
    stranger.get(f"/reset-password/{token}")
    stranger.submit("main form", password="another roof")
    assert not is_accepted(app, saved)
    assert stranger.log_in("ada", "another roof").status_code == 303


def test_a_session_ends_when_it_is_left_unused(ada, elsewhere, signed_in, travel):
    client = signed_in(ada)
    travel.shift(timedelta(days=29))
    assert client.is_signed_in
    travel.shift(timedelta(days=31))
    assert not client.is_signed_in
    assert elsewhere.is_signed_in
    travel.shift(timedelta(days=366))
    assert not elsewhere.is_signed_in


def test_the_sweep_forgets_sessions_that_ended(app, ada, elsewhere, signed_in, travel, rows):
    signed_in(ada)
    travel.shift(timedelta(days=31))
    with app.app_context():
        delete_ended_sessions()
    assert [row["remembered"] for row in rows("login_session")] == [True]
    travel.shift(timedelta(days=366))
    with app.app_context():
        delete_ended_sessions()
    assert rows("login_session") == []


def test_last_seen_moves_at_most_once_in_five_minutes(app, ada, signed_in, travel, statements):
    def last_seen():
        with app.app_context():
            user = db.session.get(User, ada.id)
            return user.last_seen_at

    client = signed_in(ada)
    first = last_seen()
    travel.shift(timedelta(minutes=4))
    client.get("/")
    assert last_seen() == first
    travel.shift(timedelta(minutes=2))
    client.get("/")
    assert last_seen() == datetime.now(UTC)
    with statements() as sent:
        client.get("/")
    assert not any(statement.startswith("UPDATE") for statement in sent)


def test_a_forged_cookie_is_nobodys(app, ada, elsewhere):
    saved = elsewhere.cookies()
    token, _, signature = saved["remember"].partition("|")
    for forged in (f"{token}|{'0' * len(signature)}", f"{ada.id}|{signature}", token, "|", "é"):
        assert not is_accepted(app, {"remember": forged})
    assert not is_accepted(app, {"session": saved["session"][:-2]})
