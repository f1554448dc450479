"""Atom and JSON Feed."""

import re
from datetime import datetime
from xml.etree import ElementTree

import pytest

from app.data.database import db
from app.posts.models import Post
from app.posts.reposting import repost
from app.posts.writing import edit
from app.web.paging import PAGE
from tests.html import attributes
from tests.media.drawn import upload

SITE = "http://127.0.0.1:8000"
ATOM = {"": "http://www.w3.org/2005/Atom"}
PAGES = ["/explore", "/@ada", "/tags/bread", "/search?q=rye"]
BODY = "Rye <b>bread</b> & tea\nfor @bruno #bread https://bread.example"
PNG_THAT_IS_BROKEN = b"\x89PNG\r\n\x1a\n" + bytes(100)
RFC_3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")


def feed_urls(client, path):
    """The URLs of the feeds of a page, by their type."""
    page = client.get(path)
    css = "link[rel=alternate][type^='application/']"
    types, urls = attributes(page, css, "type"), attributes(page, css, "href")
    return dict(zip(types, urls, strict=True))


def atom(client, path):
    """Read the Atom feed of a page, which must be valid by RFC 4287, section 4."""
    answer = client.get(feed_urls(client, path)["application/atom+xml"])
    return valid_atom(answer)


def valid_atom(answer):
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/atom+xml"
    feed = ElementTree.fromstring(answer.data)
    assert feed.tag == "{http://www.w3.org/2005/Atom}feed"
    for element in (feed, *feed.findall("entry", ATOM)):
        for name in ("id", "title", "updated"):
            (found,) = element.findall(name, ATOM)
            assert found.text
        assert element.findtext("id", None, ATOM).startswith(f"{SITE}/")
        assert element.find("link[@rel='alternate']", ATOM).get("href").startswith(f"{SITE}/")
        for moment in element.findall("updated", ATOM) + element.findall("published", ATOM):
            assert RFC_3339.fullmatch(moment.text)
    for entry in feed.findall("entry", ATOM):
        assert entry.findtext("author/name", None, ATOM)
        assert entry.find("content", ATOM).get("type") == "html"
    assert feed.find("link[@rel='self']", ATOM) is not None
    ids = [entry.findtext("id", None, ATOM) for entry in feed.findall("entry", ATOM)]
    assert len(set(ids)) == len(ids)
    return feed


def json_feed(client, path):
    """Read the JSON feed of a page, which must be valid by version 1.1."""
    answer = client.get(feed_urls(client, path)["application/feed+json"])
    return valid_json(answer)


def valid_json(answer):
    assert answer.status_code == 200, answer.text
    assert answer.mimetype == "application/feed+json"
    feed = answer.get_json(force=True)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert feed["title"]
    for url in (feed["home_page_url"], feed["feed_url"], feed.get("next_url", SITE)):
        assert url.startswith(SITE)
    for item in feed["items"]:
        assert item["id"] == item["url"]
        assert item["content_html"]
        assert datetime.fromisoformat(item["date_published"]).tzinfo
        assert item["authors"][0]["name"]
    return feed


def links(feed):
    return [item["url"].removeprefix(f"{SITE}/posts/") for item in feed["items"]]


@pytest.fixture
def post(ada, bruno, make_post):
    return make_post(ada, BODY)


@pytest.mark.parametrize("path", PAGES)
def test_a_page_leads_to_its_feeds(anonymous, post, path):
    assert set(feed_urls(anonymous, path)) == {"application/atom+xml", "application/feed+json"}
    (entry,) = atom(anonymous, path).findall("entry", ATOM)
    (item,) = json_feed(anonymous, path)["items"]
    assert entry.findtext("id", None, ATOM) == item["id"] == f"{SITE}/posts/{post.id}"
    assert entry.findtext("author/name", None, ATOM) == item["authors"][0]["name"] == "ada (@ada)"
    assert entry.findtext("content", None, ATOM) == item["content_html"]


def test_a_post_leads_to_the_feed_of_its_author(anonymous, post):
    urls = feed_urls(anonymous, f"/posts/{post.id}")
    assert urls["application/atom+xml"] == "/@ada/feed.atom"


