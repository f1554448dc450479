"""Pictures in a composer, one at a time: arrive, move, remove, try again."""

import pytest

from app.data.database import writing
from app.media.models import Picture
from tests.html import absent, attributes, cards, messages, one, select, text_of
from tests.media.drawn import drawn, upload

NONCE = "abc"


def arrive(client, htmx=True, **fields):
    """Send the form of a composer with a file, as its script does."""
    fields = {"nonce": NONCE, "body": "Loaves", "pictures": [upload()]} | fields
    return client.post("/pictures", fields, htmx=htmx)


def attached(answer):
    return " ".join(attributes(answer, "[name=attached]", "value"))


@pytest.fixture
def two(client):
    """The ids of two pictures in a composer."""
    first = attached(arrive(client))
    return attached(arrive(client, attached=first, pictures=[upload(colour="red")]))


def test_a_picture_arrives_and_what_is_attached_is_the_answer(client, rows):
    answer = arrive(client)
    assert answer.status_code == 200
    (row,) = rows("picture")
    assert (row["post_id"], row["nonce"]) == (None, NONCE)
    one(answer, "#attached_composer textarea[name=description_1]")
    (image,) = attributes(answer, "#attached_composer img", "src")
    assert client.get(image).status_code == 200
    second = arrive(client, attached=attached(answer), description_1="A loaf")
    assert attached(second) == str(row["id"]), "the same file is the same picture"
    assert one(second, "[name=description_1]").text().strip() == "A loaf"


FOUR = ("red", "green", "blue", "white")


def test_a_picture_is_replaced_by_a_file_that_comes_with_its_removal(client):
    four = attached(arrive(client, pictures=[upload(colour=colour) for colour in FOUR]))
    first, *others = four.split()
    form = {"nonce": NONCE, "attached": four, "pictures": [upload(colour="black")]}
    answer = client.post(f"/pictures/{first}/remove", form, htmx=True)
    assert answer.status_code == 200
    *kept, new = attached(answer).split()
    assert kept == others
    assert new not in four


def test_a_form_that_does_not_know_its_pictures_takes_no_more_than_there_is_room_for(client):
    """The browser has gone back to the page from before four pictures were refused."""
    files = [upload(colour=colour) for colour in FOUR]
    four = attached(arrive(client, pictures=files))
    files = [upload(colour=colour) for colour in (*FOUR, "black")]
    answer = arrive(client, attached="", pictures=files)
    assert answer.status_code == 422
    assert attached(answer) == four


def test_with_the_picture_the_draft_is_kept(client, rows):
    arrive(client, description_1="A loaf")
    page = client.get("/")
    assert one(page, "#composer_body").text().strip() == "Loaves"
    assert one(page, "#composer [name=description_1]").text().strip() == "A loaf"
    # A form without the text does not delete it.
    client.post("/pictures", {"nonce": NONCE, "pictures": [upload(colour="red")]}, htmx=True)
    assert one(client.get("/"), "#composer_body").text().strip() == "Loaves"


def test_what_is_attached_is_published(client, two):
    form = {"nonce": NONCE, "body": "", "attached": two, "description_2": "Red"}
    assert client.post("/posts", form, htmx=True).status_code == 200
    first, second = attributes(client.get("/"), ".picture img:not(.picture-blur)", "alt")
    assert "without a description" in first
    assert second == "Red"


def test_what_is_no_picture_is_refused_in_the_answer(client):
    answer = arrive(client, pictures=[upload(b"%PDF", name="a.pdf")])
    assert answer.status_code == 422
    assert "a.pdf" in text_of(one(answer, "#attached_composer > .attached-error"))


