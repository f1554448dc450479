"""Writing a post, with and without JavaScript; a form sent twice publishes one post."""

from datetime import timedelta

import pytest
from flask import render_template

from app.posts.composer import Composer
from app.posts.writing import ASKED_WITHIN, publish
from tests.html import absent, attributes, cards, messages, one, text_of

LONGEST = 500


@pytest.fixture
def client(ada, signed_in):
    """Ada's client, on Ada's home timeline."""
    client = signed_in(ada)
    client.get("/")
    return client


def test_with_htmx_the_card_is_added_on_top_and_the_composer_is_empty(client, rows):
    nonce = one(client.page, "#composer [name=nonce]").attributes["value"]
    answer = client.submit("#composer", htmx=True, body="Hello\r\nthere")
    assert answer.status_code == 200
    assert one(answer, "form#composer textarea").text().strip() == ""
    assert one(answer, "form#composer [name=nonce]").attributes["value"] != nonce
    added = one(answer, "hx-partial[hx-target='#posts'][hx-swap=afterbegin]")
    assert added.css_first("article.post .post-body").html.endswith("Hello<br>there</div>")
    assert messages(answer) == ["Your post is published. View"]
    assert rows("post")[0]["body"] == "Hello\nthere"
    assert rows("user")[0]["posts_count"] == 1


def test_without_javascript_writing_leads_back_to_the_page(client):
    client.get("/?before=99999999999999999")
    answer = client.submit("#composer", body="Hello")
    assert answer.status_code == 303
    assert answer.location == "/?before=99999999999999999"
    page = client.follow(answer)
    assert messages(page) == ["Your post is published. View Undo"]
    one(client.get("/"), "article.post .post-body", text="Hello")


@pytest.mark.parametrize("htmx", [False, True])
def test_the_page_for_a_new_post_leads_home(client, htmx):
    client.get("/posts/new?body=Hello")
    answer = client.submit("#composer", htmx=htmx)
    assert answer.headers["HX-Redirect" if htmx else "Location"] == "/"
    home = client.get("/")
    assert messages(home) == ["Your post is published. View Undo"]
    one(home, "article.post .post-body", text="Hello")


@pytest.mark.parametrize("body", ["\U0001fae9", "👩\u200d💻", "⠁", "."])
def test_whatever_can_be_seen_is_a_post(client, rows, body):
    client.get("/")
    assert client.submit("#composer", body=body).status_code == 303
    assert [row["body"] for row in rows("post")] == [body]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("", "Write something first."),
        (" \r\n\t ", "Write something first."),
        ("\u200b\u2060", "Write something first."),
        ("\u2800", "Write something first."),
        ("\u3164 \u115f\uffa0", "Write something first."),
        ("\u17b4\u034f\ufe0f", "Write something first."),
        ("\ufffc\ue000\u0378", "Write something first."),
        ("\u0301", "Write something first."),
        ("x" * (LONGEST + 1), "That is 501 characters; 500 fit. Shorten it by 1."),
        ("Hello\x00there", "cannot be kept"),
    ],
)
def test_a_refused_post_stays_in_the_composer_with_an_error(client, rows, htmx, body, error):
    nonce = one(client.page, "#composer [name=nonce]").attributes["value"]
    answer = client.submit("#composer", htmx=htmx, body=body)
    assert answer.status_code == 422
    assert error in text_of(one(answer, "#composer_error"))
    assert one(answer, "#composer [name=nonce]").attributes["value"] == nonce
    kept = one(answer, "#composer textarea").text().removeprefix("\n")
    assert kept.replace("�", "\x00") == body.replace("\r\n", "\n")
    assert ("<html" in answer.text) is not htmx
    assert rows("post") == []
    assert rows("user")[0]["posts_count"] == 0


def test_the_length_counts_code_points_with_normalised_line_ends(client, rows):
    body = "👩‍🚀é\r\n" * 100
    assert len(body.replace("\r\n", "\n")) == LONGEST
    assert client.submit("#composer", body=body).status_code == 303
    assert rows("post")[0]["body"] == body.replace("\r\n", "\n")


