"""The cache of pages for anonymous viewers."""

import time

import pytest

from app.data.database import db
from app.web.anonymous_cache import AnonymousCache
from tests.client import Client
from tests.conftest import sent_statements
from tests.html import select

WAIT = 2


@pytest.fixture
def cached_app(app, make_app):
    """The application as it is served, on the same database, with the cache turned on."""
    return make_app(ANONYMOUS_CACHE_SECONDS=WAIT)


@pytest.fixture
def anonymous(cached_app):
    """A client without cookies."""
    return Client(cached_app)


@pytest.fixture
def statements_for(cached_app):
    """Give a function that counts the statements of a request by a new anonymous viewer."""

    def count(path, **headers):
        with sent_statements(cached_app) as sent:
            assert Client(cached_app).get(path, headers=headers).status_code == 200
        return len(sent)

    return count


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/explore",
        "/@ada",
        "/search?q=tea",
        "/@ada/feed.atom",
        "/explore/feed.json",
        "/sitemap.xml",
    ],
)
def test_the_next_anonymous_viewer_costs_no_statement(statements_for, ada, make_post, path):
    make_post(ada)
    assert statements_for(path) > 0
    assert statements_for(path) == 0


def test_another_query_string_or_header_is_another_cache_entry(statements_for, ada, make_post):
    make_post(ada)
    statements_for("/explore")
    assert statements_for("/explore?before=9") > 0
    assert statements_for("/explore", **{"Accept-Language": "es"}) > 0
    assert statements_for("/explore", **{"Accept-Encoding": "identity"}) > 0
    assert statements_for("/explore", **{"HX-Request": "true", "HX-Request-Type": "partial"}) > 0


def test_a_feed_that_is_known_costs_one_look_for_all(cached_app, ada, make_post):
    make_post(ada)
    first = Client(cached_app).get("/@ada/feed.atom")
    known = {"If-None-Match": first.headers["ETag"]}
    assert Client(cached_app).get("/@ada/feed.atom", headers=known).status_code == 304
    with sent_statements(cached_app) as sent:
        assert Client(cached_app).get("/@ada/feed.atom", headers=known).status_code == 304
    assert sent == []
    with cached_app.app_context():
        make_post(ada, "More")
    assert Client(cached_app).get("/@ada/feed.atom", headers=known).status_code == 200


def test_a_write_in_this_process_shows_at_once(cached_app, anonymous, ada, make_post):
    select(anonymous.get("/explore"), "#posts > article", count=0)
    with cached_app.app_context():
        post = make_post(ada, "Tea, then the allotment.")
    select(anonymous.get("/explore"), "#posts > article", count=1)
    with cached_app.app_context():
        db.session.get(type(post), post.id).delete()
    select(anonymous.get("/explore"), "#posts > article", count=0)


def test_a_write_in_another_process_shows_once_the_entry_expires(monkeypatch):
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


def test_the_cache_never_exceeds_its_maximum_size(monkeypatch):
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
    # Requests for more pages than fit, in order, still hit some cached pages.
    assert all(read(path) <= 100_000 for path in paths)
    assert paths[0] not in made
    assert len(made) < len(paths)
    moment = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: moment + WAIT + 1)
    assert read("/new") < 20_000, "Expired entries are removed."


def test_a_long_url_counts_toward_the_size(monkeypatch):
    monkeypatch.setattr("app.web.anonymous_cache.MAX_SIZE", 100_000)

    def app(_environ, start_response):
        start_response("200 OK", [("Content-Type", "text/html")])
        return [b"short"]

    served = AnonymousCache(app, WAIT)
    environ = {"REQUEST_METHOD": "GET", "QUERY_STRING": "q" * 100_000}
    served(environ, lambda *_said: None)
    assert served.pages.size == 0


def test_members_and_anonymous_viewers_never_share_a_page(cached_app, anonymous, ada, make_post):
    make_post(ada)
    member = Client(cached_app)
    anonymous_page = anonymous.get("/explore").text
    assert member.log_in("ada", "rain on the tin roof").status_code == 303
    assert "Log out" in member.get("/explore").text
    assert Client(cached_app).get("/explore").text == anonymous_page


def test_a_form_with_a_csrf_token_is_not_cached(cached_app, app):
    tokens = set()
    for _browser in range(2):
        page = Client(cached_app).get("/register")
        tokens.add(select(page, "[name=csrf_token]")[0].attributes["value"])
    assert len(tokens) == 2


def test_a_404_is_not_cached(cached_app, anonymous, make_user):
    assert anonymous.get("/@nobody_yet").status_code == 404
    make_user("nobody_yet")
    assert anonymous.get("/@nobody_yet").status_code == 200
