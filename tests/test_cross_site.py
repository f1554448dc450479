"""Forms that another site sends: refused, over plain HTTP too, without a trace."""

import pytest

from tests.client import Client
from tests.html import absent, one

pytestmark = pytest.mark.thorough

TEXT = "sent by another site"
EVIL = [
    {"Origin": "http://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "http://localhost:81"},
    {"Origin": "http://evil.example/localhost"},
    {"Origin": "localhost"},
    {"Origin": "http://[bad"},
    {"Origin": ""},
    {"Origin": "null"},
    {"Origin": "null", "Sec-Fetch-Site": "none"},
    {"Origin": "http://evil.example", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "http://localhost", "Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Sec-Fetch-Site": "unknown"},
]
OWN = [
    {},
    {"Origin": "http://localhost"},
    {"Origin": "HTTP://LOCALHOST"},
    {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
    {"Origin": "null", "Sec-Fetch-Site": "same-origin"},
    {"Sec-Fetch-Site": "none"},
]
PATHS = ["/login", "/register", "/reset-password", "/posts", "/settings/profile", "/nothing", "/"]


def ids(headers):
    return " ".join(f"{name}={value}" for name, value in headers.items()) or "no header"


@pytest.mark.parametrize("headers", EVIL, ids=ids)
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("who", ["anonymous", "member"])
def test_a_form_of_another_site_is_refused_without_a_trace(
    ada, anonymous, signed_in, rows, headers, path, who
):
    # Over plain HTTP, a browser sends the form without the cookies: SameSite=Lax.
    client = signed_in(ada) if who == "member" else anonymous
    token = client.token()
    before = rows("user")
    fields = {"login": TEXT, "username": TEXT, "email": TEXT, "body": TEXT, "about_me": TEXT}
    for htmx in (False, True):
        for sent in (None, token):
            answer = client.post(path, fields, token=sent, headers=headers, htmx=htmx)
            assert answer.status_code == 400
            assert "Set-Cookie" not in answer.headers
            assert "X-CSRFToken" not in answer.headers
            assert TEXT not in answer.text
            absent(answer, "main form")
    assert rows("user") == before
    assert rows("post") == []


@pytest.mark.parametrize("headers", EVIL, ids=ids)
def test_a_form_of_another_site_does_not_sign_the_reader_out(app, ada, signed_in, headers):
    client = signed_in(ada, remember=True)
    # The session cookie is not sent, and an answer that sets one would replace it.
    answer = Client(app).post("/login", {"login": TEXT}, token=None, headers=headers)
    assert "Set-Cookie" not in answer.headers
    # An old browser sends what it has.
    old = Client(app, {"remember": client.cookies()["remember"]})
    answer = old.post("/logout", token=None, headers=headers)
    assert "Set-Cookie" not in answer.headers
    assert client.is_signed_in


@pytest.mark.parametrize("headers", OWN, ids=ids)
def test_our_own_form_is_accepted(ada, signed_in, rows, headers):
    answer = signed_in(ada).post("/posts", {"body": "Tea"}, headers=headers)
    assert answer.status_code == 303
    assert len(rows("post")) == 1


@pytest.mark.parametrize(
    ("origin", "host", "status"),
    [
        ("https://town.example", "town.example", 422),
        ("https://town.example:8443", "town.example", 400),
        ("https://other.example", "town.example", 400),
    ],
)
def test_behind_a_proxy_the_host_is_that_of_the_request_and_of_base_url(
    make_app, app, origin, host, status
):
    made = make_app({"BASE_URL": "https://town.example", "TRUSTED_PROXIES": "1"})
    http = made.test_client()
    about = {"Host": host, "X-Forwarded-Proto": "https", "X-Forwarded-For": "192.0.2.1"}
    page = http.get("/login", headers=about, base_url="https://town.example")
    token = one(page.text, "[name=csrf_token]").attributes["value"]
    about |= {"Origin": origin, "Referer": "https://town.example/login"}
    fields = {"login": "", "csrf_token": token}
    answer = http.post("/login", data=fields, headers=about, base_url="https://town.example")
    assert answer.status_code == status


def test_an_unknown_host_with_an_origin_and_a_cookie_is_refused(ada, signed_in):
    headers = {"Host": "evil.example", "Origin": "http://evil.example"}
    assert signed_in(ada).post("/posts", {"body": "Tea"}, headers=headers).status_code == 400
    assert signed_in(ada).get("/", headers=headers).status_code == 400
