"""What becomes of pictures that nobody has, and of those that something interrupted."""

import os
from datetime import timedelta
from errno import ENOSPC

import pytest

from app.accounts.models import User
from app.data.database import db, writing
from app.media import processing
from app.media.file_store import FileStore
from app.media.jobs import process_waiting, sweep
from app.media.models import Picture
from app.media.processing import GIVEN_UP_AFTER, LONGEST_WAIT, process_picture
from app.media.store_protocol import StoreUnavailableError
from app.posts.drafts import delete_draft
from app.posts.jobs import delete_old_drafts, erase_deleted
from app.posts.models import UNDO_WITHIN, Post
from tests.conftest import DATABASE, sent_statements
from tests.html import attributes, cards, one, select, text_of
from tests.media.drawn import upload

LATER = timedelta(minutes=2)


@pytest.fixture
def post(client):
    """The id of a post of Ada's with two pictures."""
    pictures = [upload(), upload(colour="red")]
    client.post("/posts", {"body": "A loaf", "nonce": "abc", "pictures": pictures})
    return cards(client.get("/"))[0]


@pytest.fixture
def clean(app):
    """A function that runs the jobs of the worker."""

    def run():
        with app.app_context():
            erase_deleted()
            delete_old_drafts()
            process_waiting()
            sweep()

    return run


def gone(rows, files):
    return rows("picture") == [] and files() == []


@pytest.mark.parametrize("body", ["A loaf", ""])
@pytest.mark.parametrize("has_replies", [False, True])
def test_the_pictures_of_a_deleted_post_go_once_it_cannot_be_restored(
    client, app, clean, rows, files, travel, body, has_replies
):
    client.post("/posts", {"body": body, "nonce": "abc", "pictures": [upload()]})
    post = cards(client.get("/"))[0]
    if has_replies:
        client.post(f"/posts/{post}/reply", {"body": "Thanks", "nonce": "def"})
    client.post(f"/posts/{post}/delete")
    clean()
    assert len(files()) == 2
    assert client.post(f"/posts/{post}/restore").status_code == 303
    clean()
    assert len(select(client.get(f"/posts/{post}"), ".picture")) == 1
    client.post(f"/posts/{post}/delete")
    travel.shift(3 * UNDO_WITHIN)
    clean()
    assert gone(rows, files)
    if has_replies:
        kept = rows("post", "id = :id", id=post)[0]
        assert (kept["body"], kept["pictures_count"]) == ("", 0)
    counted = app.test_cli_runner().invoke(args=["counters", "check"])
    assert counted.exit_code == 0, counted.output


def test_a_picture_that_an_edit_removed_goes_once_that_cannot_be_undone(
    client, post, clean, rows, files, travel
):
    client.get(f"/posts/{post}/edit")
    second = rows("picture")[1]["id"]
    client.submit(f"#composer_edit_{post}", attached=str(second))
    clean()
    assert len(files()) == 4
    travel.shift(3 * UNDO_WITHIN)
    clean()
    assert len(files()) == 2
    assert [row["id"] for row in rows("picture")] == [second]


def test_a_picture_without_a_draft_goes_after_a_day(client, clean, rows, files, travel, app, ada):
    client.post("/pictures", {"nonce": "abc", "body": "", "pictures": [upload()]}, htmx=True)
    travel.shift(timedelta(days=2))
    clean()
    assert len(files()) == 2, "its draft is there"
    with app.app_context():
        delete_draft(ada.id, "abc")
    clean()
    assert gone(rows, files)


def test_a_picture_that_was_taken_out_of_a_composer_goes(client, clean, rows, files):
    client.post("/pictures", {"nonce": "abc", "body": "", "pictures": [upload()]}, htmx=True)
    id = rows("picture")[0]["id"]
    client.post(f"/pictures/{id}/remove", {"nonce": "abc", "body": "", "attached": id}, htmx=True)
    clean()
    assert gone(rows, files)


def test_the_pictures_of_a_person_go_with_them(client, post, clean, app, ada, rows, files):
    with app.app_context(), writing() as session:
        session.delete(session.get(User, ada.id))
    clean()
    assert gone(rows, files)


def test_a_face_that_was_replaced_goes(client, post, clean, app, rows, files, travel):
    with app.app_context(), writing() as session:
        session.query(Picture).update({"purpose": "avatar", "post_id": None})
    travel.shift(timedelta(days=3))
    clean()
    assert len(files()) == 4, "it is somebody's"


# What something interrupted


