"""Whose page it is: another tab signs out, or in again, or in to another account."""

import pytest

from app.data.database import db, writing
from app.posts.models import Post
from tests.client import Client
from tests.conftest import PASSWORD
from tests.html import absent, attributes, cards, messages, one, parse, text_of

BIO = "Tea & <cake>\n😀 two lines"


@pytest.fixture
def other_tab(ada, signed_in):
    """Ada's browser; ``page`` of the client is her profile form."""
    client = signed_in(ada)
    client.get("/settings/profile")
    return client


@pytest.fixture
def end_sessions(app, ada):
    """Give a function that ends Ada's login sessions, as from another browser."""

    def end():
        with app.app_context(), writing():
            ada.end_sessions()

    return end


def log_in_again(client, login):
    """Log out and in, in another tab: the page of the client stays what it was."""
    page = client.page
    client.post("/logout")
    assert client.log_in(login, PASSWORD).status_code == 303
    client.page = page


def own_fields(client, path):
    """Return the hidden fields of a form on the page of the client."""
    form = one(client.page, f"form[action='{path}']")
    fields = form.css("input[type=hidden]")
    return {field.attributes["name"]: field.attributes["value"] for field in fields}


def send(client, path, fields, **how):
    """Send fields as they are."""
    return client.post(path, fields, token=None, **how)


# Without JavaScript


def test_a_form_of_the_same_account_is_sent_again_after_logging_in_again(other_tab, rows):
    log_in_again(other_tab, "ada")
    answer = other_tab.submit("main form", about_me=BIO)
    assert answer.status_code == 400
    assert other_tab.submit("main form", to=answer).status_code == 303
    assert rows("user")[0]["about_me"] == BIO


def test_a_form_of_another_account_is_shown_and_cannot_be_sent(other_tab, bruno, rows):
    log_in_again(other_tab, "bruno")
    answer = other_tab.submit("main form", about_me=BIO)
    assert answer.status_code == 409
    one(answer, "h1", text="You are @bruno now")
    assert BIO in [field.text().strip() for field in parse(answer).css("textarea[readonly]")]
    absent(answer, "main form, main [name]")
    assert [row["about_me"] for row in rows("user")] == ["", ""]


def test_the_form_works_once_its_account_is_signed_in_again(other_tab, bruno, rows):
    log_in_again(other_tab, "bruno")
    assert other_tab.submit("main form", about_me=BIO).status_code == 409
    log_in_again(other_tab, "ada")
    answer = other_tab.submit("main form", about_me=BIO)
    assert other_tab.submit("main form", to=answer).status_code == 303
    assert {row["username"]: row["about_me"] for row in rows("user")} == {"ada": BIO, "bruno": ""}


def test_a_form_without_its_account_is_decided_by_the_token(ada, signed_in, rows):
    client = signed_in(ada)
    assert client.post("/posts", {"body": "Tea"}).status_code == 303
    assert client.post("/posts", {"body": "Tea 2"}, token="expired").status_code == 400
    assert len(rows("post")) == 1


@pytest.mark.parametrize("account", ["", "0", "x", "1", "\x00", "9" * 400, "٣"])
def test_a_strange_account_is_another_account(ada, signed_in, rows, account):
    answer = signed_in(ada).post("/posts", {"body": "Tea", "account": account})
    assert answer.status_code == 409
    assert rows("post") == []


# With htmx


def test_a_stale_token_of_the_same_account_is_renewed(ada, signed_in, rows):
    client = signed_in(ada)
    client.get("/")
    fields = own_fields(client, "/posts") | {"body": "Tea"}
    log_in_again(client, "ada")
    how = {"htmx": True, "headers": {"Account": str(ada.id)}}
    answer = send(client, "/posts", fields, **how)
    assert answer.status_code == 400
    fields["csrf_token"] = answer.headers["X-CSRFToken"]
    assert cards(send(client, "/posts", fields, **how))
    assert len(rows("post")) == 1


