"""Error pages and messages, for refused requests and for failures of the site."""

import pytest
from flask import abort

from app.web.limits import limiter
from tests.client import Client
from tests.conftest import DATABASE
from tests.html import absent, messages, one

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
POLICY = {
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "connect-src 'self'",
    "font-src 'self'",
    "manifest-src 'self'",
    "img-src 'self' data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
}
NOWHERE = {
    "sqlite": "sqlite:////nowhere/microblog.sqlite3",
    "postgresql": "postgresql://nobody@/nothing?host=/nowhere",
}[DATABASE]
# A server may come back; a missing file does not.
STATUS, TITLE = {
    "sqlite": (500, "Something broke"),
    "postgresql": (503, "The database of this site does not answer."),
}[DATABASE]


@pytest.fixture
def broken(make_app):
    """A client of an anonymous viewer on a site whose database is gone."""
    return Client(make_app({"DATABASE_URL": NOWHERE}, PROPAGATE_EXCEPTIONS=False))


def refusals(client):
    """Return the answers to refused requests, by status."""
    return {
        400: lambda **how: client.get("/explore?before=abc", **how),
        404: lambda **how: client.get("/nothing/here", **how),
        405: lambda **how: client.post("/explore", **how),
        413: lambda **how: client.post("/login", {"login": "x" * 2_000_000}, **how),
        429: lambda **how: too_many(client, **how),
    }


def too_many(client, **how):
    limiter.reset()
    for _ in range(60):
        answer = client.post("/reset-password", {"email": "nonsense"}, **how)
        assert answer.status_code == 422
    return client.post("/reset-password", {"email": "nonsense"}, **how)


TITLES = {
    400: "That did not work",
    404: "Nothing here",
    405: "Not like this",
    413: "Too much",
    429: "Too fast",
}


@pytest.mark.parametrize("status", TITLES)
def test_a_refusal_is_a_page_of_the_site(anonymous, status):
    answer = refusals(anonymous)[status]()
    assert answer.status_code == status
    one(answer, "h1", text=TITLES[status])
    one(answer, "nav.site-nav")
    one(answer, "main a[href='/']")


@pytest.mark.parametrize("status", TITLES)
def test_with_htmx_a_refusal_is_a_message_and_the_page_stays(anonymous, status):
    answer = refusals(anonymous)[status](htmx=True)
    assert answer.status_code == status
    assert TITLES[status] in messages(answer)[0]
    one(answer, "hx-partial[hx-target='#flash']")
    absent(answer, "main, h1, form, article")
    assert messages(anonymous.get("/login")) == []


def test_a_forbidden_action_is_a_page_of_the_site_too(make_app, app):
    other = make_app()
    other.add_url_rule("/forbidden", "forbidden", lambda: abort(403))
    client = Client(other)
    one(client.get("/forbidden"), "h1", text="Not for you")
    answer = client.get("/forbidden", htmx=True)
    assert answer.status_code == 403
    assert "Not for you" in messages(answer)[0]


def test_a_limit_has_retry_after(anonymous):
    for how in ({}, {"htmx": True}):
        assert 0 < int(too_many(anonymous, **how).headers["Retry-After"]) <= 3601


def test_an_answer_within_the_limit_has_no_retry_after(anonymous):
    assert "Retry-After" not in anonymous.post("/reset-password", {"email": "x"}).headers


def test_a_wrong_method_gets_the_allowed_methods(anonymous):
    assert "GET" in anonymous.post("/explore").headers["Allow"]


@pytest.mark.parametrize("status", [200, 303, 422, *TITLES])
@pytest.mark.parametrize("htmx", [False, True])
def test_every_answer_has_the_security_headers(anonymous, ada, status, htmx):
    answers = refusals(anonymous) | {
        200: lambda **how: anonymous.get("/explore", **how),
        303: lambda **how: anonymous.post("/reset-password", {"email": "a@example.org"}, **how),
        422: lambda **how: anonymous.post("/login", {"login": ""}, **how),
    }
    answer = answers[status](htmx=htmx)
    assert answer.status_code == status
    check_headers(answer)
    assert {"HX-Request", "HX-Request-Type", "Cookie"} <= set(answer.vary)
    assert answer.headers["Cache-Control"] == "private, no-store"


def check_headers(answer):
    assert HEADERS.items() <= dict(answer.headers).items()
    assert set(answer.headers["Content-Security-Policy"].split("; ")) == POLICY


@pytest.mark.parametrize("path", ["/", "/explore", "/@ada", "/posts/1"])
def test_without_its_database_the_site_shows_the_error_page(broken, path):
    answer = broken.get(path)
    assert answer.status_code == STATUS
    one(answer, "h1", text=TITLE)
    assert "Traceback" not in answer.text
    assert "nowhere" not in answer.text
    check_headers(answer)


def test_without_its_database_htmx_gets_an_error_message(broken):
    answer = broken.get("/?before=5", htmx=True)
    assert answer.status_code == STATUS
    one(answer, "hx-partial[hx-target='#flash'] .message", text="Nothing you typed is lost")
    absent(answer, "main")
    check_headers(answer)


