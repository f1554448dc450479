"""Writing a post, with and without JavaScript, and never twice."""

import pytest
from flask import render_template

from app.posts.composer import Composer
from app.posts.writing import publish
from tests.html import absent, attributes, cards, messages, one, text_of

LONGEST = 500


@pytest.fixture
def client(ada, signed_in):
    """Ada's browser, on her home page."""
    client = signed_in(ada)
    client.get("/")
    return client


def test_with_htmx_the_card_comes_on_top_and_the_composer_is_fresh(client, rows):
    nonce = one(client.page, "#composer [name=nonce]").attributes["value"]
    answer = client.submit("#composer", htmx=True, body="Hello\r\nthere")
    assert answer.status_code == 200
    assert one(answer, "form#composer textarea").text().strip() == ""
    assert one(answer, "form#composer [name=nonce]").attributes["value"] != nonce
    added = one(answer, "hx-partial[hx-target='#posts'][hx-swap=afterbegin]")
    assert added.css_first("article.post .post-body").html.endswith("Hello<br>there</div>")
    assert messages(answer) == ["Your post is published."]
    assert rows("post")[0]["body"] == "Hello\nthere"
    assert rows("user")[0]["posts_count"] == 1


def test_without_javascript_writing_leads_back_to_where_one_was(client):
    client.get("/?before=99999999999999999")
    answer = client.submit("#composer", body="Hello")
    assert answer.status_code == 303
    assert answer.location == "/?before=99999999999999999"
    page = client.follow(answer)
    assert messages(page) == ["Your post is published. Undo"]
    one(client.get("/"), "article.post .post-body", text="Hello")


def test_from_the_page_to_write_on_one_goes_home(client):
    client.get("/posts/new?body=Hello")
    answer = client.submit("#composer")
    assert answer.location == "/"
    one(client.follow(answer), "article.post", text="Hello")


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("", "Write something first."),
        (" \r\n\t ", "Write something first."),
        ("\u200b\u2060", "Write something first."),
        ("x" * (LONGEST + 1), "That is 501 characters; 500 fit. Shorten it by 1."),
        ("Hello\x00there", "cannot be kept"),
    ],
)
def test_what_cannot_be_posted_is_told_and_stays_in_the_composer(client, rows, htmx, body, told):
    nonce = one(client.page, "#composer [name=nonce]").attributes["value"]
    answer = client.submit("#composer", htmx=htmx, body=body)
    assert answer.status_code == 422
    assert told in text_of(one(answer, "#composer_error"))
    assert one(answer, "#composer [name=nonce]").attributes["value"] == nonce
    kept = one(answer, "#composer textarea").text().removeprefix("\n")
    assert kept.replace("�", "\x00") == body.replace("\r\n", "\n")
    assert ("<html" in answer.text) is not htmx
    assert rows("post") == []
    assert rows("user")[0]["posts_count"] == 0


def test_the_length_counts_code_points_after_line_ends_became_one(client, rows):
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
def test_broken_bytes_get_an_answer_below_500(client, content_type, sent, htmx):
    token = client.token().encode()
    headers = {"Content-Type": content_type, "X-CSRFToken": token.decode()}
    answer = client.post("/posts", sent, token=None, htmx=htmx, headers=headers)
    assert answer.status_code < 500


def test_lone_surrogates_are_refused_in_words(app, ada, rows):
    with app.app_context(), pytest.raises(ValueError, match="cannot be kept"):
        publish(ada, "half \ud83d of a pair")
    assert rows("post") == []


@pytest.mark.parametrize("htmx", [False, True])
def test_a_body_of_ten_megabytes_is_too_much(client, htmx, rows):
    answer = client.post("/posts", {"body": "x" * 10_000_000}, htmx=htmx)
    assert answer.status_code == 413
    assert "Too much" in answer.text
    assert rows("post") == []


@pytest.mark.parametrize("htmx", [False, True])
def test_the_same_form_twice_gives_one_post_and_the_same_answer(client, rows, htmx):
    page = client.page
    first = client.submit("#composer", to=page, htmx=htmx, body="Hello")
    second = client.submit("#composer", to=page, htmx=htmx, body="Hello")
    assert first.status_code == second.status_code
    assert first.headers.get("Location") == second.headers.get("Location")
    assert len(rows("post")) == 1
    assert rows("user")[0]["posts_count"] == 1
    if htmx:
        assert cards(first) == cards(second)