def test_another_account_gets_no_token(ada, bruno, signed_in, rows):
    client = signed_in(ada)
    client.get("/")
    fields = own_fields(client, "/posts") | {"body": "Tea"}
    log_in_again(client, "bruno")
    for path in ("/posts", "/drafts"):
        answer = send(client, path, fields, htmx=True, headers={"Account": str(ada.id)})
        assert answer.status_code == 409
        assert "X-CSRFToken" not in answer.headers
        assert "What you typed is still here" in messages(answer)[0]
    del fields["account"]
    answer = send(client, "/posts", fields, htmx=True)
    assert answer.status_code == 400
    assert "X-CSRFToken" not in answer.headers
    assert rows("post") == rows("draft") == []


def test_another_account_does_not_mark_the_home_page_as_public(ada, bruno, signed_in):
    client = signed_in(ada)
    for path in ("/?since=0", "/?before=9", "/notifications?counted=9"):
        answer = client.get(path, htmx=True, headers={"Account": str(bruno.id)})
        assert (answer.status_code, answer.headers["Cache-Control"]) == (409, "private, no-store")
        assert "Account" in answer.vary


def test_a_page_of_a_signed_in_viewer_is_not_served_from_the_anonymous_cache(
    make_app, ada, make_post
):
    make_post(ada)
    cached = make_app(ANONYMOUS_CACHE_SECONDS=100)
    scroll = {"htmx": True, "headers": {}}
    assert Client(cached).get("/?before=9", **scroll).status_code == 200
    for account, status in (("0", 200), (str(ada.id), 401), ("0", 200)):
        scroll["headers"] = {"Account": account}
        assert Client(cached).get("/?before=9", **scroll).status_code == status


# Signed out


def test_what_was_typed_into_the_profile_survives_a_lost_session(other_tab, end_sessions, rows):
    end_sessions()
    answer = other_tab.submit("main form", about_me=BIO, display_name="Ada L.")
    assert answer.status_code == 401
    assert messages(answer) == ["Log in to go on. What you typed is kept."]
    answer = other_tab.submit("main form", login="ada", password=PASSWORD)
    one(answer, "h1", text="You are logged in")
    assert one(answer, "main textarea").text().strip() == BIO
    assert other_tab.submit("main form", to=answer).status_code == 303
    user = rows("user")[0]
    assert (user["about_me"], user["display_name"]) == (BIO, "Ada L.")


def test_a_wrong_password_loses_nothing(other_tab, end_sessions):
    end_sessions()
    other_tab.submit("main form", about_me=BIO)
    assert other_tab.submit("main form", login="ada", password="wrong").status_code == 422
    for n in range(9):
        other_tab.submit("main form", login="ada", password=f"wrong {n}")
    answer = other_tab.submit("main form", login="ada", password="wrong")
    assert answer.status_code == 429
    assert BIO in [field.text().strip() for field in parse(answer).css("textarea[readonly]")]


def test_what_was_typed_is_not_given_to_somebody_else_who_logs_in(
    other_tab, bruno, end_sessions, rows
):
    end_sessions()
    other_tab.submit("main form", about_me=BIO)
    answer = other_tab.submit("main form", login="bruno", password=PASSWORD)
    assert answer.status_code == 409
    one(answer, "h1", text="You are @bruno now")
    absent(answer, "main form, main [name]")
    assert [row["about_me"] for row in rows("user")] == ["", ""]
    assert other_tab.is_signed_in


def test_a_post_is_not_kept_as_a_draft_of_somebody_else(ada, bruno, signed_in, end_sessions, rows):
    client = signed_in(ada)
    client.get("/")
    end_sessions()
    client.submit("#composer", body="Mine")
    assert client.submit("main form", login="bruno", password=PASSWORD).status_code == 409
    assert rows("draft") == []


def test_a_post_is_a_draft_after_logging_in(ada, signed_in, end_sessions, rows):
    client = signed_in(ada)
    client.get("/")
    end_sessions()
    client.submit("#composer", body="Mine")
    answer = client.submit("main form", login="ada", password=PASSWORD)
    page = client.follow(answer)
    assert one(page, "#composer_body").text().strip() == "Mine"
    client.submit("#composer")
    assert rows("draft") == []
    assert [row["body"] for row in rows("post")] == ["Mine"]