@pytest.fixture
def without_worker(monkeypatch):
    """Nobody works off the queue."""
    monkeypatch.setattr("app.media.uploads.enqueue", lambda *_args: None)


def test_until_the_worker_is_done_the_card_says_so(client, without_worker, post, clean):
    url = f"/posts/{post}"
    select(client.get(url), ".picture-waiting", count=2)
    clean()
    select(client.get(url), ".picture:not(.picture-waiting)", count=2)


def test_the_worker_leaves_a_picture_alone_while_its_form_stores_it(
    app, ada, clean, rows, files, travel
):
    with app.app_context(), writing() as session:
        session.add(Picture(owner_id=ada.id, nonce="abc"))
    clean()
    assert [row["state"] for row in rows("picture")] == ["waiting"]
    # The web process was ended before it was done.
    travel.shift(LATER)
    clean()
    assert [row["failure"] for row in rows("picture")] == ["lost"]


def test_a_file_that_was_never_stored_is_reported_to_its_owner(
    client, without_worker, post, clean, travel, app
):
    with app.app_context():
        processing.store().delete(list(processing.store().names()))
    travel.shift(LATER)
    clean()
    failed = select(client.get(f"/posts/{post}"), ".picture-failed", count=2)
    assert "did not arrive whole" in text_of(failed[0])


@pytest.mark.parametrize("is_told", [False, True])
def test_a_file_that_could_not_be_stored_arrives_when_its_form_is_sent_again(
    app, client, clean, travel, monkeypatch, rows, files, is_told
):
    monkeypatch.setitem(app.config, "PROPAGATE_EXCEPTIONS", False)

    def full(*_args):
        raise OSError(ENOSPC, os.strerror(ENOSPC))

    def send():
        return client.post("/posts", {"body": "Loaves", "nonce": "abc", "pictures": [upload()]})

    with monkeypatch.context() as patch:
        patch.setattr(FileStore, "put", full)
        assert send().status_code == 503
    if is_told:
        travel.shift(LATER)
        clean()
        assert [row["failure"] for row in rows("picture")] == ["lost"]
    assert send().status_code == 303
    assert [row["state"] for row in rows("picture")] == ["ready"]
    clean()
    assert not any(name.endswith("original") for name in files())


def test_a_picture_that_kills_the_worker_each_time_is_given_up(
    client, without_worker, post, clean, travel, monkeypatch, app
):
    def killed(*_args):
        raise SystemExit

    monkeypatch.setattr(processing, "decode", killed)
    for _ in range(processing.MOST_TRIES):
        travel.shift(LATER)
        with app.app_context():
            for picture in db.session.query(Picture).all():
                with pytest.raises(SystemExit):
                    process_picture(picture.id)
    travel.shift(LATER)
    clean()
    failed = select(client.get(f"/posts/{post}"), ".picture-failed", count=2)
    assert "Try again" in text_of(failed[0])


def test_two_workers_do_not_make_one_picture_twice(without_worker, client, post, app, monkeypatch):
    made = []
    decode = processing.decode

    def note(source, folder, recipe, *more):
        made.append(recipe)
        return decode(source, folder, recipe, *more)

    monkeypatch.setattr(processing, "decode", note)
    with app.app_context():
        id = db.session.query(Picture).first().id
        process_picture(id)
        process_picture(id)
    assert made == ["post"]


@pytest.fixture
def break_store(monkeypatch):
    """A function that makes the store unreachable, or reachable again."""

    def away(*_args):
        raise StoreUnavailableError

    def switch(is_unavailable, *names):
        for name in names:
            if is_unavailable:
                monkeypatch.setattr(FileStore, name, away)
            else:
                monkeypatch.undo()

    return switch


def test_while_the_store_is_unavailable_a_form_keeps_its_text_and_says_so(
    client, break_store, rows, clean
):
    break_store(True, "put")
    answer = client.post("/posts", {"body": "Loaves", "nonce": "abc", "pictures": [upload()]})
    assert answer.status_code == 422
    assert "Try again in a minute" in text_of(one(answer, "#attached_composer > .attached-error"))
    assert one(answer, "#composer_body").text().strip() == "Loaves"
    assert attributes(answer, "[name=attached]", "value") == [""]
    clean()
    assert rows("picture") == []