@pytest.mark.parametrize(
    ("content_type", "sent"),
    [
        ("application/x-www-form-urlencoded", b"body=%ED%A0%80&csrf_token="),
        ("application/x-www-form-urlencoded", b"body=\xff\xfe\xed\xa0\x80&csrf_token="),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="bo'),
        ("multipart/form-data", b"nothing"),
        ("application/json", b'{"body": "Hello"}'),
        ("nonsense", b"\x00\x01"),
    ],
)
@pytest.mark.parametrize("htmx", [False, True])
def test_invalid_bytes_get_an_answer_below_500(client, content_type, sent, htmx):
    token = client.token().encode()
    headers = {"Content-Type": content_type, "X-CSRFToken": token.decode()}
    answer = client.post("/posts", sent, token=None, htmx=htmx, headers=headers)
    assert answer.status_code < 500


def test_lone_surrogates_are_refused_with_an_error(app, ada, rows):
    with app.app_context(), pytest.raises(ValueError, match="cannot be kept"):
        publish(ada, "half \ud83d of a pair")
    assert rows("post") == []


@pytest.mark.parametrize("htmx", [False, True])
def test_a_body_of_ten_megabytes_is_refused(client, htmx, rows):
    answer = client.post("/posts", {"body": "x" * 10_000_000}, htmx=htmx)
    assert answer.status_code == 413
    assert "Too much" in answer.text
    assert rows("post") == []


@pytest.mark.parametrize("htmx", [False, True])
def test_the_same_form_twice_publishes_one_post_with_the_same_answer(client, rows, htmx):
    page = client.page
    first = client.submit("#composer", to=page, htmx=htmx, body="Hello")
    second = client.submit("#composer", to=page, htmx=htmx, body="Hello")
    assert first.status_code == second.status_code
    assert first.headers.get("Location") == second.headers.get("Location")
    assert len(rows("post")) == 1
    assert rows("user")[0]["posts_count"] == 1
    if htmx:
        assert cards(first) == cards(second)


