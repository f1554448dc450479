"""Resetting a password: the mail, its link and the new password."""

import re
from datetime import UTC, datetime, timedelta

import jwt
import pytest

from app.accounts.models import User
from app.accounts.resets import reset_token
from app.data.database import db
from app.mail.jobs import deliver_due
from tests.client import Client
from tests.conftest import PASSWORD
from tests.html import attributes, messages, one

NEW = "another roof"
NO_LONGER = ["This link no longer works. Ask for a new one."]


@pytest.fixture
def token(app, ada):
    """The token of the mail's link."""
    with app.app_context():
        return reset_token(ada)


def ask(client, email):
    client.get("/reset-password")
    return client.submit("main form", email=email)


def set_password(client, token, password=NEW):
    client.get(f"/reset-password/{token}")
    return client.post(f"/reset-password/{token}", {"password": password})


def test_the_link_in_the_mail_sets_a_new_password(app, ada, anonymous, rows):
    answer = ask(anonymous, "ADA@example.org")
    page = anonymous.follow(answer)
    one(page, "main p", text="If there is an account with this address, a link is on its way")
    assert attributes(page, "main a", "href") == ["/login", "/reset-password"]
    assert messages(page) == []
    mail = rows("outbox_mail")[0]
    assert mail["recipient"] == "ada@example.org"
    url = re.search(r"http://127\.0\.0\.1:8000(/reset-password/\S+)", mail["body"])[1]
    anonymous.get(url)
    answer = anonymous.submit("main form", password=NEW)
    assert messages(anonymous.follow(answer)) == ["Your password is set. Log in with it."]
    assert anonymous.log_in("ada", PASSWORD).status_code == 422
    assert anonymous.log_in("ada", NEW).status_code == 303


def test_the_mail_is_in_the_users_language(app, ada, anonymous, rows):
    with app.app_context():
        db.session.get(User, ada.id).choose_language("es")
    ask(anonymous, "ada@example.org")
    body = rows("outbox_mail")[0]["body"]
    assert "ada" in body
    assert "Hello" not in body


def test_a_name_in_a_mail_is_not_escaped(app, ada, anonymous, rows):
    with app.app_context():
        db.session.get(User, ada.id).edit_profile(display_name="O'Brien <3", about_me="")
    ask(anonymous, "ada@example.org")
    assert "Hello O'Brien <3," in rows("outbox_mail")[0]["body"]


def test_an_unknown_email_gets_the_same_answer_and_no_mail(ada, make_client, rows):
    known, unknown = (ask(make_client(), f"{name}@example.org") for name in ("ada", "eve"))
    assert known.status_code == unknown.status_code == 303
    assert known.location == unknown.location
    assert set(dict(known.headers)) == set(dict(unknown.headers))
    assert [mail["recipient"] for mail in rows("outbox_mail")] == ["ada@example.org"]


def test_an_invalid_email_is_refused(anonymous):
    answer = ask(anonymous, "nonsense")
    assert answer.status_code == 422
    assert one(answer, "[name=email]").attributes["value"] == "nonsense"


def test_a_forged_host_is_not_used_in_a_mail(ada, anonymous, rows):
    for host in ("evil.example", "localhost.evil.example", "127.0.0.1.evil.example"):
        answer = anonymous.http.post("/reset-password", headers={"Host": host})
        assert answer.status_code == 400
    answer = anonymous.get("/", headers={"X-Forwarded-Host": "evil.example"})
    assert "evil.example" not in answer.text
    ask(anonymous, "ada@example.org")
    assert "evil.example" not in rows("outbox_mail")[0]["body"]


def test_a_link_works_once(token, anonymous, make_client):
    assert set_password(anonymous, token).location == "/login"
    answer = set_password(make_client(), token, "yet another roof")
    assert answer.location == "/reset-password"
    page = anonymous.get(f"/reset-password/{token}")
    assert page.status_code == 303
    assert messages(anonymous.follow(page))[-1:] == NO_LONGER
    assert anonymous.log_in("ada", NEW).status_code == 303