def test_the_same_form_from_twenty_threads_gives_one_post(client, together, rows):
    page = client.page
    windows = [client.twin() for _ in range(20)]
    answers = together(
        lambda window: window.submit("#composer", to=page, htmx=True, body="Hello"), windows
    )
    assert {answer.status_code for answer in answers} == {200}
    assert len({tuple(cards(answer)) for answer in answers}) == 1
    assert len(rows("post")) == 1
    assert rows("user")[0]["posts_count"] == 1


def test_without_a_nonce_each_form_counts_as_fresh(client, rows):
    for _ in range(2):
        assert client.post("/posts", {"body": "Hello"}).status_code == 303
    assert len(rows("post")) == 2


@pytest.mark.parametrize("nonce", ["x" * 65, "é", "a b", "<b>"])
def test_a_nonce_that_no_form_of_ours_has_is_refused(client, nonce, rows):
    answer = client.post("/posts", {"body": "Hello", "nonce": nonce})
    assert answer.status_code == 422
    assert one(answer, "#composer textarea").text().strip() == "Hello"
    assert rows("post") == []


def test_one_persons_nonce_is_nothing_to_another(client, bruno, signed_in, rows):
    other = signed_in(bruno)
    for window in (client, other):
        window.post("/posts", {"body": "Hello", "nonce": "same"})
    assert len(rows("post")) == 2


def test_many_writers_at_once_all_get_through(app, make_user, signed_in, together, rows):
    clients = [signed_in(make_user()) for _ in range(8)]

    def write(client):
        return [client.post("/posts", {"body": f"No. {n}"}).status_code for n in range(5)]

    assert together(write, clients) == [[303] * 5] * 8
    assert len(rows("post")) == 40
    assert [row["posts_count"] for row in rows("user")] == [5] * 8


@pytest.mark.parametrize("htmx", [False, True])
def test_a_form_with_an_expired_token_comes_again_with_its_text(client, htmx, rows):
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


def test_an_answer_with_an_expired_token_comes_again_with_nothing_to_fill_in_but_its_text(
    client, ada, make_post, rows
):
    post = make_post(ada)
    client.get(f"/posts/{post.id}")
    form = one(client.page, "#composer")
    fields = {field.attributes["name"]: field.attributes["value"] for field in form.css("input")}
    answer = client.post(form.attributes["action"], fields | {"body": "Yes"}, token="expired")
    assert attributes(answer, "main form input:not([type=hidden])", "name") == []
    assert client.submit("main form", to=answer).status_code == 303
    assert rows("post", "body = 'Yes'")[0]["in_reply_to_id"] == post.id


def test_a_form_that_another_site_sent_gets_no_token_to_go_on_with(client):
    headers = {"Sec-Fetch-Site": "cross-site"}
    answer = client.post("/posts", {"body": "Spam"}, token="x", headers=headers)
    assert answer.status_code == 400
    absent(answer, "main form")


def test_what_a_stranger_typed_is_there_after_logging_in(stranger, ada):
    answer = stranger.post("/posts", {"body": "Tea & <cake>"})
    stranger.follow(answer)
    answer = stranger.submit("main form", login="ada", password="rain on the tin roof")
    assert one(stranger.follow(answer), "#composer_body").text().strip() == "Tea & <cake>"


def test_what_is_typed_stays_text_in_the_composer(app):
    typed = "</textarea><script>"
    with app.test_request_context():
        html = render_template("posts/_composer.html", composer=Composer(body=typed))
    assert "<script" not in html
    assert html.count("/textarea&gt;") == 1
    assert text_of(one(html, "textarea")).strip() == typed


def test_a_nonce_of_no_form_of_ours_is_not_given_back(client):
    answer = client.submit("#composer", htmx=True, body="x" * 600, nonce="\x1abody\x1a" * 9)
    assert answer.status_code == 422
    assert answer.text.count("x" * 600) == 1
    assert "\x1a" not in answer.text
