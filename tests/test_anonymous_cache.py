"""Pages of strangers, kept for a moment and given to all who ask."""

import time

import pytest

from app.data.database import db
from app.web.anonymous_cache import AnonymousCache
from tests.client import Client
from tests.conftest import sent_statements
from tests.html import select

WAIT = 2


@pytest.fixture
def kept(app, make_app):
    """The application as it is served, on the same database, with its pages kept."""
    return make_app(STRANGERS_WAIT=WAIT)


@pytest.fixture
def reader(kept):
    """A browser of somebody who has no cookie."""
    return Client(kept)


@pytest.fixture
def asked(kept):
    """Give a function that tells how many statements an address costs a new stranger."""

    def count(path, **headers):
        with sent_statements(kept) as sent:
            assert Client(kept).get(path, headers=headers).status_code == 200
        return len(sent)

    return count


@pytest.mark.parametrize("path", ["/", "/explore", "/@ada", "/search?q=tea"])
def test_what_one_stranger_was_shown_costs_the_next_nothing(asked, ada, make_post, path):
    make_post(ada)
    assert asked(path) > 0
    assert asked(path) == 0


def test_what_is_asked_otherwise_is_made_anew(asked, ada, make_post):
    make_post(ada)
    asked("/explore")
    assert asked("/explore?before=9") > 0
    assert asked("/explore", **{"Accept-Language": "es"}) > 0
    assert asked("/explore", **{"Accept-Encoding": "identity"}) > 0
    assert asked("/explore", **{"HX-Request": "true", "HX-Request-Type": "partial"}) > 0


def test_what_is_written_here_shows_at_once(kept, reader, ada, make_post):
    select(reader.get("/explore"), "#posts > article", count=0)
    with kept.app_context():
        post = make_post(ada, "Tea, then the allotment.")
    select(reader.get("/explore"), "#posts > article", count=1)
    with kept.app_context():
        db.session.get(type(post), post.id).delete()
    select(reader.get("/explore"), "#posts > article", count=0)


def test_what_another_process_writes_shows_when_the_moment_is_over(monkeypatch):
    pages = iter([b"before", b"after"])

    def app(_environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html")])
        return [next(pages)]

    served = AnonymousCache(app, WAIT)
    read = lambda: b"".join(served({"REQUEST_METHOD": "GET"}, lambda *_said: None))  # noqa: E731
    assert read() == read() == b"before"
    moment = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: moment + WAIT + 1)
    assert read() == b"after"


def test_what_is_kept_is_never_more_than_there_is_room_for(monkeypatch):
    monkeypatch.setattr("app.web.anonymous_cache.MAX_SIZE", 100_000)
    made = []

    def app(environ, start_response):
        made.append(environ["PATH_INFO"])
        start_response("200 OK", [("Content-Type", "text/html")])
        return [bytes(10_000)]

    served = AnonymousCache(app, WAIT)

    def read(path):
        served({"REQUEST_METHOD": "GET", "PATH_INFO": path}, lambda *_said: None)
        return served.pages.size

    paths = [f"/{number}" for number in range(30)]
    assert all(10_000 < read(path) <= 100_000 for path in paths)
    made.clear()
    # Some of those who ask for more than there is room for, in turn, still find what is there.
    assert all(read(path) <= 100_000 for path in paths)
    assert paths[0] not in made
    assert len(made) < len(paths)
    moment = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: moment + WAIT + 1)
    assert read("/new") < 20_000, "What is over makes room."


def test_a_long_address_takes_room_too(monkeypatch):
    monkeypatch.setattr("app.web.anonymous_cache.MAX_SIZE", 100_000)

    def app(_environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"short"]

    served = AnonymousCache(app, WAIT)
    asked = {"REQUEST_METHOD": "GET", "QUERY_STRING": "q" * 100_000}
    served(asked, lambda *_said: None)
    assert served.pages.size == 0


def test_a_member_and_a_stranger_never_get_each_others_page(kept, reader, ada, make_post):
    make_post(ada)
    member = Client(kept)
    stranger_sees = reader.get("/explore").text
    assert member.log_in("ada", "rain on the tin roof").status_code == 303
    assert "Log out" in member.get("/explore").text
    assert Client(kept).get("/explore").text == stranger_sees


def test_a_form_with_a_token_is_kept_for_nobody(kept, app):
    tokens = set()
    for _browser in range(2):
        page = Client(kept).get("/register")
        tokens.add(select(page, "[name=csrf_token]")[0].attributes["value"])
    assert len(tokens) == 2


def test_what_is_not_there_is_looked_for_again(kept, reader, make_user):
    assert reader.get("/@nobody_yet").status_code == 404
    make_user("nobody_yet")
    assert reader.get("/@nobody_yet").status_code == 200
