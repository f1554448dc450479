"""Drafts: saved while typing, shown in any browser, and deleted when the form is sent."""

from datetime import timedelta

import pytest

from app.data.database import db, writing
from app.posts.drafts import save_draft
from app.posts.jobs import DRAFTS_KEPT, delete_old_drafts, erase_deleted
from app.posts.models import UNDO_WITHIN, Post
from app.posts.refusals import MOST_DRAFTS
from app.web.paging import PAGE
from tests.html import absent, attributes, cards, messages, one, select, text_of


@pytest.fixture
def client(ada, signed_in):
    """Ada's client, on Ada's home timeline."""
    client = signed_in(ada)
    client.get("/")
    return client


@pytest.fixture
def post(bruno, make_post):
    """A post of Bruno's."""
    return make_post(bruno, "Who has a ladder?")


@pytest.fixture
def make_draft(app, ada):
    """Give a function that saves a draft, by default one of Ada's."""

    def save(body, nonce, author=ada, **what):
        with app.app_context():
            return save_draft(author, nonce, body, **what)

    return save


def typed(page, form="#composer"):
    return one(page, f"{form} textarea").text().removeprefix("\n")


def nonce_of(page, form="#composer"):
    return one(page, f"{form} [name=nonce]").attributes["value"]


def bodies(page):
    return [text_of(node) for node in select(page, ".draft-body")]


# Saving


def test_a_draft_is_saved_without_a_message(client, rows):
    field = one(client.page, "#composer textarea")
    assert field.attributes["hx-post"] == "/drafts"
    nonce = nonce_of(client.page)
    answer = client.post("/drafts", {"body": "Half a\r\nthought", "nonce": nonce}, htmx=True)
    assert answer.status_code == 204
    assert answer.text == ""
    draft = rows("draft")[0]
    assert (draft["body"], draft["nonce"]) == ("Half a\nthought", nonce)
    assert (draft["in_reply_to_id"], draft["edits_id"]) == (None, None)


def test_the_save_button_shows_a_message_and_leads_back(client, rows):
    client.get("/?before=99999999999999999")
    button = one(client.page, "#composer button.keep-draft")
    fields = {"body": "Half a thought", "nonce": nonce_of(client.page)}
    answer = client.post(button.attributes["formaction"], fields)
    assert answer.status_code == 303
    assert answer.location == "/?before=99999999999999999"
    assert messages(client.follow(answer)) == ["Your draft is kept."]
    assert rows("draft")[0]["body"] == "Half a thought"


@pytest.mark.parametrize("htmx", [False, True])
def test_a_later_save_of_the_same_form_overwrites(client, rows, htmx):
    for body in ("One", "One two", "One two three"):
        client.post("/drafts", {"body": body, "nonce": "abc"}, htmx=htmx)
    assert [row["body"] for row in rows("draft")] == ["One two three"]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("empty", ["", " \r\n\t"])
def test_an_empty_text_deletes_the_draft(client, rows, htmx, empty):
    client.post("/drafts", {"body": "One", "nonce": "abc"}, htmx=htmx)
    client.post("/drafts", {"body": "Other", "nonce": "other"}, htmx=htmx)
    answer = client.post("/drafts", {"body": empty, "nonce": "abc"}, htmx=htmx)
    assert answer.status_code == (204 if htmx else 303)
    if not htmx:
        assert messages(client.get(answer.location)) == ["Nothing is typed, so there is no draft."]
    assert [row["body"] for row in rows("draft")] == ["Other"]


def test_one_form_saved_from_many_threads_is_one_draft(client, together, rows):
    windows = [client.twin() for _ in range(8)]
    for window in windows:
        window.token()
    answers = together(
        lambda window: window.post("/drafts", {"body": "One", "nonce": "abc"}, htmx=True), windows
    )
    assert {answer.status_code for answer in answers} == {204}
    assert [row["body"] for row in rows("draft")] == ["One"]


