"""The sitemap and robots.txt."""

from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from app.data.database import db
from app.data.ids import DAY_OF_IDS
from app.posts.models import Post
from app.posts.reposting import repost
from app.posts.writing import edit
from app.sharing import queries

SITE = "http://127.0.0.1:8000"
NAMES = {"": "http://www.sitemaps.org/schemas/sitemap/0.9"}


def entries(answer):
    """The times of the last changes in a sitemap, by URL, in its order."""
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/xml"
    root = ElementTree.fromstring(answer.data)
    return {
        entry.find("loc", NAMES).text.removeprefix(SITE): entry.findtext("lastmod", None, NAMES)
        for entry in root
    }


def part_of(post):
    return f"/sitemap/posts-{post.id // DAY_OF_IDS}.xml"


@pytest.fixture
def write(make_post, travel):
    """Give a function that publishes a post on a day of 2030."""

    def publish(author, month, day, hour=12, **details):
        travel.move_to(datetime(2030, month, day, hour, tzinfo=UTC))
        return make_post(author, **details)

    return publish


def test_the_index_has_each_day_with_posts_once(ada, bruno, write, anonymous):
    days = [write(ada, 5, 1), write(bruno, 5, 1, 13), write(ada, 5, 3, 0), write(ada, 7, 9, 23)]
    found = entries(anonymous.get("/sitemap.xml"))
    posts = [url for url in found if url.startswith("/sitemap/posts-")]
    assert posts == [part_of(days[3]), part_of(days[2]), part_of(days[0])]
    assert found[posts[2]] == "2030-05-01T13:00:00Z"
    assert list(entries(anonymous.get(posts[2]))) == [
        f"/posts/{days[1].id}",
        f"/posts/{days[0].id}",
    ]
    for url in found:
        assert entries(anonymous.get(url)), url


def test_a_part_has_what_anonymous_viewers_may_see_and_no_replies(
    app, ada, bruno, write, anonymous
):
    post = write(ada, 5, 1)
    write(bruno, 5, 1, in_reply_to=post)
    gone = write(ada, 5, 1)
    with app.app_context():
        db.session.get(Post, gone.id).delete()
        repost(bruno, post)
    assert list(entries(anonymous.get(part_of(post)))) == [f"/posts/{post.id}"]


def test_the_last_change_of_a_post_is_its_edit(app, ada, write, anonymous, travel):
    post = write(ada, 5, 1)
    travel.move_to(datetime(2030, 6, 1, tzinfo=UTC))
    with app.app_context():
        edit(db.session.get(Post, post.id), "Anew")
    assert entries(anonymous.get(part_of(post))) == {f"/posts/{post.id}": "2030-06-01T00:00:00Z"}


def test_people_who_wrote_are_listed(ada, bruno, make_post, anonymous):
    make_post(ada)
    (url,) = (url for url in entries(anonymous.get("/sitemap.xml")) if "people" in url)
    assert list(entries(anonymous.get(url))) == ["/@ada"]


def test_the_sitemap_is_bounded(ada, write, anonymous, monkeypatch):
    monkeypatch.setattr(queries, "MOST_PARTS", 2)
    monkeypatch.setattr(queries, "MOST_LISTED", 2)
    queries.parts.cache_clear()
    queries.listed.cache_clear()
    try:
        posts = [write(ada, 5, day, hour) for day in range(1, 5) for hour in range(3)]
        found = [url for url in entries(anonymous.get("/sitemap.xml")) if "posts" in url]
        assert found == [part_of(posts[-1]), part_of(posts[-4])]
        listed = list(entries(anonymous.get(part_of(posts[-1]))))
        assert listed == [f"/posts/{posts[-1].id}", f"/posts/{posts[-2].id}"]
    finally:
        queries.parts.cache_clear()
        queries.listed.cache_clear()


@pytest.mark.parametrize(
    "path",
    [
        "/sitemap/posts-1.xml",
        "/sitemap/posts-9999999999999999999.xml",
        "/sitemap/people-0.xml",
        "/sitemap/secrets-1.xml",
        "/sitemap/posts-x.xml",
    ],
)
def test_no_such_part(anonymous, path):
    assert anonymous.get(path).status_code == 404


def test_an_empty_site_has_a_sitemap(anonymous):
    assert list(entries(anonymous.get("/sitemap.xml"))) == ["/sitemap/pages.xml"]
    assert list(entries(anonymous.get("/sitemap/pages.xml"))) == ["/", "/explore"]


def test_robots_txt_names_the_sitemap(anonymous):
    answer = anonymous.get("/robots.txt")
    assert answer.mimetype == "text/plain"
    lines = answer.text.splitlines()
    assert lines[0] == "User-agent: *"
    assert "Disallow: /search" in lines
    assert not [line for line in lines if line in ("Disallow: /", "Disallow: /posts")]
    # Who looks for the site finds the way in, and not each page that leads back to another.
    ways_in = ("/login", "/register")
    assert not [path for path in ways_in if f"Disallow: {path}" in lines]
    assert [path for path in ways_in if f"Disallow: {path}?" in lines] == list(ways_in)
    assert f"Sitemap: {SITE}/sitemap.xml" in lines


@pytest.mark.parametrize("path", ["/robots.txt", "/sitemap.xml", "/sitemap/pages.xml"])
def test_it_is_sent_again_only_if_it_changed(anonymous, ada, make_post, path):
    make_post(ada)
    first = anonymous.get(path)
    known = {"If-None-Match": first.headers["ETag"]}
    again = anonymous.get(path, headers=known)
    assert (again.status_code, again.data) == (304, b"")
    head = anonymous.http.head(path)
    assert (head.status_code, head.data) == (200, b"")
    assert head.headers["Content-Length"] == first.headers["Content-Length"]
