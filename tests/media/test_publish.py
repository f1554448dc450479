"""Posts with pictures, as forms send them: published, refused, sent twice, edited."""

from contextlib import contextmanager
from io import BytesIO

import pytest
from werkzeug.datastructures import FileStorage

from app.data.database import db
from app.media import describing
from app.media.uploads import store_uploads
from app.posts.models import Post
from tests.html import absent, attributes, cards, messages, one, select, text_of
from tests.media.drawn import drawn, upload

FORM = "#composer"


def nonce_of(client, form=FORM):
    return one(client.page, f"{form} [name=nonce]").attributes["value"]


def send(client, body="A loaf", form=FORM, htmx=False, **fields):
    """Send a composer of the last page, with fields that it may not show yet."""
    path = one(client.page, form).attributes["action"]
    fields = {"body": body, "nonce": nonce_of(client, form)} | fields
    return client.post(path, fields, htmx=htmx)


def two(**details):
    return [upload(**details), upload(size=(30, 90))]


def pictures(page):
    """The descriptions of the pictures of a page, in order."""
    found = attributes(page, ".picture img:not(.picture-blur)", "alt")
    return ["" if "without a description" in text else text for text in found]


def attached(page, form=FORM):
    """The ids that are attached to a composer."""
    return " ".join(attributes(page, f"{form} [name=attached]", "value")).split()


@pytest.fixture
def post(client):
    """A post of Ada's with two pictures."""
    send(client, pictures=two(), description_1="Flour", description_2="A loaf")
    return cards(client.get("/"))[0]


def test_a_post_with_pictures_is_published_and_leads_to_their_descriptions(client, rows, files):
    answer = send(client, pictures=two())
    id = rows("post")[0]["id"]
    assert answer.status_code == 303
    assert answer.location == f"/posts/{id}/pictures"
    page = client.follow(answer)
    assert len(select(page, "#pictures textarea")) == 2
    client.submit("#pictures", description_1="A loaf", description_2="Another, upright")
    assert pictures(client.get(f"/posts/{id}")) == ["A loaf", "Another, upright"]
    absent(client.page, ".post-edited")
    assert [row["state"] for row in rows("picture")] == ["ready", "ready"]
    assert len(files()) == 4
    assert not any("original" in name for name in files())


@pytest.mark.parametrize("htmx", [False, True])
def test_a_post_may_consist_of_pictures_alone(client, htmx):
    for colour in ("red", "green"):
        client.get("/")
        answer = send(
            client, body="", pictures=[upload(colour=colour)], description_1=colour, htmx=htmx
        )
        assert answer.status_code == (200 if htmx else 303)
    assert pictures(client.get("/")) == ["green", "red"]


def test_a_post_without_text_and_pictures_is_refused(client):
    assert send(client, body=" ", pictures=[]).status_code == 422


@pytest.mark.parametrize("htmx", [False, True])
def test_what_arrived_with_a_refused_form_is_attached_when_it_returns(client, rows, htmx):
    answer = send(
        client, "x" * 501, pictures=two(), description_2="A loaf", sensitive="y", htmx=htmx
    )
    assert answer.status_code == 422
    assert one(answer, f"{FORM} textarea[name=body]").text().strip() == "x" * 501
    assert attached(answer) == [str(row["id"]) for row in rows("picture")]
    assert one(answer, "[name=description_2]").text().strip() == "A loaf"
    one(answer, "[name=sensitive][checked]")
    assert attached(client.get("/")) == attached(answer), "the draft lost them"
    assert client.submit(FORM, body="Shorter").status_code == 303
    assert pictures(client.get("/")) == ["", "A loaf"]
    one(client.page, ".pictures-cover")
    assert len(rows("picture")) == 2


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "is empty"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "SVG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"%PDF-1.7", "no picture"),
    ],
)
def test_what_is_no_picture_is_refused_at_the_field_and_the_rest_stays(
    client, rows, content, words
):
    answer = send(client, pictures=[upload(), upload(content, name="scan <1>.jpg")])
    assert answer.status_code == 422
    error = text_of(one(answer, "#attached_composer > .attached-error"))
    assert words in error
    assert "“scan <1>.jpg”" in error
    assert len(attached(answer)) == 1
    client.submit(FORM)
    assert len(pictures(client.get("/"))) == 1
    assert len(rows("picture")) == 1


