"""Deleting and restoring a post."""

from datetime import timedelta

import pytest

from app.data.database import db
from app.posts.jobs import erase_deleted
from app.posts.models import Post
from tests.html import absent, cards, messages, one, text_of

DELETE = ".menu button[formaction$='/delete']"


@pytest.fixture
def post(ada, make_post):
    """A post of Ada's."""
    return make_post(ada, "Hello")


@pytest.fixture
def client(ada, signed_in, post):
    """Ada's client, with the menu of the post open."""
    client = signed_in(ada)
    client.get(f"/posts/{post.id}/menu")
    return client


def posts_count(rows):
    return rows("user", "username = 'ada'")[0]["posts_count"]


def test_delete_swaps_the_card_for_an_undo_button(client, post, rows):
    answer = client.press(DELETE, htmx=True)
    assert answer.status_code == 200
    one(answer, f"article#post_{post.id}.post-gone button[formaction$='/restore']")
    assert cards(client.get("/")) == []
    assert client.get(f"/posts/{post.id}").status_code == 404
    assert posts_count(rows) == 0


def test_undo_swaps_the_card_back(client, post, rows):
    client.press(DELETE, htmx=True)
    answer = client.post(f"/posts/{post.id}/restore", htmx=True)
    one(answer, f"article#post_{post.id} .post-body", text="Hello")
    assert cards(client.get("/")) == [post.id]
    assert posts_count(rows) == 1


def test_without_javascript_undo_is_in_the_message(client, post):
    answer = client.press(DELETE)
    assert answer.status_code == 303
    assert answer.location == "/"
    page = client.follow(answer)
    assert messages(page) == ["Your post is deleted. Undo"]
    answer = client.press(".message button")
    assert answer.location == f"/#post_{post.id}"
    assert cards(client.follow(answer)) == [post.id]


@pytest.mark.parametrize("page", ["", "/menu", "/history"])
def test_deleting_on_a_page_of_the_post_leads_elsewhere(client, post, page):
    client.get(f"/posts/{post.id}{page}")
    assert client.post(f"/posts/{post.id}/delete").location == "/"


@pytest.mark.parametrize("htmx", [False, True])
def test_after_thirty_seconds_a_post_cannot_be_restored(client, post, rows, travel, htmx):
    client.post(f"/posts/{post.id}/delete", htmx=htmx)
    travel.shift(timedelta(seconds=31))
    answer = client.post(f"/posts/{post.id}/restore", htmx=htmx)
    assert answer.status_code == 410
    assert "30 seconds" in answer.text
    assert posts_count(rows) == 0


def test_within_thirty_seconds_a_post_can_be_restored(client, post, rows, travel):
    client.post(f"/posts/{post.id}/delete")
    travel.shift(timedelta(seconds=29))
    assert client.post(f"/posts/{post.id}/restore").status_code == 303
    assert posts_count(rows) == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_deleting_twice_counts_once(client, post, rows, htmx):
    for verb, count in (("delete", 0), ("delete", 0), ("restore", 1), ("restore", 1)):
        answer = client.post(f"/posts/{post.id}/{verb}", htmx=htmx)
        assert answer.status_code == (200 if htmx else 303)
        assert posts_count(rows) == count


def test_concurrent_deletions_count_once(app, client, post, together, rows):
    windows = [client.twin() for _ in range(8)]
    for window in windows:
        window.token()
    together(lambda window: window.post(f"/posts/{post.id}/delete"), windows)
    assert posts_count(rows) == 0
    together(lambda window: window.post(f"/posts/{post.id}/restore"), windows)
    assert posts_count(rows) == 1


@pytest.mark.parametrize("verb", ["delete", "restore"])
def test_only_the_author_can_delete_or_restore(post, bruno, signed_in, verb, rows):
    client = signed_in(bruno)
    absent(client.get(f"/posts/{post.id}/menu"), DELETE)
    for htmx in (False, True):
        assert client.post(f"/posts/{post.id}/{verb}", htmx=htmx).status_code == 404
    assert posts_count(rows) == 1


@pytest.mark.parametrize("id", ["1", "0", str(2**63), "9" * 19])
def test_an_unknown_post_is_not_found(client, id):
    for verb in ("delete", "restore"):
        assert client.post(f"/posts/{id}/{verb}").status_code == 404


def test_the_sweep_erases_posts_that_cannot_be_restored(
    app, ada, client, post, make_post, travel, rows
):
    kept = make_post(ada, "Stays")
    client.post(f"/posts/{post.id}/delete")
    for seconds, left in ((31, 2), (30, 1)):
        travel.shift(timedelta(seconds=seconds))
        with app.app_context():
            erase_deleted()
        assert len(rows("post")) == left
    assert rows("post")[0]["id"] == kept.id


def test_deleting_and_restoring_in_the_shell(app, post):
    with app.app_context():
        found = db.session.get(Post, post.id)
        found.delete()
        assert found.deleted_at is not None
        assert found.restore()
        assert found.deleted_at is None


# A reply


@pytest.fixture
def reply(ada, bruno, make_post):
    """A reply of Ada's to a post of Bruno's."""
    return make_post(ada, "I have.", in_reply_to=make_post(bruno, "Who has a ladder?"))


def test_a_deleted_reply_leaves_no_form_and_the_count_of_its_parent_moves(client, reply):
    parent = reply.in_reply_to_id
    page = client.get(f"/posts/{reply.id}")
    one(page, f".composer[data-in-reply-to='{reply.id}']")
    assert text_of(one(page, f"#reply_{parent}")) == "1"
    client.get(f"/posts/{reply.id}/menu")
    answer = client.press(f"#deletion_{reply.id}", htmx=True)
    one(answer, f"hx-partial[hx-target*=\"'{reply.id}'\"][hx-swap=delete]")
    assert text_of(one(answer, f"hx-partial[hx-target='#reply_{parent}'] a")) == ""
    absent(answer, "form")
    answer = client.post(f"/posts/{reply.id}/restore", htmx=True)
    assert cards(answer) == [reply.id]
    one(answer, f"hx-partial[hx-swap=afterend] #composer[data-in-reply-to='{reply.id}']")
    assert text_of(one(answer, f"hx-partial[hx-target='#reply_{parent}'] a")) == "1"


def test_a_parent_that_the_viewer_may_not_see_has_no_count(client, ada, bruno, reply, make_block):
    make_block(bruno, ada)
    for verb in ("delete", "restore"):
        answer = client.post(f"/posts/{reply.id}/{verb}", htmx=True)
        assert answer.status_code == 200
        absent(answer, f"#reply_{reply.in_reply_to_id}")