@pytest.mark.parametrize("path", ["/posts/{id}/reply", "/posts/{id}/edit"])
def test_a_reply_and_an_edit_go_on_where_they_were(
    app, ada, signed_in, make_post, end_sessions, rows, path
):
    post = make_post(ada, "Was")
    client = signed_in(ada)
    path = path.format(id=post.id)
    client.get(path)
    end_sessions()
    client.submit("form.composer", body="Is")
    page = client.follow(client.submit("main form", login="ada", password=PASSWORD))
    assert one(page, "form.composer").attributes["action"] == path
    assert one(page, "form.composer textarea").text().strip() == "Is"


def test_a_reply_to_a_post_that_is_gone_is_kept_too(
    app, ada, bruno, signed_in, make_post, end_sessions
):
    post = make_post(bruno)
    client = signed_in(ada)
    client.get(f"/posts/{post.id}/reply")
    end_sessions()
    with app.app_context():
        db.session.get(Post, post.id).delete()
    client.submit("form.composer", body="Why?")
    page = client.follow(client.submit("main form", login="ada", password=PASSWORD))
    page = client.follow(page)
    assert one(page, "form.composer textarea").text().strip() == "Why?"


def test_logged_in_meanwhile_the_log_in_form_goes_on_with_what_it_carries(
    other_tab, end_sessions, rows
):
    end_sessions()
    carrying = other_tab.submit("main form", about_me=BIO)
    other_tab.log_in("ada", PASSWORD)
    # The token of the log-in form has expired; that of the page after it is right.
    answer = other_tab.submit("main form", to=carrying, login="ada", password=PASSWORD)
    assert answer.status_code == 400
    assert other_tab.submit("main form", to=answer).status_code == 303
    assert rows("user")[0]["about_me"] == BIO


def test_a_long_text_is_in_the_log_in_form_and_not_in_its_url(anonymous):
    answer = anonymous.post("/posts", {"body": "😀" * 500})
    assert "Location" not in answer.headers
    form = one(answer, "main form")
    assert len(form.attributes["action"]) < 100
    assert "😀" * 500 in attributes(answer, "main form [type=hidden]", "value")


def test_passwords_are_never_carried_along(ada, signed_in, end_sessions):
    client = signed_in(ada)
    client.get("/settings/account")
    end_sessions()
    secret = "a secret password"
    typed = {"password": secret, "current_password": secret, "email": "new@example.org"}
    answer = client.submit("main form", **typed)
    assert answer.status_code == 401
    assert secret not in answer.text
    answer = client.submit("main form", login="ada", password=PASSWORD)
    assert attributes(answer, "main [name=email]", "value") == ["new@example.org"]
    assert secret not in answer.text
    assert PASSWORD not in answer.text


def test_only_fields_that_a_form_of_ours_has_are_carried_along(anonymous):
    fields = {"body": "Tea", "is_admin": "sentinel", "x" * 99: "sentinel", "sent-x": "sentinel"}
    for token in ("from a page", "expired"):
        anonymous.get("/login")
        answer = anonymous.post("/posts", fields, token=token)
        assert answer.status_code == (400 if token == "expired" else 401)
        assert "sentinel" not in answer.text


@pytest.mark.parametrize("to", ["//evil.example", "https://evil.example/", "javascript:x", ""])
def test_a_carried_form_leads_to_our_own_pages_only(ada, anonymous, to):
    anonymous.get("/login")
    fields = {"login": "ada", "password": PASSWORD, "sent_to": to, "sent-about_me": BIO}
    answer = anonymous.post("/login", fields)
    assert (answer.status_code, answer.location) == (303, "/")


def test_after_a_button_one_comes_back_to_its_page(ada, signed_in, end_sessions):
    client = signed_in(ada)
    client.get("/search?q=a%26b")
    end_sessions()
    answer = client.post("/posts/1/like")
    client.follow(answer)
    answer = client.submit("main form", login="ada", password=PASSWORD)
    assert answer.location == "/search?q=a%26b"


def test_the_message_of_a_lost_session_names_the_way_to_log_in(other_tab, end_sessions):
    end_sessions()
    answer = other_tab.get("/?before=9", htmx=True)
    assert answer.status_code == 401
    assert "log in, in another tab" in text_of(one(answer, ".message"))
