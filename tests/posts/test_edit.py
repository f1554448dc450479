"""Editing a post, its history, and undoing an edit."""

from datetime import timedelta
from urllib.parse import quote

import pytest

from app.data.database import db, writing
from app.posts.models import UNDO_WITHIN, Post
from app.posts.writing import edit
from app.web.paging import PAGE
from tests.html import absent, attributes, cards, messages, one, select, text_of


@pytest.fixture
def post(ada, bruno, make_post):
    """A post of Ada's."""
    return make_post(ada, "Soup with @bruno #Soup")


@pytest.fixture
def client(ada, signed_in):
    """Ada's client."""
    return signed_in(ada)


@pytest.fixture
def edit_post(app):
    """Give a function that edits a post and returns the id of the old version."""

    def act(post, body, **details):
        with app.app_context():
            version = edit(db.session.get(Post, post.id), body, **details)
            return version and version.id

    return act


@pytest.fixture
def found(anonymous):
    """Give a function that searches and returns the ids of posts."""
    return lambda query: cards(anonymous.get(f"/search?q={quote(query)}"))


def row_of(rows, post):
    return rows("post", "id = :id", id=post.id)[0]


def change(client, post, body, *, htmx=False, to=None):
    page = to or client.get(f"/posts/{post.id}/edit")
    return client.submit(f"#composer_edit_{post.id}", to=page, htmx=htmx, body=body)


def bodies(page):
    return [text_of(node) for node in select(page, ".post-body")]


# The form


def test_edit_swaps_the_card_for_the_form(client, post):
    menu = select(client.get(f"/posts/{post.id}/menu"), "[id^=menu_] a")[0]
    assert menu.attributes["hx-get"] == menu.attributes["href"] == f"/posts/{post.id}/edit"
    fragment = client.get(menu.attributes["href"], htmx=True)
    form = one(fragment, f"article#post_{post.id} form#composer_edit_{post.id}")
    assert form.css_first("textarea").text().strip() == "Soup with @bruno #Soup"
    assert form.css_first("[data-cancel]").attributes["href"] == f"/posts/{post.id}"


def test_with_htmx_saving_swaps_the_form_for_the_changed_card(client, post):
    answer = change(client, post, "Bread", htmx=True)
    assert answer.status_code == 200
    card = one(answer, f"article#post_{post.id}[autofocus]")
    assert text_of(card.css_first(".post-body")) == "Bread"
    edited = one(answer, "a.post-edited", text="edited")
    assert edited.attributes["href"] == f"/posts/{post.id}/history"
    assert messages(answer) == ["Your post is changed."]
    one(answer, ".post-undo button", text="Undo")


def test_without_javascript_saving_leads_to_the_post(client, post):
    answer = change(client, post, "Bread")
    assert answer.status_code == 303
    assert answer.location == f"/posts/{post.id}"
    page = client.follow(answer)
    assert bodies(page) == ["Bread"]
    assert messages(page) == ["Your post is changed. Undo"]
    client.press(".message button")
    assert bodies(client.get(f"/posts/{post.id}")) == ["Soup with @bruno #Soup"]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("body", "error"),
    [
        (" \r\n ", "Write something first."),
        ("x" * 501, "Shorten it by 1."),
        ("Hello\x00", "cannot be kept"),
    ],
    ids=["empty", "too long", "NUL"],
)
def test_a_text_that_cannot_be_saved_stays_in_the_form(client, post, rows, htmx, body, error):
    answer = change(client, post, body, htmx=htmx)
    assert answer.status_code == 422
    form = f"#composer_edit_{post.id}"
    assert error in text_of(one(answer, f"{form}_error"))
    kept = one(answer, f"{form} textarea").text().removeprefix("\n")
    assert kept.replace("�", "\x00") == body.replace("\r\n", "\n")
    assert row_of(rows, post)["body"] == "Soup with @bruno #Soup"
    assert rows("version") == []


@pytest.mark.parametrize("htmx", [False, True])
def test_only_the_author_can_edit(post, bruno, signed_in, anonymous, app, client, rows, htmx):
    other = signed_in(bruno)
    fields = {"body": "Mine now"}
    assert other.get(f"/posts/{post.id}/edit", htmx=htmx).status_code == 404
    assert other.post(f"/posts/{post.id}/edit", fields, htmx=htmx).status_code == 404
    assert anonymous.get(f"/posts/{post.id}/edit", htmx=htmx).status_code in (303, 401)
    client.post(f"/posts/{post.id}/delete")
    for id in (post.id, 1, 2**63):
        assert client.get(f"/posts/{id}/edit", htmx=htmx).status_code == 404
        assert client.post(f"/posts/{id}/edit", fields, htmx=htmx).status_code == 404
    assert rows("version") == []


# Changes of an edit