def test_a_fifth_picture_does_not_fit(client, rows):
    answer = send(client, pictures=[upload(size=(9, n)) for n in range(1, 6)])
    assert answer.status_code == 422
    one(answer, "#attached_composer > .attached-error", text="1 picture does not fit")
    assert len(attached(answer)) == 4
    client.submit(FORM)
    assert len(pictures(client.get("/"))) == 4


def test_what_is_attached_already_needs_no_room_when_it_is_chosen_again(client):
    sizes = [(9, 1), (9, 2), (9, 3), (9, 4)]
    files = [upload(size=size) for size in sizes[:3]]
    send(client, pictures=[*files, upload(b"no picture")])
    answer = client.submit(FORM, pictures=[upload(size=size) for size in sizes])
    assert answer.status_code == 303
    assert len(pictures(client.get("/"))) == 4


def test_a_file_of_more_than_ten_megabytes_is_not_taken(app, ada, files):
    for size, taken in ((10_000_000, 1), (10_000_001, 0)):
        sent = FileStorage(BytesIO(drawn().ljust(size, b"\0")), filename="large.png")
        with app.app_context():
            uploaded = store_uploads(ada, [sent], "abc", room=4)
            assert len(uploaded.ids) == taken
            assert [("10.1 MB" in fault) for fault in uploaded.faults] == [True] * (1 - taken)


def test_what_nobody_sees_describes_nothing(client, rows):
    send(client, pictures=two(), description_1="\u200b\u2800", description_2="A loaf")
    assert [row["description"] for row in rows("picture")] == ["", "A loaf"]


def test_a_description_that_is_too_long_is_refused_at_its_field(client):
    answer = send(client, pictures=two(), description_2="x" * 1501)
    assert answer.status_code == 422
    one(answer, ".attached-picture:nth-child(2) .attached-error", text="1500 characters")
    assert one(answer, "[name=description_2]").text().strip() == "x" * 1501
    assert client.submit(FORM, description_2="x" * 1500).status_code == 303


# Sent twice


def test_a_form_that_is_sent_twice_has_its_pictures_once(client, rows):
    nonce = nonce_of(client)
    answers = [
        client.post("/posts", {"body": "Loaves", "nonce": nonce, "pictures": two()})
        for _ in range(2)
    ]
    assert [answer.location for answer in answers] == [answers[0].location] * 2
    assert len(rows("picture")) == 2
    assert len(pictures(client.get("/"))) == 2


def test_a_form_that_is_sent_twice_at_once_has_its_pictures_once(client, together, rows):
    fields = {"body": "Loaves", "nonce": nonce_of(client), "csrf_token": client.token()}

    def sent(browser):
        return browser.post("/posts", fields | {"pictures": two()}).status_code

    answers = together(sent, [client.twin() for _ in range(3)])
    assert answers == [303] * 3
    assert len([row for row in rows("picture") if row["post_id"]]) == 2
    assert len(rows("post")) == 1


def test_a_form_that_was_sent_takes_another_picture_along_when_it_is_sent_again(client):
    page = client.get("/")
    send(client, "One", pictures=[upload()])
    client.page = page
    answer = send(client, "Two", pictures=[upload(colour="red")], description_1="Red")
    assert answer.status_code == 422
    assert client.submit(FORM).status_code == 303
    assert pictures(client.get("/")) == ["Red", ""]


# Replies, edits, history


