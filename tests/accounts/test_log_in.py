"""Logging in and out, and throttling."""

from datetime import UTC, datetime, timedelta
from hashlib import pbkdf2_hmac
from urllib.parse import parse_qs, urlsplit

import jwt
import pytest
import werkzeug.security
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.security import generate_password_hash

from app.accounts.models import User
from app.data.database import db, writing
from app.web.answers import is_own_path
from tests.client import Client
from tests.conftest import PASSWORD
from tests.html import attributes, messages, one

ELSEWHERE = [
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "\\\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    " //evil.example",
    "/%09/evil.example\t",
    "https://evil.example",
    "https:evil.example",
    "https:/evil.example",
    "http:///evil.example",
    "HTTPS://evil.example/",
    "javascript:alert(1)",
    "data:text/html,evil",
    "evil.example",
    "@evil.example",
    ".evil.example",
    "?next=//evil.example",
    "",
    "/\x00",
    "/\x7f/evil.example",
    "/ /evil.example",
]


@pytest.mark.parametrize("login", ["ada", "ADA", "ada@example.org", " Ada@Example.ORG "])
def test_logging_in_by_username_or_email_in_any_case(ada, anonymous, login):
    answer = anonymous.log_in(login, PASSWORD)
    assert answer.status_code == 303
    assert answer.location == "/"
    assert anonymous.is_signed_in


@pytest.mark.parametrize(
    ("login", "password"),
    [
        ("ada", "wrong"),
        ("nobody", PASSWORD),
        ("ada", PASSWORD.upper()),
        ("ada", PASSWORD + " "),
        ("ada\x00", PASSWORD),
        ("ada", "x" * 129),
        ("%", PASSWORD),
        ("", ""),
    ],
)
def test_a_failed_log_in_shows_an_error_and_keeps_the_username(ada, anonymous, login, password):
    answer = anonymous.log_in(login, password)
    assert answer.status_code == 422
    assert one(answer, "[name=login]").attributes["value"] == login.replace("\x00", "�")
    assert not one(answer, "[name=password]").attributes.get("value")
    assert not anonymous.is_signed_in


def test_an_account_without_a_password_cannot_log_in(make_user, anonymous):
    make_user("imported", email=None, password=None)
    for password in ("", "nobody", "None"):
        assert anonymous.log_in("imported", password).status_code == 422


def test_the_answer_is_the_same_for_a_known_and_an_unknown_username(ada, make_client):
    answers = []
    for login in ("ada", "eve"):
        answer = make_client().log_in(login, "wrong")
        token = one(answer, "[name=csrf_token]").attributes["value"]
        text = answer.text.replace(login, "…").replace(token, "…")
        names = sorted({name for name, _value in answer.headers} - {"Content-Length"})
        answers.append((answer.status_code, names, text))
    assert answers[0] == answers[1]


def test_one_hash_is_computed_for_a_known_and_an_unknown_username(ada, anonymous, monkeypatch):
    anonymous.log_in("eve", "to warm up")
    computed = []

    def counting(*args, **options):
        computed.append(args)
        return pbkdf2_hmac(*args, **options)

    monkeypatch.setattr(werkzeug.security.hashlib, "pbkdf2_hmac", counting)
    for login, password in (("ada", "wrong"), ("eve", "wrong"), ("eve", PASSWORD)):
        computed.clear()
        anonymous.log_in(login, password)
        assert len(computed) == 1
    # One for each form that an earlier release may have stored.
    for login in ("ada", "eve"):
        computed.clear()
        anonymous.log_in(login, "cafe\u0301 au lait")
        assert len(computed) == 2
    computed.clear()
    assert anonymous.log_in("ada", PASSWORD).status_code == 303
    assert len(computed) == 1


def test_the_same_statements_are_sent_for_a_known_and_an_unknown_username(
    ada, make_client, statements
):
    sent = []
    for login in ("ada", "eve"):
        client = make_client()
        client.get("/login")
        with statements() as texts:
            assert client.submit("main form", login=login, password="wrong").status_code == 422
        sent.append(texts)
    assert sent[0] == sent[1]


def test_an_old_password_hash_is_renewed_at_the_next_log_in(app, ada, anonymous, rows):
    old = generate_password_hash(PASSWORD, method="pbkdf2:sha256:2")
    with app.app_context(), writing():
        db.session.get(User, ada.id).password_hash = old
    assert anonymous.log_in("ada", PASSWORD).status_code == 303
    new = rows("user")[0]["password_hash"]
    assert new.startswith(app.config["PASSWORD_HASH"] + "$")
    anonymous.post("/logout")
    assert anonymous.log_in("ada", PASSWORD).status_code == 303
    assert rows("user")[0]["password_hash"] == new


