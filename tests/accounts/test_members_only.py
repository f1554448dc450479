"""A site that only members read."""

import pytest

from app.discover.jobs import refresh_discover
from tests.client import Client
from tests.html import absent, one, text_of


@pytest.fixture
def closed(ada, make_post, set_site):
    """Have only members read; ada has posted."""
    post = make_post(ada, "Secret #recipe for bread")
    set_site(reads="members", description="By the sea.")
    return post


def test_an_anonymous_viewer_sees_how_to_join_and_no_post(app, closed, anonymous):
    with app.app_context():
        refresh_discover()
    page = anonymous.get("/")
    assert "By the sea." in text_of(one(page, ".welcome"))
    one(page, "main a[href='/register']")
    one(page, "main a[href='/about']")
    for secret in ("Secret", "ada", "recipe", "1 member"):
        assert secret not in page.text
    absent(page, "link[rel=alternate], .aside-search, .site-search, a[href='/explore']")
    assert "Secret" not in anonymous.get("/?before=9223372036854775807").text
    for url in ("/", "/?since=1"):
        assert "Secret" not in anonymous.get(url, htmx=True).text


@pytest.mark.parametrize("url", ["/explore", "/@ada", "/@nobody", "/search?q=bread", "/posts/{id}"])
def test_an_anonymous_viewer_logs_in_and_comes_back(closed, anonymous, url):
    url = url.format(id=closed.id)
    answer = anonymous.get(url)
    assert answer.status_code == 303
    assert answer.location.startswith("/login?next=")
    assert anonymous.get(url, htmx=True).status_code == 401


def test_feeds_and_pictures_are_for_members_and_for_no_cache(ada, closed, anonymous, signed_in):
    client = signed_in(ada)
    urls = (
        "/explore/feed.atom",
        "/@ada/feed.json",
        "/sitemap.xml",
        f"/oembed?url=http://localhost/posts/{closed.id}",
        f"/posts/{closed.id}/picture-1.png",
    )
    for url in urls:
        assert anonymous.get(url).status_code == 303, url
        answer = client.get(url)
        assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "private, no-store")


def test_about_shows_the_rules_and_nobodys_name(closed, ada, anonymous, give_role, signed_in):
    give_role(ada, "administrator")
    assert "@ada" not in anonymous.get("/about").text
    assert "@ada" in signed_in(ada).get("/about").text


def test_members_read_as_before(closed, bruno, signed_in):
    client = signed_in(bruno)
    assert "Secret" in client.get("/explore").text
    one(client.get("/explore"), ".aside-search")


def test_no_page_that_was_kept_is_shown_any_more(make_app, ada, make_post, set_site):
    make_post(ada, "Secret bread")
    other = make_app(ANONYMOUS_CACHE_SECONDS=100, SITE_KEPT=0.0)
    client = Client(other)
    assert "Secret" in client.get("/explore").text
    set_site(reads="members")
    # The process that changed it empties all caches of its own at once.
    assert client.get("/explore").status_code == 303


def test_a_page_that_is_not_there_shows_nothing_either(app, closed, anonymous):
    with app.app_context():
        refresh_discover()
    page = anonymous.get("/nothing/here")
    assert page.status_code == 404
    assert "recipe" not in page.text
    absent(page, ".aside-search")


def test_the_way_in_names_nobody(ada, closed, anonymous):
    for query in ("then=/@ada/follow", f"then=/posts/{closed.id}/like", f"next=/posts/{closed.id}"):
        for page in ("register", "login"):
            text = anonymous.get(f"/{page}?{query}").text
            assert "ada" not in text.replace("/@ada", "").replace("%40ada", "")
            assert "Secret" not in text


def test_robots_txt_keeps_search_engines_out(closed, anonymous):
    assert "Disallow: /\n" in anonymous.get("/robots.txt").text