@pytest.mark.parametrize("htmx", [False, True])
def test_a_reply_has_pictures(client, post, htmx):
    client.get(f"/posts/{post}")
    answer = send(client, "Thanks", pictures=[upload()], description_1="A cup", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert pictures(client.get(f"/posts/{post}")) == ["Flour", "A loaf", "A cup"]


def edit_form(client, post):
    client.get(f"/posts/{post}/edit")
    return f"#composer_edit_{post}"


def test_an_edit_adds_removes_and_describes_and_can_be_undone(client, post, rows):
    form = edit_form(client, post)
    first, second = attached(client.page, form)
    typed = {"attached": second, "description_1": "A brown loaf", "description_2": ""}
    answer = client.submit(form, **typed, pictures=[upload(colour="red")])
    assert answer.location == f"/posts/{post}/pictures"
    assert pictures(client.get(f"/posts/{post}")) == ["A brown loaf", ""]
    history = client.get(f"/posts/{post}/history")
    absent(history, ".picture, #versions img")
    version = rows("version")[0]["id"]
    client.get("/")
    assert client.post(f"/posts/{post}/restore?version={version}").status_code == 303
    assert pictures(client.get(f"/posts/{post}")) == ["Flour", "A loaf"]
    counted = rows("post", "id = :id", id=post)[0]["pictures_count"]
    assert counted == 2
    assert first == str(rows("picture")[0]["id"])


def test_an_edit_of_the_text_alone_keeps_the_pictures(client, post):
    edit_form(client, post)
    client.post(f"/posts/{post}/edit", {"body": "Bread", "nonce": "abc"})
    assert pictures(client.get(f"/posts/{post}")) == ["Flour", "A loaf"]
    client.submit(edit_form(client, post), body="More bread")
    assert pictures(client.get(f"/posts/{post}")) == ["Flour", "A loaf"]


def test_an_edit_adds_to_pictures_that_it_does_not_name(client, post):
    fields = {"body": "Bread", "nonce": "abc", "pictures": [upload(colour="red")]}
    client.post(f"/posts/{post}/edit", fields)
    assert pictures(client.get(f"/posts/{post}")) == ["Flour", "A loaf", ""]


def test_an_edit_removes_all(client, post):
    client.submit(edit_form(client, post), attached="-", body="Eaten")
    assert pictures(client.get(f"/posts/{post}")) == []


def test_an_edit_that_is_sent_twice_adds_once(client, post, rows):
    for _ in range(2):
        fields = {"body": "Bread", "nonce": "abc", "pictures": [upload(colour="red")]}
        assert client.post(f"/posts/{post}/edit", fields).status_code == 303
    assert len(pictures(client.get(f"/posts/{post}"))) == 3
    assert len(rows("version")) == 1


def test_an_edit_that_changes_nothing_is_none(client, post, rows):
    client.submit(edit_form(client, post))
    assert rows("version") == []


# Drafts, forms that expired, what belongs to others


def test_a_draft_keeps_the_files_that_came_with_it(client, rows):
    nonce = nonce_of(client)
    client.post("/drafts", {"body": "", "nonce": nonce, "pictures": two(), "description_1": "A"})
    page = client.get("/")
    assert attached(page) == [str(row["id"]) for row in rows("picture")]
    assert one(page, "[name=description_1]").text().strip() == "A"
    assert "2 pictures" in text_of(one(client.get("/drafts"), ".draft"))
    client.get("/")
    client.submit(FORM)
    assert pictures(client.get("/")) == ["A", ""]
    assert rows("draft") == []


def test_a_form_that_expired_asks_for_its_files_again(client, rows):
    answer = client.post("/posts", {"body": "Tea", "nonce": "abc", "pictures": two()}, token=None)
    assert answer.status_code == 400
    assert rows("picture") == []
    form = one(answer, "main form")
    assert form.attributes["enctype"] == "multipart/form-data"
    one(answer, "main form input[type=file][name=pictures]")
    assert client.submit("main form", to=answer, pictures=two()).status_code == 303
    assert len(pictures(client.get("/"))) == 2


def test_pictures_of_others_and_of_other_composers_are_not_attached(client, bruno, signed_in, rows):
    send(client, "x" * 501, pictures=two())
    ids = " ".join(str(row["id"]) for row in rows("picture"))
    nonce = rows("picture")[0]["nonce"]
    other = signed_in(bruno)
    for fields in ({"nonce": nonce, "attached": ids}, {"nonce": "mine", "attached": ids}):
        other.post("/posts", {"body": f"Not mine {fields['nonce']}", **fields})
    assert pictures(other.get("/@bruno")) == []
    client.post("/posts", {"body": "Another form", "nonce": "another", "attached": ids})
    assert [row["post_id"] for row in rows("picture")] == [None, None]


def test_the_page_of_descriptions_is_its_owners(client, post, bruno, signed_in):
    other = signed_in(bruno)
    assert other.get(f"/posts/{post}/pictures").status_code == 404
    assert other.post(f"/posts/{post}/pictures", {"description_1": "x"}).status_code == 404


def test_descriptions_are_written_in_order_and_pictures_moved_and_removed(client, post, app):
    url = f"/posts/{post}/pictures"
    page = client.get(url)
    first, second = one(page, "#pictures [name=attached]").attributes["value"].split()
    fields = {"attached": f"{first} {second}", "description_1": "One", "description_2": "Two"}
    assert client.post(url, fields | {"move": f"{second} up"}).location == url
    assert pictures(client.get(f"/posts/{post}")) == ["Two", "One"]
    answer = client.post(url, fields | {"description_1": "x" * 1501, "sensitive": "y"})
    assert answer.status_code == 422
    one(answer, ".attached-picture .invalid-feedback", text="1500")
    assert "checked" in one(answer, "[name=sensitive]").attributes
    client.post(url, fields | {"remove": second})
    assert pictures(client.get(f"/posts/{post}")) == ["One"]
    with app.app_context():
        assert db.session.get(Post, post).edited_at is None


@pytest.fixture
def meanwhile(client, monkeypatch):
    """A function that has another request of Ada's be answered just before the next one writes."""

    def be_answered(url, **fields):
        other, write = client.twin(), describing.writing

        @contextmanager
        def after_the_other():
            monkeypatch.setattr(describing, "writing", write)
            with client.app.app_context():
                assert other.post(url, fields).status_code == 303
            with write() as session:
                yield session

        monkeypatch.setattr(describing, "writing", after_the_other)

    return be_answered


def test_descriptions_that_are_saved_do_not_bring_back_what_was_removed_meanwhile(
    client, post, rows, meanwhile
):
    first, second = (row["id"] for row in rows("picture"))
    meanwhile(f"/pictures/{second}/remove")
    fields = {"attached": f"{first} {second}", "description_1": "One", "description_2": "Two"}
    client.post(f"/posts/{post}/pictures", fields)
    assert pictures(client.get(f"/posts/{post}")) == ["One"]


def test_a_picture_that_is_removed_leaves_what_was_described_meanwhile(
    client, post, rows, meanwhile
):
    first, second = (row["id"] for row in rows("picture"))
    attached = {"attached": f"{first} {second}"}
    meanwhile(f"/posts/{post}/pictures", **attached, description_1="One", description_2="Two")
    client.post(f"/pictures/{second}/remove")
    assert pictures(client.get(f"/posts/{post}")) == ["One"]


def test_of_a_post_without_text_two_forms_do_not_take_both_pictures(client, rows, meanwhile):
    send(client, body="", pictures=two())
    first, second = (row["id"] for row in rows("picture"))
    meanwhile(f"/pictures/{first}/remove")
    page = client.follow(client.post(f"/pictures/{second}/remove"))
    assert "Delete the post instead" in messages(page)[0]
    assert len(pictures(client.get("/"))) == 1


def test_the_last_picture_of_a_post_without_text_stays(client, rows):
    send(client, body="", pictures=[upload()])
    picture = rows("picture")[0]
    page = client.follow(client.post(f"/pictures/{picture['id']}/remove"))
    assert "Delete the post instead" in messages(page)[0]
    assert len(pictures(client.get("/"))) == 1


def test_a_post_that_is_taken_back_gives_its_pictures_to_the_draft(client, post, rows):
    client.get("/")
    page = client.follow(client.post(f"/posts/{post}/take-back"))
    assert attached(page) == [str(row["id"]) for row in rows("picture")]
    assert rows("post", "id = :id", id=post)[0]["pictures_count"] == 0
    client.submit(FORM)
    assert pictures(client.get("/")) == ["Flour", "A loaf"]


def test_a_post_is_taken_back_although_its_form_was_sent_again(client, rows):
    page = client.get("/")
    send(client, "One", pictures=[upload()])
    post = rows("post")[0]["id"]
    client.page = page
    send(client, "Two", pictures=[upload(), upload(colour="red")])
    client.get("/")
    answer = client.post(f"/posts/{post}/take-back")
    assert answer.status_code == 303
    assert len(attached(client.follow(answer))) == 1
