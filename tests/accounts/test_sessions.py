"""Login sessions: the list, and their end."""

import time
from contextlib import closing
from datetime import UTC, datetime, timedelta

import pytest

from app.accounts.jobs import delete_ended_sessions
from app.accounts.models import User
from app.accounts.resets import reset_token
from app.data.database import db
from app.data.engines import BUSY_TIMEOUT
from app.data.write_lock import write_lock
from tests.client import Client
from tests.conftest import DATABASE, PASSWORD
from tests.html import absent, messages, one, select, text_of

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def is_accepted(app, cookies):
    return Client(app, cookies).is_signed_in


@pytest.fixture
def elsewhere(ada, signed_in):
    """Another client of Ada, logged in with "remember me"."""
    return signed_in(ada, remember=True)


def test_the_database_stores_a_hash_of_the_cookies_token(ada, elsewhere, rows):
    token = elsewhere.cookies()["remember"].split("|")[0]
    hashed = rows("login_session")[0]["token_hash"]
    assert len(token) > 40
    assert token not in hashed
    assert elsewhere.cookies()["session"] != hashed


def test_sessions_are_listed_with_browser_and_ip_address(ada, elsewhere, make_client):
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


@pytest.mark.parametrize(
    ("forwarded", "shown"),
    [
        ("192.0.2.7", "192.0.2.7"),
        ("192.0.2.7:5555", "192.0.2.7"),
        ("::ffff:192.0.2.7", "192.0.2.7"),
        ("2001:DB8:0:0::7", "2001:db8::7"),
        ("[2001:db8::7]:5555", "2001:db8::7"),
        ("192.0.2.1, fe80::7%eth0", "fe80::7"),
        ("unknown", ""),
    ],
)
def test_an_ip_address_is_kept_in_one_form(app, ada, make_app, rows, forwarded, shown):
    client = Client(make_app({"TRUSTED_PROXIES": "1"}))
    client.get("/login")
    fields = {"login": "ada", "password": PASSWORD}
    client.post("/login", fields, headers={"X-Forwarded-For": forwarded})
    assert rows("login_session")[-1]["address"] == shown


def test_a_revoked_session_ends_with_the_next_request(app, ada, elsewhere, signed_in):
    saved = elsewhere.cookies()
    client = signed_in(ada)
    client.get("/settings/sessions")
    answer = client.press(".sessions button")
    assert messages(client.follow(answer)) == ["That browser is logged out."]
    assert not is_accepted(app, saved)
    assert client.is_signed_in


def test_cookies_copied_before_logging_out_are_invalid(app, elsewhere):
    saved = elsewhere.cookies()
    assert is_accepted(app, saved)
    elsewhere.post("/logout")
    assert not is_accepted(app, saved)
    assert not is_accepted(app, {"remember": saved["remember"]})


def test_pages_know_a_remembered_browser_by_its_new_session_cookie(app, elsewhere):
    browser = Client(app, {"remember": elsewhere.cookies()["remember"]})
    assert "blob:" in browser.get("/").headers["Content-Security-Policy"]
    elsewhere.post("/logout")
    assert browser.get("/", htmx=True).status_code == 401


def test_logging_out_keeps_other_sessions(ada, elsewhere, signed_in):
    signed_in(ada).post("/logout")
    assert elsewhere.is_signed_in


def change_account(client, **typed):
    client.get("/settings/account")
    return client.submit("main form", **{"current_password": PASSWORD} | typed)


@pytest.mark.parametrize("change", [{"password": "another roof"}, {"email": "ada@example.net"}])
def test_changing_password_or_email_ends_the_other_sessions(app, ada, elsewhere, signed_in, change):
    client = signed_in(ada)
    saved = elsewhere.cookies()
    answer = change_account(client, **change)
    assert messages(client.follow(answer)) == ["Your account is saved."]
    assert client.is_signed_in
    assert not is_accepted(app, saved)
    assert not is_accepted(app, {"remember": saved["remember"]})