def test_two_people_with_the_same_nonce_have_a_draft_each(client, bruno, signed_in, rows):
    for number, window in enumerate((client, signed_in(bruno))):
        window.post("/drafts", {"body": f"No. {number}", "nonce": "same"}, htmx=True)
    assert sorted(row["body"] for row in rows("draft")) == ["No. 0", "No. 1"]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("body", "error"),
    [("Hello\x00there", "cannot be kept"), ("x" * 100_001, "too long to be kept as a draft")],
    ids=["NUL", "too long"],
)
def test_a_draft_that_cannot_be_saved_is_refused_with_an_error(client, rows, htmx, body, error):
    answer = client.post("/drafts", {"body": body, "nonce": "abc"}, htmx=htmx)
    assert answer.status_code == 422
    if htmx:
        assert error in messages(answer)[0]
        absent(answer, "textarea")
    else:
        assert error in text_of(one(answer, "#composer_error"))
        assert typed(answer).replace("�", "\x00") == body
    assert rows("draft") == []


def test_a_draft_of_one_hundred_thousand_characters_is_saved(client, rows):
    answer = client.post("/drafts", {"body": "é" * 100_000, "nonce": "abc"}, htmx=True)
    assert answer.status_code == 204
    assert rows("draft")[0]["body"] == "é" * 100_000
    assert typed(client.get("/")) == "é" * 100_000


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("nonce", ["", "x" * 65, "é", "a b", "<b>"])
def test_an_invalid_nonce_is_refused(client, nonce, rows, htmx):
    answer = client.post("/drafts", {"body": "Hello", "nonce": nonce}, htmx=htmx)
    assert answer.status_code == 422
    assert rows("draft") == []
    if not htmx:
        assert typed(answer) == "Hello"


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("id", ["1", "9" * 18, "of another author"])
@pytest.mark.parametrize("what", ["in_reply_to", "edits"])
def test_what_is_for_a_post_that_is_gone_is_saved_as_a_new_post(client, post, rows, htmx, id, what):
    if id == "of another author":
        what, id = "edits", str(post.id)
    answer = client.post("/drafts", {"body": "Hi", "nonce": "abc", what: id}, htmx=htmx)
    assert answer.status_code == (204 if htmx else 303)
    (draft,) = rows("draft")
    assert (draft["in_reply_to_id"], draft["edits_id"]) == (None, None)
    assert typed(client.get("/")) == "Hi"


@pytest.mark.parametrize("is_erased", [False, True])
@pytest.mark.parametrize("has_replies", [False, True])
@pytest.mark.parametrize("what", ["in_reply_to_id", "edits_id"])
def test_a_draft_outlives_its_post(
    app, ada, client, make_post, make_draft, rows, travel, is_erased, has_replies, what
):
    post = make_post(ada, "Who has a ladder?")
    if has_replies:
        make_post(ada, "Or a rope?", in_reply_to=post)
    make_draft("I have one. " * 40, "abc", **{what: post.id})
    with app.app_context():
        db.session.get(Post, post.id).delete()
        if is_erased:
            travel.shift(3 * UNDO_WITHIN)
            erase_deleted()
    page = client.get(attributes(client.get("/drafts"), ".draft a.btn", "href")[0])
    if not is_erased or has_replies:
        page = client.follow(page)
    assert typed(page) == "I have one. " * 40
    assert nonce_of(page) == "abc"
    client.submit("#composer", body="I have one.")
    assert "I have one." in [row["body"] for row in rows("post")]
    assert rows("draft") == []


@pytest.mark.parametrize("id", ["x", "-1", "9" * 19, "1.0", "²"])
def test_a_post_id_that_is_no_number_is_ignored(client, rows, id):
    fields = {"body": "Hi", "nonce": "abc", "in_reply_to": id, "edits": id}
    assert client.post("/drafts", fields, htmx=True).status_code == 204
    assert rows("draft")[0]["in_reply_to_id"] is None


# Showing