def test_logging_in_leads_to_the_requested_page(ada, anonymous):
    page = anonymous.follow(anonymous.get("/posts/new?body=Tea%20%26%20cake"))
    assert messages(page) == ["Log in to go on."]
    answer = anonymous.submit("main form", login="ada", password=PASSWORD)
    page = anonymous.follow(answer)
    assert one(page, "#composer_body").text() == "Tea & cake"


def test_after_a_failed_log_in_the_next_one_leads_to_the_requested_page(ada, anonymous):
    anonymous.get("/login?next=/@ada")
    anonymous.submit("main form", login="ada", password="wrong password")
    answer = anonymous.submit("main form", login="ada", password=PASSWORD)
    assert answer.location == "/@ada"


@pytest.mark.parametrize("target", ELSEWHERE)
def test_logging_in_never_leads_to_another_site(ada, anonymous, target):
    anonymous.get("/login")
    fields = {"login": "ada", "password": PASSWORD}
    answer = anonymous.post("/login", fields, query_string={"next": target})
    assert answer.status_code == 303
    assert answer.location == "/"
    assert anonymous.get("/login", query_string={"next": target}).location == "/"


@given(st.text(alphabet="/\\\t\n\r :@.?#ehptv\x00", max_size=12))
def test_an_own_path_never_leads_to_another_site(target):
    if is_own_path(target):
        assert target.startswith("/")
        assert not target.startswith(("//", "/\\"))
        assert not set(target) & set("\\\t\n\r \x00")


def test_logging_in_changes_the_csrf_token(ada, anonymous):
    before = anonymous.token()
    anonymous.log_in("ada", PASSWORD)
    assert anonymous.token() != before
    assert anonymous.post("/posts", {"body": "Hello"}, token=before).status_code == 400


def test_only_with_remember_me_the_cookie_is_permanent(ada, signed_in):
    assert "remember" not in signed_in(ada).cookies()
    client = signed_in(ada, remember=True)
    kept = client.http.get_cookie("remember")
    assert kept.expires - datetime.now(UTC) > timedelta(days=364)
    assert kept.http_only
    assert kept.same_site == "Lax"
    reopened = Client(client.app, {"remember": client.cookies()["remember"]})
    assert reopened.is_signed_in
    page = reopened.get("/")
    assert reopened.post("/posts", {"body": "Back again"}).status_code == 303
    one(page, "#composer")


def test_cookies_are_http_only_and_same_site(ada, anonymous):
    anonymous.log_in("ada", PASSWORD)
    cookie = anonymous.http.get_cookie("session")
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_under_https_cookies_are_bound_to_the_host(make_app, app, ada):
    secure = make_app({"BASE_URL": "https://localhost"})
    client = secure.test_client()
    page = client.get("/login", base_url="https://localhost")
    cookies = page.headers.getlist("Set-Cookie")
    token = one(page.text, "[name=csrf_token]").attributes["value"]
    answer = client.post(
        "/login",
        data={"login": "ada", "password": PASSWORD, "remember": "y", "csrf_token": token},
        base_url="https://localhost",
        headers={"Referer": "https://localhost/login"},
    )
    assert answer.status_code == 303
    cookies += answer.headers.getlist("Set-Cookie")
    names = {cookie.split("=")[0] for cookie in cookies}
    assert {"__Host-session", "__Host-remember"} <= names
    assert all("; Secure" in c and "; HttpOnly" in c and "SameSite=Lax" in c for c in cookies)
    assert answer.headers["Strict-Transport-Security"] == "max-age=31536000"


def test_subdomains_are_bound_to_https_by_a_setting(make_app, app):
    client = make_app({"BASE_URL": "https://localhost", "HSTS_SUBDOMAINS": "on"}).test_client()
    header = client.get("/login", base_url="https://localhost").headers["Strict-Transport-Security"]
    assert header == "max-age=31536000; includeSubDomains"


def test_logging_out_is_by_post_only_and_shows_a_message(ada, signed_in):
    client = signed_in(ada, remember=True)
    assert client.get("/logout").status_code == 405
    client.get("/")
    answer = client.press("button[formaction='/logout']")
    assert answer.status_code == 303
    assert messages(client.follow(answer)) == ["You are logged out."]
    assert not client.is_signed_in
    assert "remember" not in client.cookies()