def test_of_concurrent_uses_of_a_link_one_succeeds(token, make_client, together):
    clients = [make_client() for _ in range(20)]
    for client in clients:
        client.get(f"/reset-password/{token}")

    def use(n):
        path = f"/reset-password/{token}"
        return clients[n].post(path, {"password": f"roof number {n}"}).location

    went = together(use, range(20))
    assert went.count("/login") == 1
    assert went.count("/reset-password") == 19
    assert make_client().log_in("ada", f"roof number {went.index('/login')}").status_code == 303


@pytest.fixture
def links(rows):
    """Give a function that returns the links of all mails, the oldest first."""
    return lambda: [
        re.search(r"/reset-password/\S+", mail["body"])[0] for mail in rows("outbox_mail")
    ]


def test_asking_again_sends_the_same_link(ada, anonymous, links, travel):
    ask(anonymous, "ada@example.org")
    travel.shift(timedelta(minutes=50))
    ask(anonymous, "ada@example.org")
    first, second = links()
    assert first == second
    # An hour counts from the last mail with it.
    travel.shift(timedelta(minutes=59))
    assert anonymous.get(first).status_code == 200
    travel.shift(timedelta(minutes=1))
    assert anonymous.get(first).status_code == 303


def test_an_hour_later_the_link_is_another_one(ada, anonymous, links, travel):
    for _ in range(4):
        ask(anonymous, "ada@example.org")
        travel.shift(timedelta(minutes=40))
    old, current = links()[0], links()[-1]
    assert old != current
    assert anonymous.get(old).status_code == 303
    assert anonymous.get(current).status_code == 200


def test_the_hour_counts_from_sending(ada, make_app, anonymous, links, travel):
    """A mail server that is away for two hours."""
    away = make_app({"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": "1"}, MAIL_SUPPRESS_SEND=False)
    ask(Client(away), "ada@example.org")
    travel.shift(timedelta(hours=2))
    assert anonymous.get(links()[0]).status_code == 303
    with anonymous.app.app_context():
        deliver_due()
    travel.shift(timedelta(minutes=59))
    assert anonymous.get(links()[0]).status_code == 200


def test_somebody_else_cannot_use_up_the_mails_of_an_account(
    ada, make_client, signed_in, rows, travel
):
    known = signed_in(ada)
    known.post("/logout")
    unknown = make_client()
    for _ in range(5):
        ask(unknown, "ada@example.org")
    assert len(rows("outbox_mail")) == 3
    for _ in range(5):
        ask(known, "ada@example.org")
    assert len(rows("outbox_mail")) == 6
    travel.shift(timedelta(minutes=61))
    ask(unknown, "ada@example.org")
    assert len(rows("outbox_mail")) == 7


def test_a_browser_known_to_somebody_else_has_no_mails_of_its_own(ada, bruno, signed_in, rows):
    known = signed_in(bruno)
    known.post("/logout")
    for _ in range(5):
        ask(known, "ada@example.org")
    assert len(rows("outbox_mail")) == 3


def test_at_any_rate_an_address_gets_three_mails_an_hour(ada, make_app, rows, travel):
    """Those that waited for a mail server count when they are sent."""
    away = make_app({"MAIL_SERVER": "127.0.0.1", "MAIL_PORT": "1"}, MAIL_SUPPRESS_SEND=False)
    for _ in range(3):
        for _ in range(5):
            ask(Client(away), "ada@example.org")
        travel.shift(timedelta(hours=1, minutes=1))
    assert len(rows("outbox_mail")) == 9
    travel.shift(timedelta(hours=6))
    with make_app({"MAIL_SERVER": "127.0.0.1"}).app_context():
        deliver_due()
    assert len([mail for mail in rows("outbox_mail") if mail["sent_at"]]) == 3


def test_of_concurrent_requests_three_send_a_mail(ada, make_client, together, rows):
    clients = [make_client() for _ in range(8)]
    for client in clients:
        client.get("/reset-password")
    typed = {"email": "ada@example.org"}
    together(lambda n: clients[n].post("/reset-password", typed), range(8))
    assert [mail["attempts"] for mail in rows("outbox_mail")] == [1, 1, 1]
    assert all(mail["body"] for mail in rows("outbox_mail"))


