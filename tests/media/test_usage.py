"""The page that shows how much room one's pictures take, and the limit of it."""

import os

import pytest

from app.data.database import now, writing
from app.media.models import Picture
from app.media.quota import MB, NoRoomError, check_room, used_by
from tests.html import absent, one, select
from tests.media.drawn import drawn, upload


@pytest.fixture
def make_row(app, ada, make_post):
    """Give a function that makes the row of a picture, without files."""

    def make(size, owner=ada, **details):
        with app.app_context():
            details.setdefault("post_id", make_post(owner).id)
            with writing() as session:
                session.add(Picture(owner_id=owner.id, bytes=size, state="ready", **details))

    return make


def test_it_shows_how_much_is_used_and_what_takes_the_most(make_row, ada, bruno, signed_in):
    make_row(2_500_000, description="A barn")
    make_row(400_000, description="An owl")
    make_row(1_000_000, purpose="avatar", post_id=None)
    make_row(100_000, purpose="site", post_id=None)
    make_row(7_000_000, owner=bruno, description="Not hers")
    page = signed_in(ada).get("/settings/pictures")
    one(page, "#usage", text="Your pictures take 4 MB of your 1,000 MB.")
    assert one(page, "meter").attributes["value"] == "4000000"
    listed = [each.text(strip=True) for each in select(page, ".sessions strong")]
    assert listed == ["A barn", "Your profile", "An owl", "The banner of this site"]
    one(page, "nav.tabs a[aria-current=page]", text="Pictures")


def test_without_pictures_it_says_so(ada, signed_in):
    page = signed_in(ada).get("/settings/pictures")
    one(page, "#usage", text="Your pictures take 0 MB of your 1,000 MB.")
    absent(page, ".sessions")


def test_what_was_taken_away_counts_until_it_is_deleted(app, make_row, ada):
    make_row(3 * MB, removed_at=now())
    with app.app_context():
        assert used_by(ada.id) == 3 * MB


def test_what_does_not_fit_is_refused_in_words(app, make_row, ada, set_site):
    set_site(picture_quota=5)
    make_row(3 * MB)
    with app.test_request_context(), writing() as session:
        check_room(session, ada.id, 2 * MB)
        with pytest.raises(NoRoomError, match=r"take 3 MB of your 5 MB\. Delete some posts"):
            check_room(session, ada.id, 2 * MB + 1)


def test_forms_that_are_sent_at_once_take_no_more_than_one_could(
    client, together, monkeypatch, set_site, rows, make_row
):
    set_site(picture_quota=1)
    make_row(MB // 2)
    # What the worker makes of a picture is smaller.
    monkeypatch.setattr("app.media.uploads.enqueue", lambda *_args: None)
    fields = {"body": "Loaves", "csrf_token": client.token()}

    def sent(browser):
        padded = drawn() + os.urandom(300_000)
        pictures = {"pictures": [upload(padded)], "nonce": os.urandom(8).hex()}
        return browser.post("/posts", fields | pictures | {"again": "y"}).status_code

    assert sorted(together(sent, [client.twin() for _ in range(3)])) == [303, 422, 422]
    assert len(rows("picture")) == 2


def test_a_form_that_does_not_fit_is_refused_at_the_field_and_keeps_its_text(
    make_row, ada, signed_in, set_site, rows
):
    set_site(picture_quota=3)
    make_row(3 * MB)
    client = signed_in(ada)
    answer = client.post("/posts", {"body": "The barn", "pictures": upload(), "nonce": "abc"})
    assert answer.status_code == 422
    assert "Your pictures take 3 MB of your 3 MB." in answer.text
    one(answer, "#composer textarea", text="The barn")
    assert len(rows("picture")) == 1