def test_home_shows_the_newest_draft_in_any_browser(client, ada, make_draft, signed_in, travel):
    for number in (1, 2, 3):
        travel.shift(timedelta(seconds=1))
        make_draft(f"Thought no. {number}", f"nonce{number}")
    travel.shift(timedelta(seconds=1))
    make_draft("Thought no. 2, and more", "nonce2")
    for browser in (client, signed_in(ada)):
        page = browser.get("/")
        assert typed(page) == "Thought no. 2, and more"
        assert nonce_of(page) == "nonce2"
    assert typed(client.get("/posts/new")) == "Thought no. 2, and more"


def test_the_composer_never_shows_the_draft_of_another_user(make_draft, bruno, signed_in):
    make_draft("A secret of Ada's", "abc")
    page = signed_in(bruno).get("/")
    assert typed(page) == ""
    assert nonce_of(page) != "abc"


def test_markup_in_a_draft_stays_text(client, make_draft):
    make_draft("</textarea><script>1</script>\n\n  & so on", "abc")
    assert typed(client.get("/")) == "</textarea><script>1</script>\n\n  & so on"
    absent(client.get("/drafts"), ".draft script")


def test_a_line_end_at_the_start_of_a_draft_is_not_lost(client, make_draft):
    make_draft("\nHello", "abc")
    assert one(client.get("/"), "#composer textarea").text() in ("\nHello", "\n\nHello")


def test_a_draft_of_a_reply_shows_in_its_own_forms_only(client, post, ada, make_post, make_draft):
    other = make_post(ada)
    client.get(f"/posts/{post.id}")
    fields = {"body": "I have", "nonce": "abc", "in_reply_to": str(post.id)}
    client.post("/drafts", fields, htmx=True)
    for path, form in ((f"/posts/{post.id}", ""), (f"/posts/{post.id}/reply", f"_{post.id}")):
        page = client.get(path)
        assert typed(page, f"#composer{form}") == "I have"
        assert nonce_of(page, f"#composer{form}") == "abc"
        field = one(page, f"#composer{form} [name=in_reply_to]")
        assert field.attributes["value"] == str(post.id)
    assert typed(client.get("/")) == ""
    assert typed(client.get(f"/posts/{other.id}")) == ""


def test_a_draft_of_an_edit_shows_in_the_edit_form_only(client, ada, make_post):
    mine = make_post(ada, "First")
    form = f"#composer_edit_{mine.id}"
    page = client.get(f"/posts/{mine.id}/edit")
    assert typed(page, form) == "First"
    assert one(page, f"{form} [name=edits]").attributes["value"] == str(mine.id)
    fields = {"body": "Second", "nonce": nonce_of(page, form), "edits": str(mine.id)}
    client.post("/drafts", fields, htmx=True)
    assert typed(client.get(f"/posts/{mine.id}/edit"), form) == "Second"
    assert typed(client.get(f"/posts/{mine.id}/edit", htmx=True), form) == "Second"
    assert typed(client.get("/")) == ""
    assert typed(client.get(f"/posts/{mine.id}")) == ""
    assert typed(client.get(f"/posts/{mine.id}/reply"), f"#composer_{mine.id}") == ""


# Sending


@pytest.mark.parametrize("htmx", [False, True])
def test_publishing_deletes_the_draft_and_a_late_save_does_not_restore_it(
    client, make_draft, rows, htmx
):
    make_draft("Hello", "abc")
    make_draft("Another one", "other")
    client.get("/drafts")
    link = one(client.page, ".draft", text="Hello").css_first("a.btn").attributes["href"]
    client.get(link)
    assert client.submit("#composer", htmx=htmx).status_code == (200 if htmx else 303)
    assert [row["nonce"] for row in rows("draft")] == ["other"]
    answer = client.post("/drafts", {"body": "Hello", "nonce": "abc"}, htmx=htmx)
    assert answer.status_code == (204 if htmx else 303)
    assert [row["nonce"] for row in rows("draft")] == ["other"]
    if not htmx:
        assert "This was sent already." in messages(client.follow(answer))
    assert typed(client.get("/")) == "Another one"