def test_a_picture_is_moved_with_its_description(client, two):
    first, second = two.split()
    form = {"nonce": NONCE, "body": "", "attached": two, "description_1": "1", "description_2": "2"}
    answer = client.post(f"/pictures/{second}/move", form | {"direction": "up"}, htmx=True)
    assert attached(answer) == f"{second} {first}"
    assert [text_of(field) for field in select(answer, "textarea")] == ["2", "1"]
    for id, direction in ((second, "down"), (first, "up")):
        answer = client.post(f"/pictures/{id}/move", form | {"direction": direction}, htmx=True)
        assert attached(answer) == two, "at the end it stays"


def test_a_picture_is_removed_with_its_description(client, two, rows):
    first, second = two.split()
    form = {"nonce": NONCE, "body": "", "attached": two, "description_2": "2"}
    answer = client.post(f"/pictures/{first}/remove", form, htmx=True)
    assert attached(answer) == second
    assert text_of(one(answer, "textarea")) == "2"
    client.post("/posts", {"nonce": NONCE, "body": "Tea", "attached": two})
    assert len(select(client.get("/"), ".picture")) == 1


@pytest.mark.parametrize(
    ("fields", "page"),
    [
        ({}, "/posts/new?draft={draft}"),
        ({"in_reply_to": "{post}"}, "/posts/{post}/reply?draft={draft}"),
        ({"edits": "{post}"}, "/posts/{post}/edit?draft={draft}"),
    ],
)
def test_without_htmx_one_goes_on_in_the_composer_with_all_that_was_typed(
    client, rows, make_post, ada, fields, page
):
    post = make_post(ada).id
    fields = {name: value.format(post=post) for name, value in fields.items()}
    answer = arrive(client, htmx=False, description_1="A loaf", **fields)
    assert answer.status_code == 303
    assert answer.location == page.format(post=post, draft=rows("draft")[0]["id"])
    shown = client.follow(answer)
    assert one(shown, "form.composer textarea[name=body]").text().strip() == "Loaves"
    assert one(shown, "form.composer [name=description_1]").text().strip() == "A loaf"
    id = rows("picture")[0]["id"]
    button = one(shown, f"[formaction='/pictures/{id}/remove']")
    assert button.attributes["type"] == "submit"


def test_of_an_edit_nothing_is_removed_before_it_is_saved(client, two, rows):
    client.post("/posts", {"nonce": NONCE, "body": "Tea", "attached": two})
    post = cards(client.get("/"))[0]
    first, second = two.split()
    form = {"nonce": "edit", "body": "Tea", "edits": post, "attached": two}
    answer = client.post(f"/pictures/{first}/remove", form, htmx=True)
    assert attached(answer) == second
    one(answer, f"#attached_composer_edit_{post}")
    assert len(select(client.get(f"/posts/{post}"), ".picture")) == 2
    answer = client.post(f"/pictures/{second}/remove", form | {"attached": second}, htmx=True)
    assert attached(answer) == "-"
    client.submit(f"#composer_edit_{post}", to=client.get(f"/posts/{post}/edit"))
    absent(client.get(f"/posts/{post}"), ".picture")


def fail(app, failure="time"):
    with app.app_context(), writing() as session:
        session.query(Picture).update({"state": "failed", "failure": failure})


def test_a_failure_is_shown_to_the_author_alone_with_what_to_do(
    app, client, two, anonymous, bruno, signed_in
):
    client.post("/posts", {"nonce": NONCE, "body": "Tea", "attached": two})
    fail(app)
    page = client.get("/@ada")
    assert "takes too long" in text_of(select(page, ".picture-failed")[0])
    for other in (anonymous, signed_in(bruno)):
        absent(other.get("/@ada"), ".picture-failed, .picture img, .picture button")
    first, second = two.split()
    client.get("/@ada")
    answer = client.press(f"#retry_{first}", htmx=True)
    assert "did not arrive whole" in text_of(select(answer, ".picture-failed")[0])
    one(answer, f"#remove_{first}")
    client.get("/@ada")
    for id in (first, second):
        assert client.press(f"#remove_{id}").status_code == 303
    absent(client.get("/@ada"), ".picture-failed, .picture")


