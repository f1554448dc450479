"""The page of a tag."""

from datetime import timedelta
from urllib.parse import quote, unquote

import pytest

from app.data.database import db, writing
from app.posts.models import Post
from app.posts.writing import edit
from app.web.paging import PAGE
from tests.html import absent, attributes, cards, one, text_of


@pytest.fixture
def act(app):
    """Give a function that calls a method of a post."""

    def call(post, verb):
        with app.app_context():
            getattr(db.session.get(Post, post.id), verb)()

    return call


def test_it_shows_what_everybody_posts_with_it_the_newest_first(
    ada, bruno, make_post, stranger, travel
):
    shown = []
    for author, body in ((ada, "#soup"), (bruno, "#bread"), (bruno, "Hot #Soup"), (ada, "soup")):
        travel.shift(timedelta(seconds=1))
        post = make_post(author, body)
        shown += [post.id] if "#s" in body.lower() else []
    page = stranger.get("/tags/soup")
    assert cards(page) == shown[::-1]
    assert text_of(one(page, "h1")) == "#soup"


def test_answers_are_there_too(ada, bruno, make_post, stranger):
    post = make_post(ada, "Tea?")
    answer = make_post(bruno, "Rather #soup", in_reply_to=post)
    assert cards(stranger.get("/tags/soup")) == [answer.id]


def test_a_post_with_a_tag_twice_comes_once(ada, make_post, stranger):
    post = make_post(ada, "#soup #Soup #SOUP #bread")
    assert cards(stranger.get("/tags/soup")) == cards(stranger.get("/tags/bread")) == [post.id]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("asked", "folded"),
    [
        ("Soup", "soup"),
        ("SOUP", "soup"),
        ("Straße", "strasse"),
        ("cafe\u0301", "café"),
        ("ＦＵＬＬ", "full"),
        ("КИЇВ", "київ"),
    ],
)
def test_any_case_leads_to_the_one_address(ada, make_post, stranger, asked, folded, htmx):
    post = make_post(ada, f"#{asked}")
    answer = stranger.get(f"/tags/{quote(asked)}", htmx=htmx)
    assert answer.status_code == 303
    assert unquote(answer.location) == f"/tags/{folded}"
    assert cards(stranger.follow(answer)) == [post.id]


def test_a_tag_that_nobody_used_says_so(stranger):
    page = stranger.get("/tags/nothing")
    assert page.status_code == 200
    one(page, ".empty", text="Nobody has written anything with this tag yet.")


@pytest.mark.parametrize("tag", ["a/b", "a b", "<b>", "%", "#", "?", "x" * 500, "..", "\u202e"])
def test_what_is_no_tag_is_an_empty_page(stranger, tag):
    for htmx in (False, True):
        answer = stranger.get(f"/tags/{quote(tag, safe='')}", htmx=htmx)
        assert answer.status_code < 500
        assert cards(answer) == []


@pytest.mark.parametrize("tag", ["%00", "a%00b"])
def test_what_no_database_keeps_is_not_found(stranger, tag):
    for htmx in (False, True):
        assert stranger.get(f"/tags/{tag}", htmx=htmx).status_code == 404


@pytest.mark.parametrize("htmx", [False, True])
def test_every_post_comes_once_page_by_page(app, ada, make_post, stranger, htmx):
    with app.app_context(), writing():
        posts = [make_post(ada, f"No. {n} #soup").id for n in range(2 * PAGE + 3)]
    page = stranger.get("/tags/soup")
    seen, pages = cards(page), 1
    while more := next(iter(attributes(page, "a#more", "href")), None):
        page = stranger.get(more, htmx=htmx)
        seen += cards(page)
        pages += 1
    assert seen == posts[::-1]
    assert pages == 3


def test_new_posts_make_a_bar(ada, bruno, make_post, stranger):
    make_post(ada, "#soup")
    bar = one(stranger.get("/tags/soup"), "#new_posts").attributes["hx-get"]
    assert stranger.get(bar, htmx=True).status_code == 204
    make_post(bruno, "More #soup")
    make_post(bruno, "#bread")
    answer = stranger.get(bar, htmx=True)
    assert text_of(one(answer, "#new_posts a[href='/tags/soup']")) == "1 new post"


def test_a_deleted_post_leaves_and_comes_back(ada, make_post, act, stranger):
    post = make_post(ada, "#soup")
    for verb, shown in (("delete", []), ("restore", [post.id])):
        act(post, verb)
        assert cards(stranger.get("/tags/soup")) == shown


def test_an_edit_moves_a_post_to_another_tag(app, ada, make_post, stranger):
    post = make_post(ada, "#soup")
    with app.app_context():
        edit(db.session.get(Post, post.id), "#bread")
    assert cards(stranger.get("/tags/soup")) == []
    assert cards(stranger.get("/tags/bread")) == [post.id]


@pytest.mark.parametrize("verb", ["make_block", "make_mute"])
def test_people_one_does_not_hear_are_missing(
    request, ada, bruno, make_post, signed_in, stranger, verb
):
    post = make_post(bruno, "#soup")
    request.getfixturevalue(verb)(ada, bruno)
    assert cards(signed_in(ada).get("/tags/soup")) == []
    assert cards(stranger.get("/tags/soup")) == [post.id]


def test_a_repost_is_not_listed_again(ada, bruno, make_post, signed_in, stranger):
    post = make_post(bruno, "#soup")
    signed_in(ada).post(f"/posts/{post.id}/repost")
    assert cards(stranger.get("/tags/soup")) == [post.id]
    absent(stranger.page, "#posts .post-why")
