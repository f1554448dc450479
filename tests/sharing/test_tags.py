"""What the head of a page gives to other sites."""

import pytest

from app.data.database import db
from app.posts.models import Post
from app.posts.writing import edit
from app.web.urls import external_url
from tests.html import absent, attributes, one

SITE = "http://127.0.0.1:8000"


def tag(page, name):
    """The value of an Open Graph (or Twitter) tag, which the page has once."""
    return one(page, f'meta[property="{name}"], meta[name="{name}"]').attributes["content"]


def canonical(page):
    return one(page, "link[rel=canonical]").attributes["href"]


@pytest.fixture
def post(ada, make_post):
    return make_post(ada, 'Rye & "spelt" <3\nNew line')


def test_a_post_says_who_wrote_what(anonymous, post):
    page = anonymous.get(f"/posts/{post.id}")
    assert tag(page, "og:type") == "article"
    assert tag(page, "og:title") == "ada (@ada)"
    assert tag(page, "og:description") == 'Rye & "spelt" <3 New line'
    assert tag(page, "og:url") == canonical(page) == f"{SITE}/posts/{post.id}"
    assert tag(page, "og:site_name") == "Microblog"
    assert tag(page, "article:author") == f"{SITE}/@ada"
    assert tag(page, "article:published_time").endswith("Z")
    assert tag(page, "og:image").startswith(f"{SITE}/posts/{post.id}/picture-")
    assert (tag(page, "og:image:width"), tag(page, "og:image:height")) == ("1200", "630")
    assert tag(page, "twitter:card") == "summary_large_image"


@pytest.mark.parametrize(
    ("path", "kind", "title", "url"),
    [
        ("/", "website", "Microblog", "/"),
        ("/explore?through=9", "website", "Explore · Microblog", "/explore"),
        ("/tags/bread?since=1", "website", "#bread · Microblog", "/tags/bread"),
        ("/@ADA", "profile", "Ada L. (@ada)", "/@ada"),
        ("/@ada/replies?before=9", "profile", "Ada L. (@ada)", "/@ada/replies?before=9"),
    ],
)
def test_a_list_has_the_picture_of_the_site_and_one_url(
    anonymous, make_user, path, kind, title, url
):
    make_user("ada", display_name="Ada L.")
    page = anonymous.get(path)
    assert tag(page, "og:type") == kind
    assert tag(page, "og:title") == title
    assert tag(page, "og:description")
    assert tag(page, "og:image") == f"{SITE}/picture.png"
    assert tag(page, "og:url") == canonical(page) == SITE + url
    absent(page, "meta[property^='article:']")


@pytest.mark.parametrize(("language", "locale"), [("en", "en_US"), ("es", "es_ES")])
def test_the_locale_is_that_of_the_page(anonymous, language, locale):
    page = anonymous.get("/explore", headers={"Accept-Language": language})
    assert tag(page, "og:locale") == locale


def test_an_edit_changes_the_url_of_the_picture(app, anonymous, post):
    before = tag(anonymous.get(f"/posts/{post.id}"), "og:image")
    with app.app_context():
        edit(db.session.get(Post, post.id), "Rye")
    assert tag(anonymous.get(f"/posts/{post.id}"), "og:image") != before


def test_a_deleted_post_in_a_thread_shows_nothing(app, anonymous, bruno, post, make_post):
    make_post(bruno, "Oh", in_reply_to=post)
    with app.app_context():
        db.session.get(Post, post.id).delete()
    page = anonymous.get(f"/posts/{post.id}")
    assert one(page, "meta[name=robots]").attributes["content"] == "noindex"
    absent(page, "meta[property^='og:'], link[rel=canonical], link[rel=alternate]")
    assert "spelt" not in page.text


def test_a_members_page_has_no_more_than_its_url(ada, signed_in, post):
    page = signed_in(ada).get(f"/posts/{post.id}")
    assert canonical(page) == f"{SITE}/posts/{post.id}"
    absent(page, "meta[property^='og:']")


def test_the_head_leads_to_what_programs_read(app, anonymous, post):
    page = anonymous.get(f"/posts/{post.id}")
    (found,) = attributes(page, "link[type='application/json+oembed']", "href")
    with app.test_request_context():
        assert found == external_url("sharing.oembed", url=f"{SITE}/posts/{post.id}")
    assert anonymous.get(found.removeprefix(SITE)).json["author_name"] == "ada"


def test_a_search_is_not_indexed(anonymous):
    page = anonymous.get("/search?q=tea")
    assert one(page, "meta[name=robots]").attributes["content"] == "noindex"
