"""Lengths come before everything else: no long input takes long."""

import time

import pytest
from flask import Request
from werkzeug.formparser import FormDataParser

from tests.html import one

# Canonical ordering sorts these; that takes quadratic time in a normalization of long text.
MARKS = "e" + "\u0301\u0323" * 20_000


@pytest.fixture
def quickly():
    """Hold a test to a fraction of what such input took."""
    start = time.process_time()
    yield
    assert time.process_time() - start < 3


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/register", {"username": MARKS, "email": MARKS, "password": MARKS}),
        ("/register", {"username": "ines", "email": f"{MARKS}@example.org", "password": "x" * 9}),
        ("/login", {"login": MARKS, "password": MARKS}),
        ("/reset-password", {"email": MARKS}),
    ],
)
def test_a_long_field_is_refused_at_the_field(anonymous, quickly, path, fields):
    answer = anonymous.post(path, fields)
    assert answer.status_code == 422
    one(answer, "main form")


@pytest.mark.parametrize(
    ("path", "fields", "status"),
    [
        ("/posts", {"body": MARKS}, 422),
        ("/posts", {"body": " " * 100_000}, 422),
        ("/posts", {"body": "Tea", "nonce": "x" * 100_000}, 422),
        ("/drafts", {"body": MARKS, "nonce": "abc"}, 303),
        ("/settings/profile", {"display_name": MARKS, "about_me": MARKS}, 422),
        ("/settings/account", {"email": MARKS, "current_password": MARKS}, 422),
    ],
)
def test_a_long_text_of_a_member_is_answered_soon(ada, signed_in, quickly, path, fields, status):
    assert signed_in(ada).post(path, fields).status_code == status


@pytest.mark.parametrize("by", ["latest", "relevance", "people"])
def test_a_long_query_is_cut(anonymous, quickly, by):
    page = anonymous.get(f"/search?q={MARKS}&by={by}")
    assert page.status_code == 200
    assert len(page.text) < 45_000


def test_a_long_tag_is_no_page(anonymous, quickly):
    assert anonymous.get(f"/tags/{MARKS}").status_code == 404


@pytest.mark.parametrize("path", ["/login", "/posts", "/nowhere"])
def test_a_form_of_many_fields_is_refused_before_it_is_read(anonymous, quickly, path):
    body = b"&".join(b"f%d=1" % number for number in range(100_000))
    answer = anonymous.http.post(path, data=body, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 413
    assert len(answer.data) < 30_000


def test_nor_does_the_page_of_that_error_read_it(anonymous, monkeypatch):
    read = []

    class Noting(FormDataParser):
        def parse(self, *args, **kwargs):
            read.append(super().parse(*args, **kwargs))
            return read[-1]

    monkeypatch.setattr(Request, "form_data_parser_class", Noting)
    for count in (10, 10_000):
        body = b"&".join(b"f%d=1" % number for number in range(count))
        form = {"data": body, "content_type": "application/x-www-form-urlencoded"}
        anonymous.http.post("/posts", **form)
        assert len(read) == 1, "the first alone"
