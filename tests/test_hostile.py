"""Sends hostile values to each parameter and field of every URL, as each kind of viewer.

None of them makes the site fail, leads to another site, or costs much. What it costs is counted:
statements, calls of functions, and characters that are normalized at once.
"""

import re
import sys
import unicodedata
from pathlib import Path
from urllib.parse import quote_from_bytes, urlsplit

import pytest

from app.web.answers import is_own_path
from app.web.limits import limiter
from app.web.urls import view_at
from tests import test_every_page as every_page
from tests.html import parse

pytestmark = pytest.mark.thorough

# A community with rows for each URL, and ada, who has all that is somebody's own.
built, placeholders, ada = every_page.built, every_page.placeholders, every_page.ada

ROLES = ("anonymous", "member", "moderator", "administrator")
LONG = 30_000
HOSTILE = {
    "nothing": b"",
    "NUL": b"a\0b",
    "a lone surrogate": b"\xed\xa0\x80",
    "no UTF-8": b"\xff\xfe",
    "invisible": "\u200b\u2800\u3164\u202e".encode(),
    "a digit that int() refuses": "²".encode(),
    "digits of another script": "١٢".encode(),
    "thousands of digits": b"9" * 5_000,
    "one above the biggest id": b"9223372036854775808",
    "a negative number": b"-1",
    "marks": ("e" + "\u0301\u0323" * (LONG // 2)).encode(),
    "brackets": b"[" * LONG,
    "markup": b"\"'><script>alert(1)</script>",
    "line ends": b"a\r\nX-Header: b\r\n\r\nc",
    "another site": b"//evil.example\\@",
    "a path": b"../../../etc/passwd",
    "the first minute": b"0001-01-01T00:00",
    "the last minute": b"9999-12-31T23:59",
}
# Query parameters of all views together: keys of lists, which are refused first, and others.
KEY_PARAMETERS = (
    "before",
    "after",
    "through",
    "since",
    "counted",
    "draft",
    "version",
    "reports_count",
)
OTHERS = (
    *("body", "text", "q", "by", "strength", "kind", "reason", "next", "then", "invitation"),
    *("role", "state", "network", "invited_by", "unconfirmed", "url", "format", "maxwidth"),
    *("maxheight", "theme", "language"),
)
READS = re.compile(r"(?:args\.get(?:list)?|requested_key)\(\s*\"(\w+)\"")
# Statements include those of jobs, which tests run within the request.
MOST_STATEMENTS, MOST_CALLS, MOST_NORMALIZED = 500, 200_000, 25_000
# Every so many of the values are sent where another one would find the same.
SHARE = {"administrator": 2, "anonymous": 6, "member": 6, "moderator": 6}
# They end what the other requests need, so they are sent the last.
LAST = ("accounts.leave_site", "accounts.logout")


def test_every_query_parameter_is_among_them():
    source = "".join(path.read_text() for path in Path("app").rglob("*.py"))
    assert set(READS.findall(source)) <= {*KEY_PARAMETERS, *OTHERS}


@pytest.fixture
def client(role, ada, placeholders, anonymous, signed_in, give_role, monkeypatch):
    """A client of a viewer in ``role``, without limits and tokens."""
    monkeypatch.setattr(limiter, "enabled", False)
    monkeypatch.setattr("flask_wtf.csrf.validate_csrf", lambda *_token: None)
    if role == "anonymous":
        return anonymous
    give_role(ada, role)
    return signed_in(ada)


@pytest.fixture
def send(client, statements, monkeypatch):
    """Give a function that sends a request, and checks the answer and what it cost."""
    normalize, lengths = unicodedata.normalize, []

    def normalized(form, text):
        lengths.append(len(text))
        return normalize(form, text)

    monkeypatch.setattr(unicodedata, "normalize", normalized)

    def send(url, body=None):
        calls, is_long = 0, len(url + (body or "")) > LONG // 10

        def count(_frame, event, _argument):
            nonlocal calls
            calls += event == "call"

        form = {"content_type": "application/x-www-form-urlencoded", "data": body}
        options = {"method": "GET"} if body is None else {"method": "POST"} | form
        lengths[:] = [0]
        with statements() as sent:
            sys.setprofile(count if is_long else None)
            try:
                answer = client.http.open(url, buffered=True, **options)
            finally:
                sys.setprofile(None)
        assert answer.status_code < 500 or answer.status == "501 NOT IMPLEMENTED"
        assert len(sent) <= MOST_STATEMENTS, (url, body)
        assert calls <= MOST_CALLS, url[:100]
        assert max(lengths) <= MOST_NORMALIZED
        assert len(answer.data) < 200_000 + 8 * len(url + (body or ""))
        assert "X-Header" not in answer.headers
        assert b"<script>alert(1)" not in answer.data
        assert answer.status_code not in (301, 302, 303) or is_own_path(answer.location)
        return answer

    return send


def share(role, number):
    """Return those of the hostile values that the thing with this number gets."""
    return list(HOSTILE.values())[number % SHARE[role] :: SHARE[role]]


def encoded(fields):
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in fields)


def one_of_each(app, urls, method="GET"):
    """Return one of ``urls`` for each view, by the endpoint."""
    found = {}
    with app.app_context():
        for url in urls:
            path = urlsplit(url).path
            if view := view_at(path, method):
                found.setdefault(view[0], path)
    return found


@pytest.mark.parametrize("role", ROLES)
def test_no_parameter_breaks_a_page(app, role, placeholders, send):
    pages = one_of_each(app, [page.url.format(**placeholders) for page in every_page.PAGES])
    assert len(pages) > 80
    for number, path in enumerate(pages.values()):
        for value in share(role, number):
            send(f"{path}?{encoded((name, value) for name in OTHERS)}")


@pytest.mark.parametrize("role", ["administrator"])
def test_no_single_parameter_breaks_a_list(role, placeholders, send):
    urls = [page.url for page in every_page.PAGES if "=" in page.url]
    for number, url in enumerate(urls):
        path, _, query = url.format(**placeholders).partition("?")
        fields = [field.partition("=") for field in query.split("&")]
        for changed, _equals, _value in fields:
            for value in share(role, number):
                rest = "&".join("=".join((n, v)) for n, _, v in fields if n != changed)
                send(f"{path}?{encoded([(changed, value)])}&{rest}")


@pytest.mark.parametrize("role", ROLES)
def test_no_argument_in_a_path_breaks_a_view(app, role, send):
    rules = [rule for rule in app.url_map.iter_rules() if rule.arguments]
    for number, rule in enumerate(rules):
        for value in share(role, number):
            hostile = quote_from_bytes(value[:3_000], safe="")
            path = re.sub("<[^>]+>", lambda _argument: hostile, rule.rule)  # noqa: B023
            send(path, None if "GET" in rule.methods else "a=b")


def forms_seen_by(app, client, placeholders):
    """Return the forms for each view, by the endpoint: the path and the fields that are known."""
    found = {}

    def add(url, fields):
        view = view_at(urlsplit(url).path, "POST")
        if view:
            _url, known = found.setdefault(view[0], (url, {}))
            known |= {name: value for name, value in fields.items() if value or name not in known}

    with app.app_context():
        for form in every_page.FORMS:
            add(form.url.format(**placeholders), form.fields)
    for page in every_page.HTML:
        url = page.url.format(**placeholders)
        forms = parse(client.http.get(url, buffered=True)).css("form")
        with app.app_context():
            for form in forms:
                fields = form.css("input[name], textarea[name], select[name], button[name]")
                values = {f.attributes["name"]: f.attributes.get("value") or "" for f in fields}
                add(form.attributes.get("action") or url, values)
    return sorted(found.items(), key=lambda form: form[0] in LAST)


@pytest.mark.parametrize("role", ROLES)
def test_no_field_breaks_a_form(app, ada, rows, role, placeholders, client, send, signed_in):
    forms = forms_seen_by(app, client, placeholders)
    assert {name for name, _form in forms} == every_page.endpoints(
        app, every_page.FORMS, placeholders
    )
    for number, (endpoint, (url, known)) in enumerate(forms):
        fields = {name: value.encode() for name, value in known.items() if name != "account"}
        for value in share(role, number):
            every = dict.fromkeys(fields, value)
            twice = [*fields.items(), *every.items()]
            bodies = [every.items(), twice]
            if role == "administrator" and endpoint not in LAST:
                # Each value for some fields; another form has another share.
                alone = list(fields)[(number + len(value)) % 5 :: 5]
                bodies += [(fields | {name: value}).items() for name in alone]
            for body in bodies:
                answer = send(url, encoded(body))
                is_out = "/login" in (answer.location or "") and endpoint not in LAST
                if is_out and role != "anonymous":
                    client.http = signed_in(ada).http
                    send(url, encoded(body))
    kept = rows("user", "id = :id", id=ada.id)
    assert [row["role"] for row in kept] == ["member" if role == "anonymous" else role]