def test_without_its_database_the_log_in_form_is_still_shown(broken):
    assert broken.get("/login").status_code == 200
    assert broken.post("/login", {"login": "ada", "password": "x"}).status_code == STATUS


def test_with_its_database_the_health_check_passes(anonymous):
    answer = anonymous.get("/healthz")
    assert (answer.status_code, answer.text, answer.mimetype) == (200, "ok", "text/plain")


def test_without_its_database_the_health_check_fails(broken, caplog):
    answer = broken.get("/healthz")
    assert (answer.status_code, answer.mimetype) == (503, "text/plain")
    assert "nowhere" not in answer.text
    assert "/healthz: the database does not answer:" in caplog.text


def test_the_error_page_is_in_the_viewers_language(broken):
    answer = broken.get("/", headers={"Accept-Language": "es"})
    assert one(answer, "html").attributes["lang"] == "es"
    answer = broken.get("/", headers={"Accept-Language": "xx"})
    assert one(answer, "html").attributes["lang"] == "en"


def test_an_unknown_host_is_refused_with_the_headers(anonymous):
    # Also after a request with an accepted host.
    assert anonymous.get("/", headers={"Host": "localhost"}).status_code == 200
    for host in ("evil.example", "evil.example", "localhost.evil.example", "evil.example:80"):
        answer = anonymous.get("/", headers={"Host": host})
        assert answer.status_code == 400
        check_headers(answer)
    assert anonymous.get("/", headers={"Host": "localhost"}).status_code == 200


@pytest.mark.parametrize(
    "host", ["LocalHost", "localhost:5000", "127.0.0.1:80", "[::1]", "[::1]:5000", "LOCALHOST:1"]
)
def test_a_host_has_no_case_and_any_port(anonymous, host):
    answer = anonymous.get("/login", headers={"Host": host})
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "host",
    ["", "[::1", "::1", "[::2]:5000", "localhost:", "localhost:x", "localhost, evil.example"],
)
def test_a_host_that_is_none_is_refused(anonymous, host):
    answer = anonymous.get("/login", headers={"Host": host})
    assert (answer.status_code, answer.mimetype) == (400, "text/plain")
    assert "BASE_URL" in answer.text


def test_with_an_address_of_its_own_the_site_answers_to_that_alone(make_app):
    client = make_app({"BASE_URL": "https://Example.org"}).test_client()
    for host, status in (("Example.ORG", 200), ("example.org:443", 200), ("localhost", 400)):
        assert client.get("/login", headers={"Host": host}).status_code == status


def test_the_health_check_of_this_machine_may_name_any_host(anonymous):
    headers = {"Host": "10.0.0.11:8000"}
    assert anonymous.get("/healthz", headers=headers).status_code == 200
    for address in ("::1", "::ffff:127.0.0.1"):
        near = {"REMOTE_ADDR": address}
        assert anonymous.get("/healthz", headers=headers, environ_base=near).status_code == 200
    for away in ("192.0.2.1", ""):
        far = {"REMOTE_ADDR": away}
        assert anonymous.get("/healthz", headers=headers, environ_base=far).status_code == 400


def test_a_websocket_request_does_not_break_later_requests(anonymous):
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
    assert anonymous.get("/explore", headers=upgrade).status_code == 400
    assert anonymous.get("/explore").status_code == 200


@pytest.mark.parametrize(
    "path", ["/%00", "/@%ff", "/?q=%ff%fe", "/login?next=%ed%a0%80", "/" + "x" * 5000, "//", "/%"]
)
def test_odd_urls_get_an_answer_below_500(anonymous, path):
    for htmx in (False, True):
        assert anonymous.get(path, htmx=htmx).status_code < 500


INVALID_URLS = ["http://[bad", "http://localhost:99999/", "https://localhost:x/", "\xff"]


@pytest.mark.parametrize("referer", INVALID_URLS)
def test_a_form_with_an_invalid_referrer_is_accepted(ada, signed_in, rows, referer):
    answer = signed_in(ada).post("/posts", {"body": "Hello"}, headers={"Referer": referer})
    assert (answer.status_code, answer.location) == (303, "/")
    assert [row["body"] for row in rows("post")] == ["Hello"]


@pytest.mark.parametrize("referer", INVALID_URLS)
def test_under_https_a_form_with_an_invalid_referrer_is_refused(make_app, referer):
    secure = make_app({"BASE_URL": "https://localhost"}).test_client()
    options = {"base_url": "https://localhost", "headers": {"Referer": referer}}
    token = one(secure.get("/login", **options).text, "[name=csrf_token]").attributes["value"]
    answer = secure.post("/login", data={"login": "ada", "csrf_token": token}, **options)
    assert answer.status_code == 400


def test_odd_cookies_get_an_answer_below_500(app):
    for value in ("", "x", "é", "\x7f", ".eJw=.x.y", "a" * 3900):
        for name in ("session", "remember", "known-browser"):
            assert Client(app, {name: value}).get("/").status_code == 200