def fail(client, times, login="ada"):
    return [client.log_in(login, f"wrong {n}").status_code for n in range(times)]


@pytest.mark.parametrize("login", ["ada", "nobody"])
def test_after_ten_failures_logging_in_is_throttled(ada, anonymous, login):
    assert fail(anonymous, 10, login) == [422] * 10
    answer = anonymous.log_in(login, PASSWORD)
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= 300
    one(answer, "h1", text="Too fast")


def test_throttling_ends_after_five_minutes(ada, anonymous, travel):
    fail(anonymous, 11)
    travel.shift(301)
    assert anonymous.log_in("ada", PASSWORD).status_code == 303


def test_failures_count_per_account_across_ip_addresses(app, ada, make_client):
    for n in range(10):
        client = make_client()
        client.http.environ_base["REMOTE_ADDR"] = f"192.0.2.{n}"
        assert client.log_in("ada", "wrong").status_code == 422
    client = make_client()
    client.http.environ_base["REMOTE_ADDR"] = "192.0.2.99"
    assert client.log_in("ADA", PASSWORD).status_code == 429
    assert client.log_in("somebody", PASSWORD).status_code == 422


@pytest.mark.parametrize(
    ("addresses", "same"),
    [
        (["192.0.2.1"] * 11, True),
        ([f"2001:db8:0:1::{n:x}" for n in range(11)], True),
        ([f"2001:db8:0:{n:x}::1" for n in range(11)], False),
        ([f"::ffff:192.0.2.{n}" for n in range(11)], False),
    ],
)
def test_failures_count_per_network_across_accounts(app, make_client, addresses, same):
    client = make_client()
    answers = []
    for n, address in enumerate(addresses):
        client.http.environ_base["REMOTE_ADDR"] = address
        answers.append(client.log_in(f"name{n}", "wrong").status_code)
    assert answers == [422] * 10 + [429 if same else 422]


def test_a_forged_forwarding_header_changes_nothing(app, make_client):
    client = make_client()
    client.get("/login")
    answers = [
        client.post(
            "/login",
            {"login": f"name{n}", "password": "wrong"},
            headers={"X-Forwarded-For": f"192.0.2.{n}", "X-Real-IP": f"192.0.2.{n}"},
        ).status_code
        for n in range(11)
    ]
    assert answers == [422] * 10 + [429]


@pytest.mark.parametrize(
    "forwarded",
    ["198.51.100.7, 192.0.2.{}", "192.0.2.{}:5555", "2001:db8:0:{}::1", "[2001:db8:0:{}::1]:5555"],
)
def test_a_trusted_proxy_names_the_ip_address(make_app, app, forwarded):
    client = Client(make_app({"TRUSTED_PROXIES": "1"}))
    client.get("/login")
    answers = [
        client.post(
            "/login",
            {"login": f"name{n}", "password": "wrong"},
            headers={"X-Forwarded-For": forwarded.format(n)},
        ).status_code
        for n in range(11)
    ]
    assert answers == [422] * 11


@pytest.fixture
def attacked(ada, make_client):
    """Ada's account after ten failed log-ins from another network."""
    attacker = make_client()
    attacker.http.environ_base["REMOTE_ADDR"] = "192.0.2.66"
    fail(attacker, 10)
    assert attacker.log_in("ada", PASSWORD).status_code == 429


def test_a_known_browser_of_the_owner_is_not_locked_out(ada, signed_in, request, make_client):
    known = signed_in(ada)
    known.post("/logout")
    request.getfixturevalue("attacked")
    assert make_client().log_in("ada", PASSWORD).status_code == 429
    assert known.log_in("ada", PASSWORD).status_code == 303


def test_the_browser_in_which_somebody_registered_is_known(anonymous, make_client):
    anonymous.get("/register")
    new = {"username": "ines", "email": "ines@example.org", "password": PASSWORD}
    assert anonymous.submit("main form", **new).status_code == 303
    anonymous.get("/")
    anonymous.post("/logout")
    fail(make_client(), 10, "ines")
    assert make_client().log_in("ines", PASSWORD).status_code == 429
    assert anonymous.log_in("ines", PASSWORD).status_code == 303


