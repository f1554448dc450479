"""Liking a post: everybody sees who does."""

from datetime import timedelta

import pytest

from app.data.database import db, writing
from app.posts.models import Post
from app.reactions.models import like, unlike
from app.web.paging import PAGE
from tests.html import absent, attributes, one, people, select, text_of


@pytest.fixture
def post(bruno, make_post):
    """A post of Bruno's."""
    return make_post(bruno, "Who has a ladder?")


@pytest.fixture
def client(ada, signed_in, post):
    """Ada's browser, on the page of all posts."""
    client = signed_in(ada)
    client.get("/explore?x=1")
    return client


@pytest.fixture
def do(app):
    """Give a function that calls a verb with people and posts."""

    def act(verb, *args):
        with app.app_context():
            return verb(*args)

    return act


def likes_count(rows, post):
    return rows("post", "id = :id", id=post.id)[0]["likes_count"]


def change(post, verb):
    getattr(db.session.get(Post, post.id), verb)()


def test_the_button_swaps_itself(client, post, rows):
    button = f"button#like_{post.id}"
    for pressed, count, label in (("true", 1, "Like 1"), ("false", 0, "Like")):
        answer = client.press(button, htmx=True)
        assert answer.status_code == 200
        swapped = one(answer, button)
        assert swapped.attributes["aria-pressed"] == pressed
        assert swapped.attributes["aria-label"] == label
        assert text_of(swapped) == (str(count) if count else "")
        absent(answer, "article")
        assert likes_count(rows, post) == count
        assert one(client.get("/explore"), button).attributes == swapped.attributes


def test_without_javascript_one_is_led_back_to_the_card(client, post):
    for pressed in ("true", "false"):
        answer = client.press(f"#like_{post.id}")
        assert answer.status_code == 303
        assert answer.location == f"/explore?x=1#post_{post.id}"
        page = client.follow(answer)
        assert one(page, f"#like_{post.id}").attributes["aria-pressed"] == pressed


@pytest.mark.parametrize("htmx", [False, True])
def test_twice_counts_once(client, post, rows, htmx):
    for verb, count in (("like", 1), ("like", 1), ("unlike", 0), ("unlike", 0)):
        answer = client.post(f"/posts/{post.id}/{verb}", htmx=htmx)
        assert answer.status_code == (200 if htmx else 303)
        assert likes_count(rows, post) == len(rows("like")) == count


def test_at_once_counts_once(client, post, together, rows):
    windows = [client.twin() for _ in range(8)]
    for window in windows:
        window.token()
    for verb, count in (("like", 1), ("unlike", 0)):
        answers = together(
            lambda window, verb=verb: window.post(f"/posts/{post.id}/{verb}", htmx=True), windows
        )
        assert {answer.status_code for answer in answers} == {200}
        assert likes_count(rows, post) == len(rows("like")) == count


def test_everybodys_likes_at_once_all_count(post, make_user, do, together, rows):
    together(lambda person: do(like, person, post), [make_user() for _ in range(8)])
    assert likes_count(rows, post) == 8


def test_the_verbs_tell_whether_anything_changed(app, ada, post):
    with app.app_context():
        assert [like(ada, post), like(ada, post)] == [True, False]
        assert [unlike(ada, post), unlike(ada, post)] == [True, False]


def test_one_may_like_ones_own_post(bruno, post, do, rows):
    do(like, bruno, post)
    assert likes_count(rows, post) == 1


def test_a_like_is_pressed_for_oneself_only(client, ada, bruno, post, do, signed_in):
    do(like, ada, post)
    for browser, pressed in ((client, "true"), (signed_in(bruno), "false"), (client, "true")):
        button = one(browser.get("/explore"), f"#like_{post.id}")
        assert button.attributes["aria-pressed"] == pressed
        assert text_of(button) == "1"


def test_a_stranger_finds_links_and_no_buttons(ada, post, do, stranger):
    do(like, ada, post)
    card = one(stranger.get("/explore"), f"#post_{post.id}")
    assert not card.css("button")
    link = card.css_first("a.like")
    assert link.attributes["href"] == f"/posts/{post.id}/likes"
    assert link.attributes["aria-label"] == "Likes 1"
    assert text_of(link) == "1"


@pytest.mark.parametrize("verb", ["like", "unlike"])
def test_a_stranger_is_asked_to_log_in(post, stranger, rows, verb):
    assert stranger.post(f"/posts/{post.id}/{verb}").status_code == 303
    answer = stranger.post(f"/posts/{post.id}/{verb}", htmx=True)
    assert answer.status_code == 401
    one(answer, "hx-partial[hx-target='#flash'] .message")
    assert rows("like") == []


def test_a_like_stays_while_the_post_is_deleted_and_brought_back(ada, post, do, rows, stranger):
    do(like, ada, post)
    for verb in ("delete", "restore"):
        do(change, post, verb)
        assert likes_count(rows, post) == len(rows("like")) == 1
    assert people(stranger.get(f"/posts/{post.id}/likes")) == ["ada"]


@pytest.mark.parametrize("htmx", [False, True])
def test_what_one_may_not_see_one_cannot_like(
    client, ada, bruno, post, make_post, make_user, make_block, do, rows, htmx
):
    deleted = make_post(make_user("carmen"))
    do(change, deleted, "delete")
    make_block(bruno, ada)
    for id in (post.id, deleted.id, 1, 2**63):
        for verb in ("like", "unlike"):
            assert client.post(f"/posts/{id}/{verb}", htmx=htmx).status_code == 404
        assert client.get(f"/posts/{id}/likes", htmx=htmx).status_code == 404
    assert rows("like") == []


def test_the_list_shows_who_likes_it_the_latest_first(
    post, ada, bruno, make_user, do, stranger, travel
):
    one(stranger.get(f"/posts/{post.id}/likes"), ".empty", text="Nobody yet.")
    for person in (ada, bruno, make_user("carmen")):
        travel.shift(timedelta(seconds=1))
        do(like, person, post)
    assert people(stranger.get(f"/posts/{post.id}/likes")) == ["carmen", "bruno", "ada"]
    link = one(stranger.get(f"/posts/{post.id}"), ".post-lists a")
    assert text_of(link) == "3 likes"
    assert link.attributes["href"] == f"/posts/{post.id}/likes"


@pytest.mark.parametrize("htmx", [False, True])
def test_the_list_goes_page_by_page(app, post, make_user, stranger, travel, htmx):
    with app.app_context(), writing():
        everybody = [make_user() for _ in range(PAGE + 2)]
        for person in everybody:
            travel.shift(0.01)
            like(person, post)
        names = [person.username for person in everybody]
    page = stranger.get(f"/posts/{post.id}/likes")
    more = next(iter(attributes(page, "a#more", "href")))
    assert people(page) + people(stranger.get(more, htmx=htmx)) == names[::-1]


def test_the_list_leaves_out_whom_one_does_not_see(
    client, post, ada, make_user, make_block, do, stranger
):
    carmen = make_user("carmen")
    do(like, carmen, post)
    make_block(carmen, ada)
    assert people(client.get(f"/posts/{post.id}/likes")) == []
    assert people(stranger.get(f"/posts/{post.id}/likes")) == ["carmen"]


def test_the_list_has_buttons_to_follow(client, post, bruno, make_user, do):
    carmen = make_user("carmen")
    do(like, carmen, post)
    client.get(f"/posts/{post.id}/likes")
    answer = client.submit(f"#follow_{carmen.id}", htmx=True)
    select(answer, "button", text="Unfollow")
