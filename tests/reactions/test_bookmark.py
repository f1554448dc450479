"""Bookmarks, which only their owner sees."""

from datetime import timedelta

import pytest

from app.data.database import db, writing
from app.posts.models import Post
from app.posts.reposting import repost
from app.reactions.models import bookmark, unbookmark
from app.web.paging import PAGE
from tests.html import absent, attributes, cards, one, text_of


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


def change(post, verb):
    getattr(db.session.get(Post, post.id), verb)()


def test_bookmark_swaps_the_button_without_a_count(client, post, rows):
    button = f"button#bookmark_{post.id}"
    for pressed, kept in (("true", 1), ("false", 0)):
        answer = client.press(button, htmx=True)
        assert answer.status_code == 200
        swapped = one(answer, button)
        assert swapped.attributes["aria-pressed"] == pressed
        assert swapped.attributes["aria-label"] == "Bookmark"
        assert text_of(swapped) == ""
        absent(answer, "article")
        assert len(rows("bookmark")) == kept
        assert one(client.get("/explore"), button).attributes == swapped.attributes


def test_without_javascript_bookmarking_leads_back_to_the_card(client, post):
    for pressed in ("true", "false"):
        answer = client.press(f"#bookmark_{post.id}")
        assert answer.status_code == 303
        assert answer.location == f"/explore?x=1#post_{post.id}"
        page = client.follow(answer)
        assert one(page, f"#bookmark_{post.id}").attributes["aria-pressed"] == pressed


@pytest.mark.parametrize("htmx", [False, True])
def test_bookmarking_twice_bookmarks_once(client, post, rows, htmx):
    for verb, kept in (("bookmark", 1), ("bookmark", 1), ("unbookmark", 0), ("unbookmark", 0)):
        answer = client.post(f"/posts/{post.id}/{verb}", htmx=htmx)
        assert answer.status_code == (200 if htmx else 303)
        assert len(rows("bookmark")) == kept


def test_concurrent_bookmarks_bookmark_once(client, post, together, rows):
    windows = [client.twin() for _ in range(8)]
    for window in windows:
        window.token()
    for verb, kept in (("bookmark", 1), ("unbookmark", 0)):
        answers = together(
            lambda window, verb=verb: window.post(f"/posts/{post.id}/{verb}", htmx=True), windows
        )
        assert {answer.status_code for answer in answers} == {200}
        assert len(rows("bookmark")) == kept


def test_the_list_shows_the_newest_bookmark_first(client, ada, post, make_post, do, travel):
    one(client.get("/bookmarks"), ".empty", text="Nothing yet.")
    newer = make_post(ada)
    for each in (newer, post):
        travel.shift(timedelta(seconds=1))
        do(bookmark, ada, each)
    assert cards(client.get("/bookmarks")) == [post.id, newer.id]
    do(unbookmark, ada, post)
    assert cards(client.get("/bookmarks")) == [newer.id]


def test_a_reply_can_be_bookmarked(client, ada, post, make_post, do):
    reply = make_post(ada, "I have.", in_reply_to=post)
    do(bookmark, ada, reply)
    assert cards(client.get("/bookmarks")) == [reply.id]


def test_the_original_and_not_its_repost_is_bookmarked(client, ada, post, make_user, do, rows):
    do(repost, make_user("carmen"), post)
    do(bookmark, ada, post)
    assert cards(client.get("/bookmarks")) == [post.id]
    absent(client.page, "#posts .post-why")
    own = rows("post", "repost_of_id is not null")[0]["id"]
    assert client.post(f"/posts/{own}/bookmark").status_code == 404


@pytest.mark.parametrize("htmx", [False, True])
def test_each_bookmark_appears_once_over_all_pages(
    app, client, ada, bruno, make_post, travel, htmx
):
    with app.app_context(), writing():
        kept = [make_post(bruno, f"No. {n}") for n in range(2 * PAGE + 3)]
        for each in kept:
            travel.shift(0.01)
            bookmark(ada, each)
        ids = [each.id for each in kept]
    page = client.get("/bookmarks")
    seen = cards(page)
    while more := next(iter(attributes(page, "a#more", "href")), None):
        page = client.get(more, htmx=htmx)
        seen += cards(page)
    assert seen == ids[::-1]


def test_nobody_sees_the_bookmarks_of_another_user(
    client, ada, bruno, post, do, signed_in, anonymous
):
    do(bookmark, ada, post)
    other = signed_in(bruno)
    assert cards(other.get("/bookmarks")) == []
    for browser in (other, anonymous):
        absent(browser.get(f"/posts/{post.id}"), ".bookmark[aria-pressed=true]")
    absent(anonymous.page, ".bookmark")
    assert cards(client.get("/bookmarks")) == [post.id]


def test_an_anonymous_viewer_logs_in_to_see_their_bookmarks(anonymous, ada, post, do):
    do(bookmark, ada, post)
    anonymous.follow(anonymous.get("/bookmarks"))
    answer = anonymous.submit("main form", login="ada", password="rain on the tin roof")
    assert answer.location == "/bookmarks"
    assert cards(anonymous.follow(answer)) == [post.id]


@pytest.mark.parametrize("verb", ["bookmark", "unbookmark"])
def test_an_anonymous_viewer_is_asked_to_log_in(post, anonymous, rows, verb):
    assert anonymous.get("/bookmarks", htmx=True).status_code == 401
    assert anonymous.post(f"/posts/{post.id}/{verb}").status_code == 303
    assert anonymous.post(f"/posts/{post.id}/{verb}", htmx=True).status_code == 401
    assert rows("bookmark") == []


def test_a_bookmark_of_a_deleted_post_is_hidden_until_it_is_restored(client, ada, post, do, rows):
    do(bookmark, ada, post)
    for verb, shown in (("delete", []), ("restore", [post.id])):
        do(change, post, verb)
        assert cards(client.get("/bookmarks")) == shown
        assert len(rows("bookmark")) == 1


@pytest.mark.parametrize("blocker", ["ada", "bruno"])
def test_a_bookmark_of_a_blocked_users_post_is_hidden(
    client, ada, bruno, post, do, make_block, blocker
):
    do(bookmark, ada, post)
    make_block(*((ada, bruno) if blocker == "ada" else (bruno, ada)))
    assert cards(client.get("/bookmarks")) == []


@pytest.mark.parametrize("htmx", [False, True])
def test_a_post_that_the_viewer_cannot_see_cannot_be_bookmarked(
    client, ada, bruno, post, make_post, make_user, make_block, do, rows, htmx
):
    deleted = make_post(make_user("carmen"))
    do(change, deleted, "delete")
    make_block(bruno, ada)
    for id in (post.id, deleted.id, 1, 2**63):
        for verb in ("bookmark", "unbookmark"):
            assert client.post(f"/posts/{id}/{verb}", htmx=htmx).status_code == 404
    assert rows("bookmark") == []