def test_a_known_browser_has_its_own_count(ada, signed_in, make_client):
    known = signed_in(ada)
    known.post("/logout")
    assert fail(known, 10) == [422] * 10
    assert known.log_in("ada", PASSWORD).status_code == 429
    assert make_client().log_in("ada", PASSWORD).status_code == 303


@pytest.mark.parametrize("change", [{"password": "another roof"}, {"email": "ada@example.net"}])
def test_a_change_of_the_password_makes_other_browsers_unknown(ada, signed_in, make_client, change):
    changing, copied = signed_in(ada), signed_in(ada).twin()
    changing.get("/settings/account")
    changing.submit("main form", current_password=PASSWORD, **change)
    changing.get("/")
    changing.post("/logout")
    fail(make_client(), 10)
    password = change.get("password", PASSWORD)
    copied.http.delete_cookie("session")
    assert copied.log_in("ada", password).status_code == 429
    assert changing.log_in("ada", password).status_code == 303


def test_a_known_browser_counts_for_its_own_account_only(bruno, signed_in, request):
    known = signed_in(bruno)
    known.post("/logout")
    request.getfixturevalue("attacked")
    assert known.log_in("ada", PASSWORD).status_code == 429


def test_a_forged_cookie_is_no_known_browser(app, ada, signed_in, request):
    token = signed_in(ada).cookies()["known-browser"]
    key = app.config["SECRET_KEY"]
    claims = jwt.decode(token, key, algorithms=["HS256"], audience="known-browser")
    request.getfixturevalue("attacked")
    for forged in (
        "eyJhbGciOiJub25lIn0.e30.",
        "x" * 3000,
        jwt.encode(claims, "x" * 64, algorithm="HS256"),
        jwt.encode(claims | {"sub": "²"}, key, algorithm="HS256"),
        jwt.encode(claims | {"sub": "9" * 500}, key, algorithm="HS256"),
        jwt.encode(claims | {"for": ""}, key, algorithm="HS256"),
        jwt.encode({k: v for k, v in claims.items() if k != "for"}, key, algorithm="HS256"),
    ):
        assert Client(app, {"known-browser": forged}).log_in("ada", PASSWORD).status_code == 429
    assert Client(app, {"known-browser": token}).log_in("ada", PASSWORD).status_code == 303


def test_failures_by_name_and_by_address_are_one_count(app, ada, make_client):
    for number in range(10):
        client = make_client()
        client.http.environ_base["REMOTE_ADDR"] = f"192.0.2.{number}"
        login = "ada@example.org" if number % 2 else "Ada"
        assert client.log_in(login, "wrong").status_code == 422
    client = make_client()
    client.http.environ_base["REMOTE_ADDR"] = "192.0.2.99"
    assert client.log_in("ada", "wrong").status_code == 429


@pytest.mark.parametrize(
    "url",
    [
        "/search?q=a%26b",
        "/search?q=why%3F",
        "/search?q=why?",
        "/search?q=caf%C3%A9+au+lait&by=people",
        "/tags/caf%C3%A9",
        "/tags/100%25",
        "/posts/1",
        "/explore?before=9",
    ],
)
@pytest.mark.parametrize("link", ["nav a[href^='/login']", "nav a[href^='/register']"])
def test_the_links_of_the_navigation_lead_back_with_the_whole_query(ada, anonymous, url, link):
    way = one(anonymous.get(url), link).attributes["href"]
    anonymous.get(way)
    if way.startswith("/login"):
        typed = {"login": "ada", "password": PASSWORD}
    else:
        typed = {"username": "eve", "email": "eve@example.org", "password": PASSWORD}
    went = anonymous.submit("main form", **typed).location
    # A new member comes there by the first steps.
    assert (went if way.startswith("/login") else parse_qs(urlsplit(went).query)["next"][0]) == url


def test_between_logging_in_and_registering_the_way_back_stays(ada, anonymous):
    page = anonymous.get("/login?next=/search?q%3Da%2526b")
    page = anonymous.get(one(page, "nav a[href^='/register']").attributes["href"])
    anonymous.get(one(page, "main a[href^='/login']").attributes["href"])
    answer = anonymous.submit("main form", login="ada", password=PASSWORD)
    assert answer.location == "/search?q=a%26b"


def test_from_home_the_links_have_no_way_back(anonymous):
    assert set(attributes(anonymous.get("/"), "a[href^='/login']", "href")) == {"/login"}


def test_a_long_url_is_not_repeated_in_the_links(anonymous):
    assert len(anonymous.get("/search?q=" + "x" * 60_000).text) < 150_000
