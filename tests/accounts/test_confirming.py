"""The e-mail address is confirmed before an account writes, where the site wants it."""

import re
from datetime import timedelta

import pytest

from app.accounts.access import is_before_confirming
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


# What takes forms of who has yet to confirm: what nobody else sees.
BEFORE = {
    "accounts.choose_language",
    "accounts.confirm",
    "accounts.edit_account",
    "accounts.forgot_password",
    "accounts.leave_site",
    "accounts.login",
    "accounts.logout",
    "accounts.register",
    "accounts.reset_password",
    "accounts.revoke_session",
    "accounts.send_confirmation_again",
    "accounts.stay_on_site",
    # With it an administrator turns the confirmation off where no mail leaves.
    "administration.edit_site",
    "administration.dismiss_announcement",
    "administration.send_mail_again",
    "exports.show",
    "exports.show_by_link",
    "moderation.appeal_signed_out",
    "posts.discard",
    "posts.save",
}


def test_every_form_but_a_few_waits_for_the_address_to_be_confirmed(newcomer, site):
    values = {"key": "x", "name": "ada", "token": "x", "wanted": "on", "username": "ada", "id": 7}
    refused = set()
    posted = [rule for rule in site.url_map.iter_rules() if "POST" in rule.methods]
    # Some of these sign out.
    for rule in sorted(posted, key=lambda rule: rule.endpoint in BEFORE):
        if rule.endpoint not in BEFORE:
            url = re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda part: str(values[part[1]]), rule.rule)
            assert newcomer.post(url).status_code == 403, url
            refused.add(rule.endpoint)
    assert refused == {rule.endpoint for rule in posted} - BEFORE
    views = {rule.endpoint: site.view_functions[rule.endpoint] for rule in posted}
    assert {endpoint for endpoint, view in views.items() if is_before_confirming(view)} == BEFORE


def test_nothing_that_others_see_is_written_before(newcomer, rows, set_site):
    set_site(members_invite=True)
    for url in ("/welcome", "/settings/profile"):
        newcomer.get("/")
        typed = {"display_name": "Cheap quaggas", "about_me": "Buy them"}
        answer = newcomer.post(url, typed)
        assert answer.status_code == 403
        assert "Buy them" in one(answer, "main").text()
    assert newcomer.post("/settings/invitations", {"most_uses": 1}).status_code == 403
    assert (rows("user")[0]["display_name"], rows("invitation")) == ("", [])


@pytest.mark.parametrize("step", ["/welcome", "/welcome/people", "/welcome/hello"])
def test_the_first_steps_wait_and_say_where_the_mail_went(newcomer, link, step):
    page = newcomer.get(f"{step}?next=/@ada")
    one(page, "h1", text="A mail is on its way to you")
    assert "new@example.org" in one(page, "main h1 + p").text()
    again = one(page, ".confirm-notice button").attributes["formaction"]
    assert newcomer.follow(newcomer.post(again)).request.path == step
    assert one(page, ".steps-next a").attributes["href"] == f"{step}?next=/@ada"
    newcomer.get(link())
    newcomer.submit("main form")
    absent(newcomer.get(step), ".confirm-notice")


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
    other_browser = Client(site)
    page = other_browser.get(link())
    one(page, "h1", text="Confirm your address")
    assert rows("user")[0]["confirmed_at"] is None
    assert other_browser.submit("main form").status_code == 303
    assert rows("user")[0]["confirmed_at"]
    assert newcomer.post("/posts", {"body": "Hello"}).status_code == 303
    assert other_browser.get(link()).status_code == 200


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