@pytest.mark.parametrize("htmx", [False, True])
def test_replying_deletes_the_draft(client, post, rows, make_draft, htmx):
    make_draft("I have", "abc", in_reply_to_id=post.id)
    client.get(f"/posts/{post.id}")
    client.submit("#composer", htmx=htmx)
    client.post("/drafts", {"body": "I", "nonce": "abc", "in_reply_to": str(post.id)}, htmx=True)
    assert rows("draft") == []
    assert typed(client.get(f"/posts/{post.id}")) == ""


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("body", ["Second", "First"])
def test_editing_deletes_the_draft(client, ada, make_post, make_draft, rows, htmx, body):
    mine = make_post(ada, "First")
    make_draft(body, "abc", edits_id=mine.id)
    client.get(f"/posts/{mine.id}/edit")
    client.submit(f"#composer_edit_{mine.id}", htmx=htmx)
    assert rows("draft") == []
    if body == "Second":
        client.post("/drafts", {"body": "Sec", "nonce": "abc", "edits": str(mine.id)}, htmx=True)
        assert rows("draft") == []
        assert typed(client.get(f"/posts/{mine.id}/edit"), f"#composer_edit_{mine.id}") == "Second"


@pytest.mark.parametrize("htmx", [False, True])
def test_a_text_typed_after_the_form_was_sent_is_kept(client, rows, htmx):
    sent = nonce_of(client.page)
    client.submit("#composer", htmx=True, body="Hello there")
    for body in ("Hello", "Hello there \n"):
        client.post("/drafts", {"body": body, "nonce": sent}, htmx=htmx)
    assert rows("draft") == []
    for body in ("Hello there, and", "Hello there, and more"):
        client.post("/drafts", {"body": body, "nonce": sent}, htmx=htmx)
    assert [row["body"] for row in rows("draft")] == ["Hello there, and more"]
    page = client.get("/")
    assert typed(page) == "Hello there, and more"
    assert nonce_of(page) != sent
    # Sent from the old form too, it is not left behind as a draft.
    fields = {"body": "Hello there, and more", "nonce": sent}
    answer = client.post("/posts", fields, htmx=htmx)
    assert answer.status_code == 422
    client.submit("#composer", to=answer, htmx=htmx)
    assert rows("draft") == []
    assert len(rows("post")) == 2


def test_a_text_typed_after_an_edit_was_sent_is_kept(client, ada, make_post, rows):
    mine = make_post(ada, "First")
    page = client.get(f"/posts/{mine.id}/edit")
    form = f"#composer_edit_{mine.id}"
    client.submit(form, htmx=True, body="Second")
    fields = {"body": "Second, and", "nonce": nonce_of(page, form), "edits": str(mine.id)}
    client.post("/drafts", fields, htmx=True)
    assert typed(client.get(f"/posts/{mine.id}/edit"), form) == "Second, and"


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("where", ["post", "reply", "edit"])
def test_what_is_refused_is_kept_as_a_draft(client, ada, make_post, rows, htmx, where):
    mine = make_post(ada, "First")
    path, form = {
        "post": ("/", "#composer"),
        "reply": (f"/posts/{mine.id}", "#composer"),
        "edit": (f"/posts/{mine.id}/edit", f"#composer_edit_{mine.id}"),
    }[where]
    page = client.get(path)
    too_long = "x" * 501
    assert client.submit(form, htmx=htmx, body=too_long).status_code == 422
    again = client.get(path)
    assert typed(again, form) == too_long
    assert nonce_of(again, form) == nonce_of(page, form)
    client.submit(form, htmx=htmx, body="Short")
    assert rows("draft") == []