def test_the_request_does_the_same_for_a_known_and_an_unknown_address(
    ada, make_app, make_client, monkeypatch, statements
):
    monkeypatch.setattr(make_client().app.extensions["jobs"].open(), "immediate", False)
    sent = []
    for address in ("ada@example.org", "nobody@example.org", "ada@example.org"):
        client = make_client()
        client.get("/reset-password")
        with statements() as texts:
            assert client.submit("main form", email=address).status_code == 303
        sent.append(texts)
    assert sent[0] == sent[1] == sent[2]
    assert not any('"user"' in statement or "user." in statement for statement in sent[0])


def test_nothing_is_kept_of_an_unknown_address(ada, anonymous, rows):
    ask(anonymous, "nobody@example.org")
    assert rows("outbox_mail") == []


def test_a_link_works_for_an_hour(ada, token, anonymous, travel):
    travel.shift(timedelta(minutes=59, seconds=59))
    assert anonymous.get(f"/reset-password/{token}").status_code == 200
    travel.shift(timedelta(seconds=1))
    assert anonymous.get(f"/reset-password/{token}").status_code == 303
    assert set_password(anonymous, token).location == "/reset-password"
    assert anonymous.log_in("ada", PASSWORD).status_code == 303


def test_a_link_is_invalid_once_the_password_was_changed(app, ada, token, anonymous):
    with app.app_context():
        db.session.get(User, ada.id).change_credentials(password=NEW)
    assert set_password(anonymous, token, "yet another roof").location == "/reset-password"


def test_a_refused_password_leaves_the_link_valid(token, anonymous):
    answer = set_password(anonymous, token, "short")
    assert answer.status_code == 422
    one(answer, ".invalid-feedback", text="Between 8 and 128")
    assert set_password(anonymous, token).location == "/login"


def test_forged_links_set_nothing(app, ada, bruno, token, anonymous, rows):
    key = app.config["SECRET_KEY"]
    claims = jwt.decode(token, key, algorithms=["HS256"], audience="reset-password")
    head, body, signature = token.split(".")
    forged = [
        jwt.encode(claims, None, algorithm="none"),
        jwt.encode(claims, key, algorithm="HS512"),
        jwt.encode(claims, "x" * 64, algorithm="HS256"),
        jwt.encode(claims | {"aud": "known-browser"}, key, algorithm="HS256"),
        jwt.encode(claims | {"sub": str(bruno.id)}, key, algorithm="HS256"),
        jwt.encode(claims | {"sub": "ada"}, key, algorithm="HS256"),
        jwt.encode(claims | {"sub": "9" * 30}, key, algorithm="HS256"),
        jwt.encode(claims | {"sub": "9" * 5000}, key, algorithm="HS256"),
        jwt.encode(claims | {"sub": "²"}, key, algorithm="HS256"),
        jwt.encode(claims | {"sub": "٣"}, key, algorithm="HS256"),
        jwt.encode(claims | {"exp": "tomorrow"}, key, algorithm="HS256"),
        jwt.encode(claims | {"exp": claims["exp"] + 3600}, key, algorithm="HS256"),
        jwt.encode(claims | {"for": 7}, key, algorithm="HS256"),
        jwt.encode(claims | {"for": ""}, key, algorithm="HS256"),
        jwt.encode(claims | {"exp": datetime.now(UTC) - timedelta(1)}, key, algorithm="HS256"),
        *(
            jwt.encode({k: v for k, v in claims.items() if k != missing}, key, algorithm="HS256")
            for missing in ("sub", "aud", "exp", "for")
        ),
        f"{head}.{body}.",
        f"{head}.{body}.{signature[::-1]}",
        f"{head}.{body}",
        token[:-4],
        "x" * 5000,
        "%00",
        "é",
    ]
    before = rows("user")
    for forgery in forged:
        assert anonymous.get(f"/reset-password/{forgery}").status_code == 303, forgery
        assert anonymous.post(f"/reset-password/{forgery}", {"password": NEW}).status_code == 303
    assert rows("user") == before


def test_an_imported_user_without_an_email_gets_no_mail(make_user, anonymous, rows):
    make_user("imported", email=None)
    ask(anonymous, "imported@example.org")
    assert rows("outbox_mail") == []