def test_the_same_form_sent_concurrently_publishes_one_post(client, together, rows):
    page = client.page
    windows = [client.twin() for _ in range(20)]
    answers = together(
        lambda window: window.submit("#composer", to=page, htmx=True, body="Hello"), windows
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({tuple(cards(answer)) for answer in answers}) == 1
    assert len(rows("post")) == 1
    assert rows("user")[0]["posts_count"] == 1


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("where", ["/", "a post"])
def test_the_same_text_within_a_minute_is_asked_about(
    client, ada, make_post, rows, travel, htmx, where
):
    parent = make_post(ada, "Who has a ladder?")
    path = where if where == "/" else f"/posts/{parent.id}"
    done = 200 if htmx else 303
    for _time in ("once", "and back, with another nonce"):
        page = client.get(path)
        answer = client.submit("#composer", to=page, htmx=htmx, body="Me")
    assert answer.status_code == 422
    question = text_of(one(answer, "#composer_error"))
    assert question == "You posted this a minute ago. Post it again?"
    assert one(answer, "#composer textarea").text().strip() == "Me"
    assert one(answer, "#composer [name=again]").attributes["value"] == "y"
    assert len(rows("post", "body = 'Me'")) == 1
    for _time in ("yes", "and the same form once more"):
        assert client.submit("#composer", to=answer, htmx=htmx).status_code == done
    assert len(rows("post", "body = 'Me'")) == 2
    assert rows("draft") == []
    travel.shift(ASKED_WITHIN + timedelta(seconds=1))
    client.get(path)
    absent(client.page, "[name=again]")
    assert client.submit("#composer", htmx=htmx, body="Me").status_code == done


@pytest.mark.parametrize("case", ["another text", "another person", "another parent", "deleted"])
def test_only_the_same_text_in_the_same_place_is_asked_about(
    client, ada, bruno, signed_in, make_post, rows, case
):
    parents = [make_post(bruno, body) for body in ("Who has a ladder?", "And a rope?")]
    client.post(f"/posts/{parents[0].id}/reply", {"body": "Me", "nonce": "a"})
    to, body = parents[0].id, "Me"
    if case == "another text":
        body = "Me!"
    elif case == "another person":
        client = signed_in(bruno)
    elif case == "another parent":
        to = parents[1].id
    else:
        client.post(f"/posts/{rows('post')[-1]['id']}/delete")
    answer = client.post(f"/posts/{to}/reply", {"body": body, "nonce": "b"})
    assert answer.status_code == 303


def test_without_a_nonce_each_form_publishes_a_post(client, rows):
    for _ in range(2):
        assert client.post("/posts", {"body": "Hello"}).status_code == 303
    assert len(rows("post")) == 2


@pytest.mark.parametrize("nonce", ["x" * 65, "é", "a b", "<b>"])
def test_an_invalid_nonce_is_refused(client, nonce, rows):
    answer = client.post("/posts", {"body": "Hello", "nonce": nonce})
    assert answer.status_code == 422
    assert one(answer, "#composer textarea").text().strip() == "Hello"
    assert rows("post") == []


def test_two_users_can_use_the_same_nonce(client, bruno, signed_in, rows):
    other = signed_in(bruno)
    for window in (client, other):
        window.post("/posts", {"body": "Hello", "nonce": "same"})
    assert len(rows("post")) == 2


def test_concurrent_writers_all_succeed(app, make_user, signed_in, together, rows):
    clients = [signed_in(make_user()) for _ in range(8)]

    def write(client):
        return [client.post("/posts", {"body": f"No. {n}"}).status_code for n in range(5)]

    assert together(write, clients) == [[303] * 5] * 8
    assert len(rows("post")) == 40
    assert [row["posts_count"] for row in rows("user")] == [5] * 8


@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_with_an_expired_token_is_shown_again_with_its_text(client, htmx, rows):
    fields = {"body": "Long thoughts <3", "nonce": "abc"}
    answer = client.post("/posts", fields, token="expired", htmx=htmx)
    assert answer.status_code == 400
    if htmx:
        assert messages(answer)
        absent(answer, "textarea")
    else:
        assert one(answer, "textarea[name=body]").text().strip() == "Long thoughts <3"
        assert client.submit("main form", to=answer).status_code == 303
        assert rows("post")[0]["nonce"] == "abc"


def test_a_reply_with_an_expired_token_is_shown_again_with_only_its_text_to_fill_in(
    client, ada, make_post, rows
):
    post = make_post(ada)
    client.get(f"/posts/{post.id}")
    form = one(client.page, "#composer")
    hidden = form.css("input[type=hidden]")
    fields = {field.attributes["name"]: field.attributes["value"] for field in hidden}
    answer = client.post(form.attributes["action"], fields | {"body": "Yes"}, token="expired")
    assert attributes(answer, "main form input:not([type=hidden])", "name") == []
    assert client.submit("main form", to=answer).status_code == 303
    assert rows("post", "body = 'Yes'")[0]["in_reply_to_id"] == post.id


def test_a_cross_site_form_gets_no_valid_token(client):
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = client.post("/posts", {"body": "Spam"}, token="x", headers=headers)
    assert answer.status_code == 400
    absent(answer, "main form")


def test_the_text_of_an_anonymous_viewer_is_in_the_composer_after_logging_in(anonymous, ada):
    anonymous.post("/posts", {"body": "Tea & <cake>"})
    answer = anonymous.submit("main form", login="ada", password="rain on the tin roof")
    assert one(anonymous.follow(answer), "#composer_body").text().strip() == "Tea & <cake>"


def test_markup_in_the_composer_stays_text(app):
    typed = "</textarea><script>"
    with app.test_request_context():
        html = render_template("posts/_composer.html", composer=Composer(body=typed))
    assert "<script" not in html
    assert html.count("/textarea&gt;") == 1
    assert text_of(one(html, "textarea")).strip() == typed


def test_an_invalid_nonce_is_not_returned_in_the_form(client):
    answer = client.submit("#composer", htmx=True, body="x" * 600, nonce="\x1abody\x1a" * 9)
    assert answer.status_code == 422
    assert answer.text.count("x" * 600) == 1
    assert "\x1a" not in answer.text
