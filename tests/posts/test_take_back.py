"""Undoing what was just published: the text goes back into the composer."""

import pytest

from app.posts import drafts, refusals
from tests.html import absent, attributes, messages, one, text_of


@pytest.fixture
def client(ada, signed_in):
    return signed_in(ada)


@pytest.fixture
def parent(bruno, make_post):
    return make_post(bruno, "Who has a ladder?")


def publish(client, at="/", *, htmx, **typed):
    """Publish "Hello" at a page; return the answer, without htmx the page it leads to."""
    client.get(at)
    answer = client.submit("#composer", htmx=htmx, body="Hello", **typed)
    return answer if htmx else client.follow(answer)


def undo_of(answer):
    (url,) = attributes(answer, "button[formaction$='/take-back']", "formaction")
    return url


def text_in(answer, css):
    return one(answer, f"{css} textarea").text().strip()


def test_a_new_post_has_view_and_undo(client, rows):
    page = publish(client, htmx=False)
    id = rows("post")[0]["id"]
    assert messages(page) == ["Your post is published. View Undo"]
    one(page, f".message a[href='/posts/{id}']", text="View")
    assert undo_of(page) == f"/posts/{id}/take-back"


def test_with_htmx_view_is_in_the_message_and_undo_on_the_card(client, rows):
    answer = publish(client, htmx=True)
    id = rows("post")[0]["id"]
    one(answer, f"hx-partial[hx-target='#flash'] a[href='/posts/{id}']", text="View")
    absent(answer, ".message button")
    assert attributes(answer, ".post-undo button", "formaction") == [f"/posts/{id}/take-back"]


def test_undo_gives_the_text_back_and_it_can_be_posted_again(client, rows):
    page = client.follow(client.post(undo_of(publish(client, htmx=False))))
    assert text_in(page, "#composer") == "Hello"
    assert rows("user", "username = 'ada'")[0]["posts_count"] == 0
    assert client.submit("#composer").status_code == 303
    assert [row["body"] for row in rows("post", "deleted_at IS NULL")] == ["Hello"]
    assert not rows("draft")


def test_with_htmx_undo_fills_an_empty_composer_and_removes_the_card(client, rows):
    undo = undo_of(publish(client, htmx=True))
    answer = client.post(undo, htmx=True)
    id = rows("post")[0]["id"]
    one(answer, f"hx-partial[hx-target='#post_{id}'][hx-swap=delete]")
    # Another text that was begun meanwhile stays.
    target = "hx-partial[hx-target='#composer:has(textarea:placeholder-shown)']"
    assert text_in(answer, f"{target} form#composer") == "Hello"
    one(answer, f"{target} textarea[autofocus]")
    again = client.submit("#composer", to=answer, htmx=True)
    assert text_of(one(again, "article .post-body")) == "Hello"
    assert [row["body"] for row in rows("post", "deleted_at IS NULL")] == ["Hello"]


def test_undo_works_again_and_again(client, rows):
    for _time in range(3):
        page = client.follow(client.post(undo_of(publish(client, htmx=False))))
        assert text_in(page, "#composer") == "Hello"
        assert len(rows("draft")) == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_undo_that_is_pressed_twice_does_not_touch_what_was_typed_since(client, rows, htmx):
    undo = undo_of(publish(client, htmx=htmx))
    client.post(undo, htmx=htmx)
    nonce = rows("draft")[0]["nonce"]
    client.post("/drafts", {"nonce": nonce, "body": "Hello, all"}, htmx=True)
    answer = client.post(undo, htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert [row["body"] for row in rows("draft")] == ["Hello, all"]
    if htmx:
        absent(answer, "form.composer")


def test_a_reply_goes_back_into_the_composer_of_its_thread(client, rows, parent):
    undo = undo_of(publish(client, f"/posts/{parent.id}", htmx=True))
    answer = client.post(undo, htmx=True)
    form = one(answer, "hx-partial[hx-target^='#composer'] form#composer")
    assert form.attributes["action"] == f"/posts/{parent.id}/reply"
    assert text_of(one(answer, f"hx-partial[hx-target='#reply_{parent.id}'] a")) == ""
    client.submit("#composer", to=answer, htmx=True)
    (reply,) = rows("post", "deleted_at IS NULL AND author_id <> :by", by=parent.author_id)
    assert (reply["body"], reply["in_reply_to_id"]) == ("Hello", parent.id)


def test_a_reply_in_a_list_turns_back_into_its_form(client, rows, parent):
    form = client.get(f"/posts/{parent.id}/reply", htmx=True)
    client.get("/explore")
    answer = client.submit(f"#composer_{parent.id}", to=form, htmx=True, body="Hello")
    answer = client.post(undo_of(answer), htmx=True)
    again = one(answer, "form.composer")
    assert again.attributes["action"] == f"/posts/{parent.id}/reply"
    assert text_in(answer, "form.composer") == "Hello"
    absent(answer, "hx-partial[hx-swap=delete]")


def test_without_javascript_a_reply_goes_back_to_the_page_to_reply(client, parent):
    page = publish(client, f"/posts/{parent.id}", htmx=False)
    answer = client.post(undo_of(page))
    assert answer.location.startswith(f"/posts/{parent.id}/reply?draft=")
    assert text_in(client.follow(answer), f"#composer_{parent.id}") == "Hello"


@pytest.mark.parametrize("htmx", [False, True])
def test_a_post_stays_where_no_draft_fits(client, rows, monkeypatch, htmx):
    undo = undo_of(publish(client, htmx=htmx))
    monkeypatch.setattr(drafts, "MOST_DRAFTS", 0)
    answer = client.post(undo, htmx=htmx)
    assert answer.status_code == (409 if htmx else 303)
    said = messages(answer if htmx else client.follow(answer))
    assert said == [f"You have {refusals.MOST_DRAFTS} drafts, and no more fit. Throw some away."]
    assert rows("post")[0]["deleted_at"] is None


def test_only_the_author_takes_a_post_back(client, parent):
    client.get("/")
    assert client.post(f"/posts/{parent.id}/take-back").status_code == 404