def test_the_page_of_anonymous_viewers_leads_to_what_everybody_posts(anonymous, post):
    assert links(json_feed(anonymous, "/")) == [str(post.id)]


def test_the_text_is_escaped_html_with_links_that_work_anywhere(anonymous, post):
    (item,) = json_feed(anonymous, "/@ada")["items"]
    html = item["content_html"]
    assert "Rye &lt;b&gt;bread&lt;/b&gt; &amp; tea<br>" in html
    assert attributes(html, "a", "href") == [
        f"{SITE}/@bruno",
        f"{SITE}/tags/bread",
        "https://bread.example",
    ]
    (entry,) = atom(anonymous, "/@ada").findall("entry", ATOM)
    assert entry.findtext("title", None, ATOM).startswith("Rye <b>bread</b> & tea for @bruno")


@pytest.fixture
def publish_pictures(ada, signed_in, files):
    """A function that publishes a post of Ada's with pictures."""

    def publish(*pictures, **fields):
        client = signed_in(ada)
        client.get("/")
        client.post("/posts", {"body": "", "nonce": "abc", "pictures": list(pictures)} | fields)

    return publish


def test_pictures_are_in_the_text_with_their_description(anonymous, publish_pictures):
    publish_pictures(
        upload(), upload(colour="red"), body="Loaves", description_1='"Rye" & <b>wheat</b>'
    )
    (item,) = json_feed(anonymous, "/@ada")["items"]
    html = item["content_html"]
    assert html.startswith("Loaves<p><img")
    sources = attributes(html, "img", "src")
    assert attributes(html, "img", "alt") == ['"Rye" & <b>wheat</b>', ""]
    assert [(each["url"], each["mime_type"]) for each in item["attachments"]] == [
        (source, "image/webp") for source in sources
    ]
    (entry,) = atom(anonymous, "/@ada").findall("entry", ATOM)
    assert entry.findtext("content", None, ATOM) == html
    assert entry.findtext("title", None, ATOM) == "Loaves"
    enclosures = entry.findall("link[@rel='enclosure']", ATOM)
    assert [each.get("href") for each in enclosures] == sources
    for source in sources:
        assert source.startswith(f"{SITE}/pictures/")
        answer = anonymous.get(source.removeprefix(SITE))
        assert answer.status_code == 200
        assert answer.mimetype == "image/webp"
        assert answer.headers["Cross-Origin-Resource-Policy"] == "cross-origin"


@pytest.mark.parametrize("description", ["A loaf", ""])
@pytest.mark.parametrize("is_covered", [False, True])
def test_a_post_without_a_text_is_not_empty(anonymous, publish_pictures, description, is_covered):
    sensitive = "y" if is_covered else ""
    publish_pictures(upload(), description_1=description, sensitive=sensitive)
    (item,) = json_feed(anonymous, "/@ada")["items"]
    (entry,) = atom(anonymous, "/@ada").findall("entry", ATOM)
    assert entry.findtext("title", None, ATOM) == (description or "ada (@ada)")
    html = item["content_html"]
    assert description in html
    assert ("<img" in html, "attachments" in item) == (not is_covered, not is_covered)
    assert attributes(html, "a", "href") == ([item["url"]] if is_covered else [])


def test_a_picture_that_cannot_be_shown_is_not_in_the_feed(anonymous, publish_pictures):
    publish_pictures(upload(PNG_THAT_IS_BROKEN), body="Loaves")
    (item,) = json_feed(anonymous, "/@ada")["items"]
    assert item["content_html"] == "Loaves"


def test_pictures_cost_one_statement_and_a_feed_without_any_none(
    anonymous, post, publish_pictures, statements
):
    url = "/@ada/feed.json"
    with statements() as without:
        anonymous.get(url)
    publish_pictures(upload(), body="Loaves")
    with statements() as having:
        anonymous.get(url)
    assert len(having) == len(without) + 1


def test_a_feed_says_what_it_is_of(anonymous, make_user, make_post):
    make_post(make_user("ada", display_name="Ada <3"), "#rye")
    titles = {path: json_feed(anonymous, path)["title"] for path in PAGES}
    assert titles == {
        "/explore": "Microblog",
        "/@ada": "Ada <3 (@ada) · Microblog",
        "/tags/bread": "#bread · Microblog",
        "/search?q=rye": "“rye” · Microblog",
    }
    assert atom(anonymous, "/@ada").findtext("title", None, ATOM) == titles["/@ada"]