def test_a_failed_picture_is_tried_again_in_the_composer(app, client, two, monkeypatch):
    monkeypatch.setitem(app.config, "KEEP_ORIGINALS", True)
    id = attached(arrive(client, pictures=[upload(colour="blue")]))
    fail(app)
    form = {"nonce": NONCE, "body": "", "attached": id}
    answer = client.post(f"/pictures/{id}/retry", form, htmx=True)
    one(answer, "#attached_composer img")


def test_a_failure_below_a_cover_is_shown_to_the_author(app, client, two, bruno, signed_in):
    form = {"nonce": NONCE, "body": "Tea", "attached": two, "sensitive": "y"}
    client.post("/posts", form)
    absent(client.get("/@ada"), ".pictures-cover[open]")
    fail(app)
    assert select(client.get("/@ada"), ".pictures-cover[open] .picture-failed button")
    absent(signed_in(bruno).get("/@ada"), ".pictures-cover[open]")


@pytest.mark.parametrize("verb", ["remove", "retry"])
def test_on_a_card_that_is_old_a_picture_that_is_gone_goes(app, client, two, verb):
    client.post("/posts", {"nonce": NONCE, "body": "Tea", "attached": two})
    fail(app)
    first, second = two.split()
    client.get("/@ada")
    assert client.press(f"#remove_{first}").status_code == 303
    client.get("/@ada")
    answer = client.post(f"/pictures/{first}/{verb}", htmx=True)
    assert attributes(answer, ".picture-failed [id^=remove]", "id") == [f"remove_{second}"]


@pytest.mark.parametrize("verb", ["remove", "move", "retry"])
def test_in_a_composer_that_is_old_a_picture_that_is_gone_goes(client, two, verb):
    first, second = two.split()
    form = {"nonce": NONCE, "body": "Tea", "attached": two, "direction": "up"}
    for last in ("remove", verb):
        answer = client.post(f"/pictures/{first}/{last}", form, htmx=True)
        assert attached(answer) == second


@pytest.mark.parametrize(
    ("button", "files", "count"),
    [
        ("/drafts", [drawn() + bytes(4000)], 3),
        ("/pictures/{}/move", [drawn() + bytes(4000), b"no picture"], 3),
        ("/pictures/{}/remove", [drawn() + bytes(4000)], 2),
    ],
)
def test_any_button_takes_the_files_that_were_chosen(
    app, client, two, monkeypatch, button, files, count
):
    monkeypatch.setitem(app.config, "MAX_CONTENT_LENGTH", 4000)
    form = {"nonce": NONCE, "attached": two, "body": "Rye", "pictures": [*map(upload, files)]}
    client.post(button.format(two.split()[0]), form | {"direction": "down"})
    page = client.get("/")
    assert one(page, "#composer_body").text().strip() == "Rye"
    assert len(select(page, ".attached-picture")) == count


@pytest.mark.parametrize("verb", ["remove", "move", "retry"])
@pytest.mark.parametrize("htmx", [False, True])
def test_other_peoples_pictures_are_not_found(client, two, bruno, signed_in, rows, verb, htmx):
    other, before = signed_in(bruno), rows("picture")
    first = two.split()[0]
    for fields in ({}, {"nonce": NONCE, "attached": two, "body": "x"}):
        assert other.post(f"/pictures/{first}/{verb}", fields, htmx=htmx).status_code == 404
    assert rows("picture") == before
    assert rows("draft", "author_id = :id", id=bruno.id) == []


def test_a_form_without_a_nonce_is_no_composer(client):
    assert client.post("/pictures", {"pictures": [upload()]}).status_code == 400


def test_too_many_drafts_are_refused_in_words(client, app, monkeypatch):
    monkeypatch.setattr("app.posts.drafts.MOST_DRAFTS", 0)
    page = client.follow(arrive(client, htmx=False))
    assert "Throw some away" in messages(page)[0]
