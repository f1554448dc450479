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


def test_the_page_lists_all_posts_with_the_tag_newest_first(
    ada, bruno, make_post, anonymous, travel
):
    shown = []
    for author, body in ((ada, "#soup"), (bruno, "#bread"), (bruno, "Hot #Soup"), (ada, "soup")):
        travel.shift(timedelta(seconds=1))
        post = make_post(author, body)
        shown += [post.id] if "#s" in body.lower() else []
    page = anonymous.get("/tags/soup")
    assert cards(page) == shown[::-1]
    assert text_of(one(page, "h1")) == "#soup"


def test_replies_are_listed_too(ada, bruno, make_post, anonymous):
    post = make_post(ada, "Tea?")
    reply = make_post(bruno, "Rather #soup", in_reply_to=post)
    assert cards(anonymous.get("/tags/soup")) == [reply.id]


def test_a_post_with_the_tag_twice_is_listed_once(ada, make_post, anonymous):
    post = make_post(ada, "#soup #Soup #SOUP #bread")
    assert cards(anonymous.get("/tags/soup")) == cards(anonymous.get("/tags/bread")) == [post.id]


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
def test_any_case_leads_to_one_url(ada, make_post, anonymous, asked, folded, htmx):
    post = make_post(ada, f"#{asked}")
    answer = anonymous.get(f"/tags/{quote(asked)}", htmx=htmx)
    assert answer.status_code == 303
    assert unquote(answer.location) == f"/tags/{folded}"
    assert cards(anonymous.follow(answer)) == [post.id]


def test_a_tag_that_nobody_used_says_so(anonymous):
    page = anonymous.get("/tags/nothing")
    assert page.status_code == 200
    one(page, ".empty", text="Nobody has written anything with this tag yet.")


@pytest.mark.parametrize("tag", ["a/b", "a b", "<b>", "%", "#", "?", "x" * 500, ".."])
def test_an_invalid_tag_is_an_empty_page(anonymous, tag):
    for htmx in (False, True):
        answer = anonymous.get(f"/tags/{quote(tag, safe='')}", htmx=htmx)
        assert answer.status_code < 500
        assert cards(answer) == []


@pytest.mark.parametrize("tag", ["%00", "a%00b", "\u202e", "\u200d\ufe0f"])
def test_a_tag_that_no_text_can_have_is_not_found(anonymous, tag):
    for htmx in (False, True):
        assert anonymous.get(f"/tags/{tag}", htmx=htmx).status_code == 404


@pytest.mark.parametrize("htmx", [False, True])
def test_each_post_appears_once_over_all_pages(app, ada, make_post, anonymous, htmx):
    with app.app_context(), writing():
        posts = [make_post(ada, f"No. {n} #soup").id for n in range(2 * PAGE + 3)]
    page = anonymous.get("/tags/soup")
    seen, pages = cards(page), 1
    while more := next(iter(attributes(page, "a#more", "href")), None):
        page = anonymous.get(more, htmx=htmx)
        seen += cards(page)
        pages += 1
    assert seen == posts[::-1]
    assert pages == 3


def test_new_posts_show_the_new_posts_bar(ada, bruno, make_post, anonymous):
    make_post(ada, "#soup")
    bar = one(anonymous.get("/tags/soup"), "#new_posts").attributes["hx-get"]
    assert anonymous.get(bar, htmx=True).status_code == 204
    make_post(bruno, "More #soup")
    make_post(bruno, "#bread")
    answer = anonymous.get(bar, htmx=True)
    assert text_of(one(answer, "#new_posts a[href='/tags/soup']")) == "1 new post"


def test_a_deleted_post_is_hidden_until_it_is_restored(ada, make_post, act, anonymous):
    post = make_post(ada, "#soup")
    for verb, shown in (("delete", []), ("restore", [post.id])):
        act(post, verb)
        assert cards(anonymous.get("/tags/soup")) == shown


def test_an_edit_moves_a_post_to_another_tag(app, ada, make_post, anonymous):
    post = make_post(ada, "#soup")
    with app.app_context():
        edit(db.session.get(Post, post.id), "#bread")
    assert cards(anonymous.get("/tags/soup")) == []
    assert cards(anonymous.get("/tags/bread")) == [post.id]


@pytest.mark.parametrize("verb", ["make_block", "make_mute"])
def test_posts_of_blocked_and_muted_people_are_hidden(
    request, ada, bruno, make_post, signed_in, anonymous, verb
):
    post = make_post(bruno, "#soup")
    request.getfixturevalue(verb)(ada, bruno)
    assert cards(signed_in(ada).get("/tags/soup")) == []
    assert cards(anonymous.get("/tags/soup")) == [post.id]


def test_a_repost_is_not_listed_again(ada, bruno, make_post, signed_in, anonymous):
    post = make_post(bruno, "#soup")
    signed_in(ada).post(f"/posts/{post.id}/repost")
    assert cards(anonymous.get("/tags/soup")) == [post.id]
    absent(anonymous.page, "#posts .post-why")


@pytest.mark.parametrize(("length", "status"), [(60, 200), (61, 404), (600, 404), (60_000, 404)])
def test_a_tag_that_is_too_long_to_exist_is_no_page(anonymous, length, status):
    answer = anonymous.get("/tags/" + "x" * length)
    assert answer.status_code == status
    assert len(answer.text) < 20_000