def test_while_the_store_is_unavailable_a_file_may_be_sent_again(client, break_store):
    form = {"body": "Loaves", "nonce": "abc"}
    break_store(True, "put")
    answer = client.post("/pictures", form | {"pictures": [upload()]}, htmx=True)
    assert answer.status_code == 503
    assert "Try again in a minute" in text_of(one(answer, "#attached_composer > .attached-error"))
    break_store(False, "put")
    assert client.post("/pictures", form | {"pictures": [upload()]}, htmx=True).status_code == 200


def test_while_the_store_is_unavailable_nothing_is_lost(
    client, break_store, without_worker, post, clean, travel, app, rows, files
):
    break_store(True, "open", "delete", "names")
    travel.shift(LATER)
    clean()
    assert [row["state"] for row in rows("picture")] == ["waiting", "waiting"]
    # For hours.
    for _ in range(4 * 60):
        travel.shift(60)
        clean()
    assert [row["state"] for row in rows("picture")] == ["waiting", "waiting"]
    break_store(False, "open")
    travel.shift(LONGEST_WAIT)
    clean()
    assert [row["state"] for row in rows("picture")] == ["ready", "ready"]
    client.post(f"/posts/{post}/delete")
    travel.shift(3 * UNDO_WITHIN)
    break_store(True, "names")
    clean()
    assert len(rows("picture")) == 2
    break_store(False, "names")
    clean()
    assert gone(rows, files)


def test_an_original_that_cannot_be_deleted_keeps_no_other_picture_waiting(
    break_store, without_worker, post, clean, rows, files
):
    break_store(True, "delete")
    clean()
    assert [row["state"] for row in rows("picture")] == ["ready", "ready"]
    break_store(False, "delete")
    clean()
    assert not any(name.endswith("original") for name in files())


def test_a_store_that_is_unavailable_is_asked_for_one_picture_at_a_time_and_less_and_less_often(
    break_store, without_worker, post, clean, travel, monkeypatch
):
    break_store(True, "delete", "names")
    asked = []

    def away(_store, name):
        asked.append(name)
        raise StoreUnavailableError

    monkeypatch.setattr(FileStore, "open", away)
    clean()
    assert len(asked) == 1
    for _ in range(120):
        travel.shift(60)
        clean()
    assert 8 < len(asked) < 40


def test_a_store_that_never_comes_back_is_reported_to_the_owner(
    client, break_store, without_worker, post, clean, travel
):
    break_store(True, "open", "delete", "names")
    for wait in (GIVEN_UP_AFTER, LONGEST_WAIT):
        travel.shift(wait + LATER)
        clean()
    failed = select(client.get(f"/posts/{post}"), ".picture-failed", count=2)
    assert "Try again" in text_of(failed[0])


def test_an_original_that_stayed_is_deleted(client, post, clean, app, files, rows):
    with app.app_context(), writing() as session:
        picture = session.query(Picture).first()
        processing.store().put(f"{picture.key}/original", b"where it was taken", "x")
        picture.has_original = True
    clean()
    assert not any(name.endswith("original") for name in files())
    assert [row["has_original"] for row in rows("picture")] == [False, False]


def test_originals_are_kept_where_a_setting_says_so(app, client, files, clean, monkeypatch):
    monkeypatch.setitem(app.config, "KEEP_ORIGINALS", True)
    client.post("/posts", {"body": "A loaf", "nonce": "abc", "pictures": [upload()]})
    clean()
    assert [name for name in files() if name.endswith("original")]


def test_a_post_that_is_deleted_while_its_picture_is_made_leaves_nothing(
    client, without_worker, post, app, clean, travel, rows, files
):
    client.post(f"/posts/{post}/delete")
    travel.shift(3 * UNDO_WITHIN)
    clean()
    with app.app_context():
        assert db.session.query(Post).count() == 0
    assert gone(rows, files)


@pytest.mark.skipif(DATABASE != "sqlite", reason="PostgreSQL plans by statistics.")
def test_what_runs_each_minute_reads_no_more_than_it_needs(app, post):
    with app.app_context(), sent_statements(app) as sent:
        process_waiting()
        sweep()
    with app.app_context(), db.engine.connect() as connection:
        for statement, values in sent:
            if "FROM picture" in statement or "UPDATE picture" in statement:
                plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)
                steps = [row.detail for row in plan]
                assert not [step for step in steps if step == "SCAN picture"], statement


def test_the_page_of_a_post_without_a_text_has_a_title(client):
    client.post("/posts", {"body": "", "nonce": "abc", "pictures": [upload()]})
    page = client.get(f"/posts/{cards(client.get('/'))[0]}")
    assert "Post by ada" in one(page, "title").text()