def test_a_reset_ends_every_session(app, ada, elsewhere, anonymous):
    saved = elsewhere.cookies()
    with app.app_context():
        token = reset_token(ada)
    anonymous.get(f"/reset-password/{token}")
    anonymous.submit("main form", password="another roof")
    assert not is_accepted(app, saved)
    assert anonymous.log_in("ada", "another roof").status_code == 303


def test_an_unused_session_expires(ada, elsewhere, signed_in, travel):
    client = signed_in(ada)
    travel.shift(timedelta(days=29))
    assert client.is_signed_in
    travel.shift(timedelta(days=31))
    assert not client.is_signed_in
    assert elsewhere.is_signed_in
    travel.shift(timedelta(days=366))
    assert not elsewhere.is_signed_in


def test_the_sweep_deletes_expired_sessions(app, ada, elsewhere, signed_in, travel, rows):
    signed_in(ada)
    travel.shift(timedelta(days=31))
    with app.app_context():
        delete_ended_sessions()
    assert [row["remembered"] for row in rows("login_session")] == [True]
    travel.shift(timedelta(days=366))
    with app.app_context():
        delete_ended_sessions()
    assert rows("login_session") == []


def test_last_seen_is_written_at_most_once_in_five_minutes(app, ada, signed_in, travel, statements):
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


def test_a_forged_cookie_is_anonymous(app, ada, elsewhere):
    saved = elsewhere.cookies()
    token, _, signature = saved["remember"].partition("|")
    for forged in (f"{token}|{'0' * len(signature)}", f"{ada.id}|{signature}", token, "|", "é"):
        assert not is_accepted(app, {"remember": forged})
    assert not is_accepted(app, {"session": saved["session"][:-2]})


@pytest.mark.parametrize("remember", [False, True])
@pytest.mark.parametrize("change", [{"password": "another roof"}, {"email": "ada@example.net"}])
def test_a_cookie_copied_before_a_change_is_invalid(app, ada, signed_in, rows, change, remember):
    client = signed_in(ada, remember=remember)
    copied = client.cookies()
    change_account(client, **change)
    assert client.is_signed_in
    assert ("remember" in client.cookies()) is remember
    assert not is_accepted(app, copied)
    if remember:
        assert not is_accepted(app, {"remember": copied["remember"]})
        assert is_accepted(app, {"remember": client.cookies()["remember"]})
    assert [row["remembered"] for row in rows("login_session")] == [remember]


def test_a_refused_change_keeps_every_session(ada, elsewhere, signed_in):
    client = signed_in(ada)
    answer = change_account(client, password="another roof", current_password="wrong")
    assert answer.status_code == 422
    assert client.is_signed_in
    assert elsewhere.is_signed_in


@pytest.mark.skipif(DATABASE != "sqlite", reason="PostgreSQL has many writers.")
def test_a_page_does_not_wait_for_a_writer(app, ada, signed_in, travel, statements):
    client = signed_in(ada)
    travel.shift(timedelta(minutes=6))
    with app.app_context():
        engine = db.engine
    with write_lock(engine), statements() as sent:
        assert client.get("/").status_code == 200
    assert not any(statement.startswith("UPDATE") for statement in sent)
    with statements() as sent:
        client.get("/")
    assert any(statement.startswith("UPDATE") for statement in sent)


@pytest.mark.skipif(DATABASE != "sqlite", reason="PostgreSQL has many writers.")
def test_a_page_does_not_wait_for_a_writer_of_another_program(app, ada, signed_in, travel):
    client = signed_in(ada)
    travel.shift(timedelta(minutes=6))
    with app.app_context(), closing(db.engine.raw_connection()) as other:
        other.driver_connection.execute("BEGIN IMMEDIATE")
        start = time.monotonic()
        assert client.get("/").status_code == 200
        assert time.monotonic() - start < BUSY_TIMEOUT / 2
        other.rollback()


@pytest.mark.parametrize("page", ["sessions", "export", "pictures"])
def test_what_the_settings_show_is_in_cards(ada, signed_in, page):
    answer = signed_in(ada).get(f"/settings/{page}")
    select(answer, "main > .panel")
    absent(answer, "main > :is(h2, p:not(.empty), ul, form)")