@pytest.mark.parametrize("is_erased", [False, True])
def test_an_edit_of_a_post_that_is_gone_can_be_posted_on_its_own(
    app, client, ada, make_post, rows, travel, is_erased
):
    mine = make_post(ada, "First")
    page = client.get(f"/posts/{mine.id}/edit")
    with app.app_context():
        db.session.get(Post, mine.id).delete()
        if is_erased:
            travel.shift(3 * UNDO_WITHIN)
            erase_deleted()
    answer = client.submit(f"#composer_edit_{mine.id}", to=page, body="Second")
    assert answer.status_code == 404
    assert "You can post this on its own." in text_of(one(answer, "#composer_error"))
    assert typed(client.get("/")) == "Second"
    client.submit("#composer", to=answer)
    assert rows("post", "deleted_at IS NULL")[0]["body"] == "Second"
    assert rows("draft") == []


# The most drafts


@pytest.mark.parametrize("htmx", [False, True])
def test_more_drafts_than_fit_are_refused_and_none_is_lost(app, ada, client, rows, htmx):
    with app.app_context(), writing():
        for number in range(MOST_DRAFTS):
            save_draft(ada, f"nonce{number}", f"Thought {number}")
    answer = client.post("/drafts", {"body": "One more", "nonce": "more"}, htmx=htmx)
    assert answer.status_code == 422
    if htmx:
        assert "You have 200 drafts" in messages(answer)[0]
    else:
        assert "You have 200 drafts" in text_of(one(answer, "#composer_error"))
        assert typed(answer) == "One more"
    assert len(rows("draft")) == MOST_DRAFTS
    # Those that there are can be changed and sent; and there is room again.
    fields = {"body": "Thought 0, longer", "nonce": "nonce0"}
    assert client.post("/drafts", fields, htmx=True).status_code == 204
    assert client.post("/posts", {"body": "x" * 501, "nonce": "long"}, htmx=htmx).status_code == 422
    client.post("/posts", fields, htmx=htmx)
    client.post("/drafts", {"body": "One more", "nonce": "more"}, htmx=True)
    assert len(rows("draft")) == MOST_DRAFTS
    assert len(rows("draft", "body = 'One more'")) == 1


