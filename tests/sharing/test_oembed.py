"""oEmbed: a post on the page of another site (oembed.com)."""

import json
from urllib.parse import quote

import pytest

from app.data.database import db
from app.follows.models import block
from app.posts.models import Post
from tests.html import absent, attributes, one

SITE = "http://127.0.0.1:8000"


@pytest.fixture
def post(ada, make_user, make_post):
    make_user("bruno")
    return make_post(ada, "<script>Rye</script> for @bruno #bread https://bread.example")


@pytest.fixture
def embed(anonymous):
    """Give a function that asks how to embed a URL."""

    def ask(url, client=anonymous, **parameters):
        query = "".join(f"&{name}={quote(str(value))}" for name, value in parameters.items())
        return client.get(f"/oembed?url={quote(url)}{query}")

    return ask


def test_a_post_is_rich_and_has_what_the_specification_requires(embed, post):
    answer = embed(f"{SITE}/posts/{post.id}", format="json")
    assert answer.mimetype == "application/json"
    found = json.loads(answer.data)
    assert (found["type"], found["version"]) == ("rich", "1.0")
    assert found["author_name"] == "ada"
    assert found["author_url"] == f"{SITE}/@ada"
    assert found["provider_name"] == "Microblog"
    assert found["provider_url"] == SITE
    assert found["width"] > 0
    assert found["height"] > 0
    assert found["cache_age"] > 0
    assert found["thumbnail_url"].startswith(f"{SITE}/posts/{post.id}/picture-")


def test_the_html_is_a_quotation_with_links_and_no_script(embed, post):
    html = embed(f"{SITE}/posts/{post.id}").json["html"]
    quotation = one(html, "blockquote")
    assert quotation.attributes["cite"] == f"{SITE}/posts/{post.id}"
    assert "<script>Rye</script>" in quotation.text()
    absent(html, "script, style, iframe, [style]")
    assert attributes(html, "a", "href") == [
        f"{SITE}/@bruno",
        f"{SITE}/tags/bread",
        "https://bread.example",
        f"{SITE}/@ada",
        f"{SITE}/posts/{post.id}",
    ]


def test_it_fits_where_it_is_shown(embed, post):
    found = embed(f"{SITE}/posts/{post.id}", maxwidth=320, maxheight=90).json
    assert found["width"] <= 320
    assert found["height"] <= 90
    assert "thumbnail_url" not in found


@pytest.mark.parametrize(
    ("url", "status"),
    [
        ("/posts/{id}", 404),
        ("https://elsewhere.example/posts/{id}", 404),
        ("http://127.0.0.1:8000@elsewhere.example/posts/{id}", 404),
        ("ftp://127.0.0.1/posts/{id}", 404),
        ("http://127.0.0.1:8000/posts/1", 404),
        ("http://127.0.0.1:8000/posts/{id}/likes", 404),
        ("http://127.0.0.1:8000/@ada", 404),
        ("http://[/posts/{id}", 404),
        ("", 400),
        ("http://localhost/posts/{id}", 200),
        ("HTTP://LOCALHOST:99/posts/{id}?after=7#post_7", 200),
    ],
)
def test_only_posts_of_ours_are_embedded(embed, post, url, status):
    assert embed(url.format(id=post.id)).status_code == status


@pytest.mark.parametrize(
    ("parameters", "status"),
    [
        ({"format": "xml"}, 501),
        ({"format": "JSON"}, 501),
        ({"maxwidth": "wide"}, 400),
        ({"maxwidth": "0"}, 400),
        ({"maxheight": "9" * 5_000}, 400),
        ({"maxheight": "-5"}, 400),
    ],
)
def test_what_is_not_understood_is_refused(embed, post, parameters, status):
    assert embed(f"{SITE}/posts/{post.id}", **parameters).status_code == status


def test_a_deleted_post_is_not_embedded(app, embed, post):
    with app.app_context():
        db.session.get(Post, post.id).delete()
    assert embed(f"{SITE}/posts/{post.id}").status_code == 404


@pytest.fixture
def blocked(app, ada, make_user, signed_in):
    """A client of somebody whom the author has blocked."""
    mallory = make_user("mallory")
    with app.app_context():
        block(ada, mallory)
    return signed_in(mallory)


def test_whoever_asks_gets_what_an_anonymous_viewer_sees(embed, post, blocked):
    url = f"{SITE}/posts/{post.id}"
    assert embed(url, client=blocked).json == embed(url).json