def test_a_profile_has_own_posts_without_replies_and_reposts(
    app, anonymous, ada, bruno, post, make_post
):
    make_post(ada, "Oh", in_reply_to=make_post(bruno))
    with app.app_context():
        repost(ada, make_post(bruno))
    assert links(json_feed(anonymous, "/@ada")) == [str(post.id)]


@pytest.mark.parametrize("path", PAGES)
def test_a_deleted_post_is_in_no_feed(app, anonymous, post, path):
    with app.app_context():
        db.session.get(Post, post.id).delete()
    assert links(json_feed(anonymous, path)) == []
    assert atom(anonymous, path).findall("entry", ATOM) == []


def test_whoever_asks_gets_what_an_anonymous_viewer_sees(
    anonymous, ada, bruno, post, make_block, signed_in
):
    make_block(ada, bruno)
    for path in PAGES:
        for url in feed_urls(anonymous, path).values():
            assert signed_in(bruno).get(url).data == anonymous.get(url).data


def test_an_edit_is_an_update(app, anonymous, post, travel):
    published = json_feed(anonymous, "/@ada")["items"][0]
    travel.shift(3600)
    with app.app_context():
        edit(db.session.get(Post, post.id), "Rye, and only rye")
    (item,) = json_feed(anonymous, "/@ada")["items"]
    assert item["id"] == published["id"]
    assert item["date_published"] == published["date_published"]
    assert item["date_modified"] > item["date_published"]
    feed = atom(anonymous, "/@ada")
    assert feed.findtext("updated", None, ATOM) == item["date_modified"]


def test_a_long_feed_goes_on_by_key(anonymous, ada, make_post):
    posts = [str(make_post(ada, f"Loaf {n} #bread rye").id) for n in range(PAGE + 2)]
    for path in PAGES:
        first = json_feed(anonymous, path)
        rest = valid_json(anonymous.get(first["next_url"].removeprefix(SITE)))
        assert links(first) + links(rest) == posts[::-1]
        assert "next_url" not in rest
        (following,) = atom(anonymous, path).findall("link[@rel='next']", ATOM)
        older = valid_atom(anonymous.get(following.get("href").removeprefix(SITE)))
        assert len(older.findall("entry", ATOM)) == 2
        assert older.findtext("id", None, ATOM) == atom(anonymous, path).findtext("id", None, ATOM)


def test_what_xml_cannot_write_is_left_out(anonymous, ada, make_post):
    make_post(ada, "Tea\x0b\x1f and\uffff bread")
    (entry,) = atom(anonymous, "/@ada").findall("entry", ATOM)
    assert entry.findtext("content", None, ATOM) == "Tea and bread"


@pytest.mark.parametrize("path", PAGES)
def test_a_feed_is_sent_again_only_if_it_changed(anonymous, ada, post, make_post, path):
    for url in feed_urls(anonymous, path).values():
        first = anonymous.get(url)
        assert first.cache_control.public
        known = {"If-None-Match": first.headers["ETag"]}
        for encoding in ("identity", "gzip", "br"):
            again = anonymous.get(url, headers=known | {"Accept-Encoding": encoding})
            assert (again.status_code, again.data) == (304, b"")
    make_post(ada, "More rye #bread")
    assert anonymous.get(url, headers=known).status_code == 200


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/@nobody/feed.atom", 404),
        ("/@ada/feed.rss", 404),
        ("/tags/%E2%80%8B/feed.json", 404),
        ("/tags/" + "x" * 2_000 + "/feed.json", 404),
        ("/tags/a%00/feed.json", 404),
        ("/explore/feed.json?before=x", 400),
        ("/tags/Bread/feed.json", 200),
        ("/search/feed.atom", 200),
        ("/search/feed.atom?q=from:me", 200),
        ("/search/feed.json?q=" + "rye+" * 500, 200),
    ],
)
def test_other_addresses(anonymous, ada, path, status):
    assert anonymous.get(path).status_code == status


def test_an_empty_feed_is_valid(anonymous, ada):
    for path in PAGES:
        atom(anonymous, path)
        json_feed(anonymous, path)
