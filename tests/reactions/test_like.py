"""Likes, which everybody sees."""

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
    """Ada's client, on the public timeline."""
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


def test_like_swaps_the_button_and_the_count(client, post, rows):
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


def test_without_javascript_liking_leads_back_to_the_card(client, post):
    for pressed in ("true", "false"):
        answer = client.press(f"#like_{post.id}")
        assert answer.status_code == 303
        assert answer.location == f"/explore?x=1#post_{post.id}"
        page = client.follow(answer)
        assert one(page, f"#like_{post.id}").attributes["aria-pressed"] == pressed


@pytest.mark.parametrize("htmx", [False, True])
def test_liking_twice_counts_once(client, post, rows, htmx):
    for verb, count in (("like", 1), ("like", 1), ("unlike", 0), ("unlike", 0)):
        answer = client.post(f"/posts/{post.id}/{verb}", htmx=htmx)
        assert answer.status_code == (200 if htmx else 303)
        assert likes_count(rows, post) == len(rows("like")) == count


def test_concurrent_likes_of_one_user_count_once(client, post, together, rows):
    windows = [client.twin() for _ in range(8)]
    for window in windows:
        window.token()
    for verb, count in (("like", 1), ("unlike", 0)):
        answers = together(
            lambda window, verb=verb: window.post(f"/posts/{post.id}/{verb}", htmx=True), windows
        )
        assert {answer.status_code for answer in answers} == {200}
        assert likes_count(rows, post) == len(rows("like")) == count


def test_concurrent_likes_of_many_users_all_count(post, make_user, do, together, rows):
    together(lambda person: do(like, person, post), [make_user() for _ in range(8)])
    assert likes_count(rows, post) == 8


def test_the_verbs_return_whether_anything_changed(app, ada, post):
    with app.app_context():
        assert [like(ada, post), like(ada, post)] == [True, False]
        assert [unlike(ada, post), unlike(ada, post)] == [True, False]


def test_an_author_can_like_their_own_post(bruno, post, do, rows):
    do(like, bruno, post)
    assert likes_count(rows, post) == 1


def test_a_like_shows_as_pressed_to_its_owner_only(client, ada, bruno, post, do, signed_in):
    do(like, ada, post)
    for browser, pressed in ((client, "true"), (signed_in(bruno), "false"), (client, "true")):
        button = one(browser.get("/explore"), f"#like_{post.id}")
        assert button.attributes["aria-pressed"] == pressed
        assert text_of(button) == "1"


def test_an_anonymous_viewer_gets_links_instead_of_buttons(ada, post, do, anonymous):
    do(like, ada, post)
    card = one(anonymous.get("/explore"), f"#post_{post.id}")
    assert not card.css("button")
    link = card.css_first("a.like")
    way = f"/register?then=/posts/{post.id}/like&next=/posts/{post.id}"
    assert link.attributes["href"] == way
    assert link.attributes["aria-label"] == "Like 1"
    assert text_of(link) == "1"


@pytest.mark.parametrize("verb", ["like", "unlike"])
def test_an_anonymous_viewer_is_asked_to_log_in(post, anonymous, rows, verb):
    assert anonymous.post(f"/posts/{post.id}/{verb}").status_code == 303
    answer = anonymous.post(f"/posts/{post.id}/{verb}", htmx=True)
    assert answer.status_code == 401
    one(answer, "hx-partial[hx-target='#flash'] .message")
    assert rows("like") == []


def test_a_like_survives_deletion_and_restoring_of_the_post(ada, post, do, rows, anonymous):
    do(like, ada, post)
    for verb in ("delete", "restore"):
        do(change, post, verb)
        assert likes_count(rows, post) == len(rows("like")) == 1
    assert people(anonymous.get(f"/posts/{post.id}/likes")) == ["ada"]


@pytest.mark.parametrize("htmx", [False, True])
def test_a_post_that_the_viewer_cannot_see_cannot_be_liked(
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


def test_the_list_shows_the_newest_like_first(post, ada, bruno, make_user, do, anonymous, travel):
    one(anonymous.get(f"/posts/{post.id}/likes"), ".empty", text="Nobody yet.")
    for person in (ada, bruno, make_user("carmen")):
        travel.shift(timedelta(seconds=1))
        do(like, person, post)
    assert people(anonymous.get(f"/posts/{post.id}/likes")) == ["carmen", "bruno", "ada"]
    link = one(anonymous.get(f"/posts/{post.id}"), ".post-lists a")
    assert text_of(link) == "3 likes"
    assert link.attributes["href"] == f"/posts/{post.id}/likes"


@pytest.mark.parametrize("htmx", [False, True])
def test_each_like_appears_once_over_all_pages(app, post, make_user, anonymous, travel, htmx):
    with app.app_context(), writing():
        everybody = [make_user() for _ in range(PAGE + 2)]
        for person in everybody:
            travel.shift(0.01)
            like(person, post)
        names = [person.username for person in everybody]
    page = anonymous.get(f"/posts/{post.id}/likes")
    more = next(iter(attributes(page, "a#more", "href")))
    assert people(page) + people(anonymous.get(more, htmx=htmx)) == names[::-1]


def test_the_list_hides_blocked_users(client, post, ada, make_user, make_block, do, anonymous):
    carmen = make_user("carmen")
    do(like, carmen, post)
    make_block(carmen, ada)
    assert people(client.get(f"/posts/{post.id}/likes")) == []
    assert people(anonymous.get(f"/posts/{post.id}/likes")) == ["carmen"]


def test_the_list_has_follow_buttons(client, post, bruno, make_user, do):
    carmen = make_user("carmen")
    do(like, carmen, post)
    client.get(f"/posts/{post.id}/likes")
    answer = client.submit(f"#follow_{carmen.id}", htmx=True)
    select(answer, "button", text="Unfollow")


def test_on_its_own_page_the_count_in_words_changes_too(ada, post, signed_in):
    client = signed_in(ada)
    client.get(f"/posts/{post.id}")
    answer = client.press(f"#like_{post.id}", htmx=True)
    assert text_of(one(answer, "hx-partial .post-lists a")) == "1 like"
    answer = client.post(f"/posts/{post.id}/unlike", htmx=True)
    one(answer, "hx-partial .post-date")
    absent(answer, ".post-lists")
    client.get("/explore")
    absent(client.press(f"#like_{post.id}", htmx=True), ".post-facts")
