"""The page of a post, at its permalink."""

import pytest

from tests.html import cards, one, parse, select, text_of


@pytest.fixture
def post(ada, make_post):
    """A post of Ada's."""
    return make_post(ada, "First line\nsee https://example.org/?a=1&b=2 <b>")


def test_anybody_can_read_a_post_at_its_permalink(post, anonymous):
    page = anonymous.get(f"/posts/{post.id}")
    assert cards(page) == [post.id]
    body = one(page, ".post-body")
    assert body.html.count("<br>") == 1
    link = one(page, ".post-body a")
    assert link.attributes["href"] == "https://example.org/?a=1&b=2"
    assert link.attributes["rel"] == "nofollow noopener ugc"
    assert "<b>" in body.text()
    description = "First line see https://example.org/?a=1&b=2 <b>"
    assert parse(page).css_first("title").text() == f"ada: “{description}” · Microblog"
    assert one(page, "meta[name=description]").attributes["content"] == description
    assert one(page, f"#post_{post.id} time").attributes["datetime"].endswith("Z")


def test_the_card_links_to_author_and_permalink(post, anonymous):
    card = one(anonymous.get("/explore"), f"#post_{post.id}")
    assert card.css_first(".post-author").attributes["href"] == "/@ada"
    assert card.css_first(".post-time").attributes["href"] == f"/posts/{post.id}"
    assert text_of(card.css_first(".handle")) == "@ada"


def test_only_the_author_gets_a_delete_button(post, ada, bruno, signed_in):
    button = f".menu button[formaction='/posts/{post.id}/delete']"
    for viewer, count in ((ada, 1), (bruno, 0), (ada, 1)):
        select(signed_in(viewer).get(f"/posts/{post.id}/menu"), button, count=count)


@pytest.mark.parametrize("id", ["1", str(2**63), "9" * 19, "9" * 20, "-1", "x", "1.0", "%00"])
def test_an_invalid_post_id_is_not_found(anonymous, id):
    for htmx in (False, True):
        assert anonymous.get(f"/posts/{id}", htmx=htmx).status_code == 404


def test_a_new_display_name_shows_on_older_posts(post, ada, signed_in, anonymous):
    anonymous.get("/explore")
    client = signed_in(ada)
    client.get("/settings/profile")
    client.submit("main form", display_name="Ada <Lovelace>")
    assert text_of(one(anonymous.get("/explore"), ".post-author bdi")) == "Ada <Lovelace>"


@pytest.mark.parametrize(
    ("body", "has_more"),
    [
        ("a" + "\n" * 400 + "b", True),
        ("\ufdfd" * 300, True),
        ("𒐫" * 100, True),
        ("Rye, " * 99, True),
        ("こんにちは。" * 80, True),
        ("Rye, " * 40, False),
        ("こんにちは。" * 8, False),
        ("one\ntwo\nthree", False),
    ],
)
def test_a_card_whose_text_may_be_tall_links_to_the_whole(
    ada, make_post, anonymous, body, has_more
):
    post = make_post(ada, body)
    links = select(anonymous.get("/explore"), "article .post-more", count=int(has_more))
    assert [link.attributes["href"] for link in links] == [f"/posts/{post.id}"] * has_more


def test_white_space_in_a_text_stays(ada, make_post, anonymous):
    typed = "def rye():\n    if hungry:\n\treturn   bread\n\n\n  "
    make_post(ada, typed)
    body = one(anonymous.get("/explore"), ".post-body")
    assert body.inner_html.replace("<br>", "\n") == typed