@pytest.mark.parametrize("htmx", [False, True])
def test_the_same_form_with_another_text_is_saved_and_published_when_sent_again(client, rows, htmx):
    page = client.page
    client.submit("#composer", to=page, htmx=htmx, body="Hello")
    answer = client.submit("#composer", to=page, htmx=htmx, body="Hello again")
    assert answer.status_code == 422
    assert "You sent this form before." in text_of(one(answer, "#composer_error"))
    assert typed(answer) == "Hello again"
    assert nonce_of(answer) not in ("", nonce_of(page))
    assert len(rows("post")) == 1
    answer = client.submit("#composer", to=answer, htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert {row["body"] for row in rows("post")} == {"Hello", "Hello again"}
    assert rows("user")[0]["posts_count"] == 2


@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_whose_post_was_deleted_asks_before_it_publishes_again(client, rows, htmx):
    page = client.page
    client.submit("#composer", to=page, htmx=True, body="Hello")
    client.post(f"/posts/{rows('post')[0]['id']}/delete", htmx=True)
    answer = client.submit("#composer", to=page, htmx=htmx, body="Hello")
    assert answer.status_code == 422
    assert typed(answer) == "Hello"
    client.submit("#composer", to=answer, htmx=htmx)
    assert len(cards(client.get("/"))) == 1


# The list


def test_the_list_shows_each_kind_and_links_to_its_form(client, post, ada, make_post, make_draft):
    mine = make_post(ada, "First")
    make_draft("For everybody", "a")
    make_draft("For Bruno", "b", in_reply_to_id=post.id)
    make_draft("Better", "c", edits_id=mine.id)
    page = client.get("/drafts")
    assert bodies(page) == ["Better", "For Bruno", "For everybody"]
    kinds = [text_of(node) for node in select(page, ".draft > .secondary")]
    for kind, shown in zip(
        ("A change to a post", "A reply to @bruno", "A post"), kinds, strict=True
    ):
        assert shown.startswith(f"{kind} ·")
    links = attributes(page, ".draft a.btn", "href")
    forms = (f"#composer_edit_{mine.id}", f"#composer_{post.id}", "#composer")
    for link, form, body in zip(links, forms, bodies(page), strict=True):
        assert typed(client.get(link), form) == body


def test_the_draft_in_the_url_is_shown_even_if_another_is_newer(client, make_draft, rows):
    make_draft("Older", "a")
    make_draft("Newer", "b")
    older = rows("draft", "nonce = 'a'")[0]["id"]
    page = client.get(f"/posts/new?draft={older}")
    assert typed(page) == "Older"
    assert nonce_of(page) == "a"


def test_each_draft_appears_once_over_all_pages(app, ada, client, make_draft):
    with app.app_context(), writing():
        for number in range(PAGE + 2):
            save_draft(ada, f"nonce{number}", f"Thought {number}")
    page = client.get("/drafts")
    more = one(page, "a#more").attributes["href"]
    expected = [f"Thought {number}" for number in reversed(range(PAGE + 2))]
    assert bodies(page) + bodies(client.get(more, htmx=True)) == expected


@pytest.mark.parametrize("htmx", [False, True])
def test_a_draft_is_deleted_from_the_list(client, make_draft, rows, htmx):
    make_draft("Stays", "a")
    make_draft("Goes", "b")
    goes = rows("draft", "nonce = 'b'")[0]["id"]
    client.get("/drafts")
    answer = client.press(f"#discard_{goes}", htmx=htmx)
    if htmx:
        assert text_of(one(answer, ".post-gone")) == "The draft is gone."
    else:
        assert answer.location == "/drafts"
        assert bodies(client.follow(answer)) == ["Stays"]
    assert [row["body"] for row in rows("draft")] == ["Stays"]


def test_an_empty_list_says_so(client):
    one(client.get("/drafts"), ".empty", text="No drafts.")


@pytest.mark.parametrize("htmx", [False, True])
def test_the_draft_of_another_user_is_not_found(make_draft, bruno, signed_in, rows, htmx):
    make_draft("A secret of Ada's", "abc")
    id = rows("draft")[0]["id"]
    other = signed_in(bruno)
    assert other.post(f"/drafts/{id}/delete", htmx=htmx).status_code == 404
    assert other.post("/drafts/1/delete", htmx=htmx).status_code == 404
    for path in ("/drafts", f"/posts/new?draft={id}"):
        assert "secret" not in other.get(path, htmx=htmx).text
    assert len(rows("draft")) == 1


def test_an_anonymous_viewer_has_no_drafts(anonymous, ada, rows):
    assert anonymous.get("/drafts").status_code == 303
    answer = anonymous.post("/drafts", {"body": "Hello", "nonce": "abc"}, htmx=True)
    assert answer.status_code == 401
    assert rows("draft") == []


def test_old_drafts_are_deleted(app, make_draft, rows, travel):
    make_draft("Old", "a")
    travel.shift(DRAFTS_KEPT - timedelta(minutes=1))
    make_draft("New", "b")
    for seconds, left in ((0, 2), (61, 1)):
        travel.shift(timedelta(seconds=seconds))
        with app.app_context():
            delete_old_drafts()
        assert len(rows("draft")) == left


@pytest.mark.parametrize("what", ["in_reply_to", "edits"])
def test_a_refused_draft_stays_in_its_composer(ada, make_post, signed_in, what):
    post = make_post(ada)
    typed = {"body": "too " * 30_000, "nonce": "abc", what: str(post.id)}
    answer = signed_in(ada).post("/drafts", typed)
    assert answer.status_code == 422
    verb, element = ("reply", "composer") if what == "in_reply_to" else ("edit", "composer_edit")
    form = one(answer, f"form#{element}_{post.id}")
    assert form.attributes["action"] == f"/posts/{post.id}/{verb}"
    assert "too too" in one(answer, f"#{element}_{post.id} textarea").text()
    assert nonce_of(answer, f"#{element}_{post.id}") == "abc"
