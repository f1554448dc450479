"""The e-mail address is confirmed before an account writes, where the site wants it."""

import re
from datetime import timedelta

import pytest

from tests.client import Client
from tests.html import absent, messages, one

NEW = {"username": "newcomer", "email": "new@example.org", "password": "a long password"}


@pytest.fixture
def site(make_app, app, set_site):
    """Give an application that can send mail, and wants addresses to be confirmed."""
    set_site(confirms_email=True)
    return make_app(MAIL_SERVER="localhost")


@pytest.fixture
def newcomer(site):
    """Give the client of somebody who has just joined."""
    client = Client(site)
    client.get("/register")
    assert client.submit("main form", **NEW).status_code == 303
    return client


@pytest.fixture
def link(rows):
    """Give a function that returns the path of the link in the last mail."""

    def found():
        mail = rows("outbox_mail")[-1]
        return re.search(r"http://[^/]+(/confirm/\S+)", mail["body"])[1]

    return found


def test_who_has_not_confirmed_reads_and_does_not_write(newcomer, make_post, ada, rows):
    post = make_post(ada)
    assert newcomer.get("/").status_code == 200
    answer = newcomer.post("/posts", {"body": "Hello there"})
    assert answer.status_code == 403
    one(answer, "h1", text="Confirm your address first")
    assert "Hello there" in one(answer, "main textarea").text()
    for url in (f"/posts/{post.id}/reply", f"/posts/{post.id}/like", "/@ada/follow"):
        assert newcomer.post(url, {"body": "Hello"}).status_code == 403
        answer = newcomer.post(url, {"body": "Hello"}, htmx=True)
        assert "Confirm your address first" in messages(answer)[0]
    assert len(rows("post")) == 1
    assert rows("follow") == []
    assert newcomer.post("/logout").status_code == 303


@pytest.mark.parametrize("path", ["/posts/{post}/like", "/posts/{post}/repost", "/@ada/follow"])
def test_what_was_to_be_done_after_joining_waits_too(site, ada, make_post, rows, path):
    client, post = Client(site), make_post(ada)
    client.get(f"/register?then={path.format(post=post.id)}")
    answer = client.submit("main form", **NEW)
    assert answer.status_code < 400
    assert [*rows("like"), *rows("follow")] == []
    assert len(rows("post")) == 1


def test_the_link_in_the_mail_confirms_in_any_browser(newcomer, site, link, rows):
    assert rows("outbox_mail")[-1]["recipient"] == "new@example.org"
    stranger = Client(site)
    page = stranger.get(link())
    one(page, "h1", text="Confirm your address")
    assert rows("user")[0]["confirmed_at"] is None
    assert stranger.submit("main form").status_code == 303
    assert rows("user")[0]["confirmed_at"]
    assert newcomer.post("/posts", {"body": "Hello"}).status_code == 303
    assert stranger.get(link()).status_code == 200


def test_a_link_ends_and_a_forged_one_is_none(newcomer, site, link, travel):
    path = link()
    assert Client(site).get(path + "x").status_code == 404
    assert Client(site).get("/confirm/nonsense").status_code == 404
    travel.shift(timedelta(days=3, minutes=1))
    answer = Client(site).get(path)
    assert answer.status_code == 404
    one(answer, "h1", text="This link does not work")


def test_the_mail_is_sent_again(newcomer, link, rows):
    page = newcomer.get("/")
    again = one(page, ".confirm-notice button").attributes["formaction"]
    assert newcomer.post(again).status_code == 303
    assert len(rows("outbox_mail")) == 2


def test_another_address_is_confirmed_again(newcomer, site, link, rows):
    client = Client(site)
    client.get(link())
    client.submit("main form")
    newcomer.get("/settings/account")
    typed = {"email": "other@example.org", "current_password": NEW["password"]}
    assert newcomer.submit("main form.form", **typed).status_code == 303
    assert rows("user")[0]["confirmed_at"] is None
    assert rows("outbox_mail")[-1]["recipient"] == "other@example.org"
    assert newcomer.post("/posts", {"body": "Hello"}).status_code == 403


def test_without_a_mail_server_nobody_confirms(set_site, anonymous, rows):
    set_site(confirms_email=True)
    anonymous.get("/register")
    anonymous.submit("main form", **NEW)
    assert rows("user")[0]["confirmed_at"]
    assert rows("outbox_mail") == []
    assert anonymous.post("/posts", {"body": "Hello"}).status_code == 303


def test_accounts_from_before_count_as_confirmed(ada, site):
    client = Client(site)
    client.log_in("ada", "rain on the tin roof")
    assert client.post("/posts", {"body": "Hello"}).status_code == 303
    absent(client.get("/"), ".confirm-notice")