def test_an_edit_updates_html_mentions_and_tags(client, post, ada, make_user, rows):
    carmen = make_user("carmen")
    change(client, post, "Bread <with>\r\n@carmen #Bread #BREAD")
    row = row_of(rows, post)
    assert row["body"] == "Bread <with>\n@carmen #Bread #BREAD"
    assert row["body_html"] == (
        'Bread &lt;with&gt;<br><a href="/@carmen">@carmen</a> '
        '<a href="/tags/bread">#Bread</a> <a href="/tags/bread">#BREAD</a>'
    )
    assert row["edited_at"] is not None
    assert [mention["user_id"] for mention in rows("mention")] == [carmen.id]
    assert [tagging["tag"] for tagging in rows("post_tag")] == ["bread"]


def test_search_finds_the_new_text_and_not_the_old(client, post, found):
    assert found("soup") == [post.id]
    change(client, post, "Bread")
    assert found("bread") == [post.id]
    assert found("soup") == found("#soup") == []


def test_an_edit_keeps_all_other_columns(
    client, post, ada, bruno, make_post, make_follow, rows, signed_in
):
    make_post(bruno, "I like soup", in_reply_to=post)
    signed_in(bruno).post(f"/posts/{post.id}/like")
    before = row_of(rows, post)
    change(client, post, "Bread")
    after = row_of(rows, post)
    changed = {name for name in before if before[name] != after[name]}
    assert changed == {"body", "body_html", "edited_at"}
    assert rows("user", "username = 'ada'")[0]["posts_count"] == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_the_same_text_makes_no_version(client, post, rows, htmx):
    answer = change(client, post, "Soup with @bruno #Soup", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert rows("version") == []
    absent(answer if htmx else client.follow(answer), ".post-edited")


# The same form sent again


@pytest.mark.parametrize("htmx", [False, True])
def test_the_same_form_twice_edits_once(client, post, rows, htmx):
    page = client.get(f"/posts/{post.id}/edit")
    first, second = (change(client, post, "Bread", htmx=htmx, to=page) for _ in range(2))
    assert first.status_code == second.status_code == (200 if htmx else 303)
    assert len(rows("version")) == 1
    if htmx:
        undo = ".post-undo button"
        assert attributes(first, undo, "formaction") == attributes(second, undo, "formaction")


def test_the_same_form_sent_concurrently_edits_once(client, post, together, rows):
    page = client.get(f"/posts/{post.id}/edit")
    windows = [client.twin() for _ in range(8)]
    answers = together(
        lambda window: change(window, post, "Bread", htmx=True, to=page).status_code, windows
    )
    assert set(answers) == {200}
    assert len(rows("version")) == 1
    assert row_of(rows, post)["body"] == "Bread"


def test_concurrent_edits_each_keep_the_version_they_replaced(client, post, together, rows):
    pages = [client.get(f"/posts/{post.id}/edit") for _ in range(6)]
    items = [(client.twin(), page, f"Text {n}") for n, page in enumerate(pages)]
    together(lambda item: change(item[0], post, item[2], to=item[1]), items)
    said = [row["body"] for row in rows("version")] + [row_of(rows, post)["body"]]
    assert sorted(said) == ["Soup with @bruno #Soup", *(f"Text {n}" for n in range(6))]


@pytest.mark.parametrize("htmx", [False, True])
def test_the_same_form_with_another_text_asks_and_saves_when_sent_again(client, post, rows, htmx):
    page = client.get(f"/posts/{post.id}/edit")
    change(client, post, "Bread", htmx=htmx, to=page)
    answer = change(client, post, "Cake", htmx=htmx, to=page)
    assert answer.status_code == 422
    assert one(answer, "textarea").text().strip() == "Cake"
    assert "You sent this form before" in text_of(one(answer, ".composer-error"))
    assert row_of(rows, post)["body"] == "Bread"
    assert change(client, post, "Cake", htmx=htmx, to=answer).status_code == (200 if htmx else 303)
    assert row_of(rows, post)["body"] == "Cake"
    assert len(rows("version")) == 2


# The history


def test_the_history_lists_the_newest_version_first(post, edit_post, anonymous, travel):
    for body in ("Second", "Third <b>"):
        travel.shift(timedelta(minutes=1))
        edit_post(post, body)
    page = anonymous.get(f"/posts/{post.id}/history")
    assert bodies(page) == ["Third <b>", "Second", "Soup with @bruno #Soup"]
    times = [time[:19] for time in attributes(page, "#versions time", "datetime")]
    assert times == sorted(set(times), reverse=True)
    one(page, f"a[href='/posts/{post.id}']")


def test_each_version_appears_once_over_all_pages(app, post, anonymous):
    texts = [f"Text {n}" for n in range(PAGE + 3)]
    with app.app_context(), writing():
        for text in texts:
            edit(db.session.get(Post, post.id), text)
    page = anonymous.get(f"/posts/{post.id}/history")
    more = one(page, "a#more").attributes["href"]
    expected = [*reversed(texts), "Soup with @bruno #Soup"]
    assert bodies(page) + bodies(anonymous.get(more, htmx=True)) == expected
    assert bodies(page) + bodies(anonymous.get(more)) == expected


def test_the_history_of_a_post_that_the_viewer_cannot_see_is_not_found(
    post, edit_post, ada, bruno, make_block, signed_in, client, anonymous
):
    edit_post(post, "Second")
    make_block(ada, bruno)
    assert signed_in(bruno).get(f"/posts/{post.id}/history").status_code == 404
    client.post(f"/posts/{post.id}/delete")
    for id in (post.id, 1):
        assert anonymous.get(f"/posts/{id}/history").status_code == 404


# Undo


@pytest.mark.parametrize("htmx", [False, True])
def test_undo_restores_the_text_and_removes_the_edited_mark(client, post, rows, found, htmx):
    change(client, post, "Bread @ada", htmx=True)
    version = rows("version")[0]["id"]
    answer = client.post(f"/posts/{post.id}/restore?version={version}", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    card = answer if htmx else client.get(f"/posts/{post.id}")
    assert bodies(card) == ["Soup with @bruno #Soup"]
    absent(card, ".post-edited")
    row = row_of(rows, post)
    assert row["edited_at"] is None
    assert "/@bruno" in row["body_html"]
    assert [tagging["tag"] for tagging in rows("post_tag")] == ["soup"]
    assert len(rows("mention")) == 1
    assert rows("version") == []
    assert (found("soup"), found("bread")) == ([post.id], [])


def test_undoing_the_second_edit_keeps_the_edited_mark(client, post, edit_post, rows, travel):
    edit_post(post, "Second")
    edited_at = row_of(rows, post)["edited_at"]
    travel.shift(timedelta(minutes=5))
    version = edit_post(post, "Third")
    client.post(f"/posts/{post.id}/restore?version={version}")
    row = row_of(rows, post)
    assert (row["body"], row["edited_at"]) == ("Second", edited_at)


@pytest.mark.parametrize("htmx", [False, True])
def test_after_thirty_seconds_an_edit_cannot_be_undone(client, post, edit_post, rows, travel, htmx):
    version = edit_post(post, "Bread")
    travel.shift(UNDO_WITHIN + timedelta(seconds=1))
    answer = client.post(f"/posts/{post.id}/restore?version={version}", htmx=htmx)
    assert answer.status_code == 410
    assert "30 seconds" in answer.text
    assert row_of(rows, post)["body"] == "Bread"


def test_within_thirty_seconds_an_edit_can_be_undone(client, post, edit_post, rows, travel):
    version = edit_post(post, "Bread")
    travel.shift(UNDO_WITHIN - timedelta(seconds=1))
    answer = client.post(f"/posts/{post.id}/restore?version={version}")
    assert answer.status_code == 303
    assert row_of(rows, post)["body"] == "Soup with @bruno #Soup"


def test_an_edit_can_be_undone_although_the_earlier_text_is_too_long_by_now(
    client, post, edit_post, rows, set_site
):
    version = edit_post(post, "Bread")
    set_site(longest_post=10)
    assert client.post(f"/posts/{post.id}/restore?version={version}").status_code == 303
    assert row_of(rows, post)["body"] == "Soup with @bruno #Soup"


@pytest.mark.parametrize("htmx", [False, True])
def test_only_the_latest_edit_can_be_undone(client, post, edit_post, rows, htmx):
    first = edit_post(post, "Second")
    edit_post(post, "Third")
    for version in (first, 1, 2**63):
        answer = client.post(f"/posts/{post.id}/restore?version={version}", htmx=htmx)
        assert answer.status_code == 410
    assert row_of(rows, post)["body"] == "Third"
    assert len(rows("version")) == 2


def test_the_edit_of_another_post_cannot_be_undone(client, post, ada, make_post, edit_post, rows):
    other = make_post(ada, "Other")
    version = edit_post(other, "Changed")
    edit_post(post, "Bread")
    answer = client.post(f"/posts/{post.id}/restore?version={version}")
    assert answer.status_code == 410
    assert row_of(rows, other)["body"] == "Changed"


def test_only_the_author_can_undo(post, edit_post, bruno, signed_in, rows):
    version = edit_post(post, "Bread")
    answer = signed_in(bruno).post(f"/posts/{post.id}/restore?version={version}")
    assert answer.status_code == 404
    assert row_of(rows, post)["body"] == "Bread"


def test_a_deleted_post_stays_deleted_when_its_edit_is_undone(client, post, edit_post, rows, found):
    version = edit_post(post, "Bread")
    client.post(f"/posts/{post.id}/delete")
    for htmx in (False, True):
        answer = client.post(f"/posts/{post.id}/restore?version={version}", htmx=htmx)
        assert answer.status_code == 404
    row = row_of(rows, post)
    assert (row["body"], row["deleted_at"] is None) == ("Bread", False)
    assert found("soup") == found("bread") == []
