"""A later domain (tests.mood) adds a field to card and composer: every way of writing has it."""

import gc
from dataclasses import replace
from functools import cache

import pytest
from sqlalchemy import select as query
from wtforms import StringField

from app.data.database import db
from app.posts import card, composer
from app.posts.jobs import erase_deleted
from app.posts.models import UNDO_WITHIN, Post
from app.posts.signals import posts_erased
from tests import mood
from tests.client import Client
from tests.conftest import PASSWORD
from tests.html import absent, attributes, cards, one, select, text_of

# The type of functions under functools.cache.
CACHED = type(cache(len))


def forget_statements():
    """Have every cached statement built again: the parts of the card change their text."""
    for cached in gc.get_objects():
        if isinstance(cached, CACHED) and cached.__module__.startswith("app."):
            cached.cache_clear()


@pytest.fixture(scope="module")
def installed(migrated_app, make_app):
    """An application on the same database, in which the domain is installed."""
    forget_statements()
    mood.install()
    made = make_app()
    made.register_blueprint(mood.blueprint)
    with made.app_context():
        mood.moods.create(db.engine)
    yield made
    posts_erased.disconnect(mood.erase_moods)
    for part in mood.PARTS:
        card.card_parts.remove(part)
    composer._parts.remove(mood.FIELD)
    del composer.PostForm.mood
    forget_statements()
    with made.app_context():
        mood.moods.drop(db.engine)


@pytest.fixture
def app_with_mood(app, installed):
    """The application, on an empty database."""
    yield installed
    with installed.app_context(), db.engine.begin() as connection:
        connection.execute(mood.moods.delete())


@pytest.fixture
def client(app_with_mood, ada):
    """Ada's browser, on her home page."""
    client = Client(app_with_mood)
    client.log_in("ada", PASSWORD)
    client.get("/")
    return client


@pytest.fixture
def post(client):
    """A post of Ada's, written with a mood."""
    client.submit("#composer", body="Tea", mood="calm")
    return cards(client.get("/"))[0]


def moods(page):
    return [text_of(node) for node in select(page, ".mood")]


@pytest.mark.parametrize("htmx", [False, True])
def test_a_post_is_written_with_it_and_everybody_sees_it(app_with_mood, client, make_user, htmx):
    answer = client.submit("#composer", body="Tea", mood="calm & <b>", htmx=htmx)
    assert moods(answer if htmx else client.follow(answer)) == ["calm & <b>"]
    make_user("bruno")
    other = Client(app_with_mood)
    assert moods(other.get("/@ada")) == ["calm & <b>"]
    menu = f"/posts/{cards(other.get('/@ada'))[0]}/menu"
    absent(other.get(menu), ".has-mood")
    other.log_in("bruno", PASSWORD)
    assert moods(other.get("/@ada")) == ["calm & <b>"]
    one(other.get(menu), ".has-mood")


def test_a_post_without_it_shows_nothing(client):
    client.submit("#composer", body="Tea")
    absent(client.get("/"), ".mood, .has-mood")


@pytest.mark.parametrize("htmx", [False, True])
def test_an_error_is_shown_at_the_field_and_all_stays(client, htmx):
    answer = client.submit("#composer", body="Tea", mood="x" * 21, htmx=htmx)
    assert answer.status_code == 422
    one(answer, ".mood-error", text="20")
    assert attributes(answer, "[name=mood]", "value") == ["x" * 21]
    assert one(answer, "#composer textarea").text().strip() == "Tea"


def test_a_draft_keeps_it(client):
    nonce = one(client.page, "#composer [name=nonce]").attributes["value"]
    client.post("/drafts", {"body": "Hal", "nonce": nonce, "mood": "sleepy"}, htmx=True)
    assert attributes(client.get("/"), "#composer [name=mood]", "value") == ["sleepy"]
    client.submit("#composer")
    assert moods(client.get("/")) == ["sleepy"]


def test_a_draft_of_it_alone_is_kept_too(client):
    nonce = one(client.page, "#composer [name=nonce]").attributes["value"]
    client.post("/drafts", {"body": "", "nonce": nonce, "mood": "sleepy"}, htmx=True)
    assert attributes(client.get("/"), "#composer [name=mood]", "value") == ["sleepy"]


def test_a_draft_keeps_what_is_half_finished(client):
    nonce = one(client.page, "#composer [name=nonce]").attributes["value"]
    half = {"body": "Hal", "nonce": nonce, "mood": "x" * 21}
    assert client.post("/drafts", half, htmx=True).status_code == 204
    assert attributes(client.get("/"), "#composer [name=mood]", "value") == ["x" * 21]


def test_a_form_without_the_field_is_published_once(client):
    """A page that was opened before the release that added the field."""
    nonce = one(client.page, "#composer [name=nonce]").attributes["value"]
    for _ in range(2):
        answer = client.post("/posts", {"body": "Tea", "nonce": nonce})
        assert answer.status_code == 303
    assert len(cards(client.get("/"))) == 1


def test_it_is_erased_with_the_text_of_a_deleted_post(app_with_mood, client, post, travel):
    client.get(f"/posts/{post}")
    client.submit("#composer", body="More tea")
    with app_with_mood.app_context():
        db.session.get(Post, post).delete()
        travel.shift(3 * UNDO_WITHIN)
        erase_deleted()
        assert db.session.get(Post, post).body == ""
        assert db.session.execute(query(mood.moods)).all() == []


def test_a_name_that_the_card_has_and_a_part_of_nothing_are_refused():
    for part in (
        card.CardPart("likes", column=mood.has_mood),
        card.CardPart("parts", column=mood.has_mood),
        card.CardPart("author_id", column=mood.has_mood),
        card.CardPart("liked", column=mood.has_mood),
        card.CardPart("nothing"),
    ):
        with pytest.raises(ValueError, match=part.name):
            card.add_to_card(part)
    for name in ("body", "nonce", "extra", "in_reply_to"):
        with pytest.raises(ValueError, match=name):
            composer.add_to_composer(replace(mood.FIELD, fields={name: StringField()}))


@pytest.mark.parametrize("htmx", [False, True])
def test_a_reply_has_it(client, post, htmx):
    client.get(f"/posts/{post}")
    client.submit("#composer", body="More tea", mood="glad", htmx=htmx)
    assert moods(client.get(f"/posts/{post}")) == ["calm", "glad"]


@pytest.mark.parametrize("htmx", [False, True])
def test_an_edit_changes_it_and_its_history_and_undo_know_what_it_was(client, post, htmx):
    client.get(f"/posts/{post}/edit")
    form = f"#composer_edit_{post}"
    assert attributes(client.page, f"{form} [name=mood]", "value") == ["calm"]
    answer = client.submit(form, mood="lively", htmx=htmx)
    if not htmx:
        answer = client.follow(answer)
    assert moods(answer) == ["lively"]
    assert text_of(one(client.get(f"/posts/{post}/history"), ".old-mood")) == "calm"
    undo = one(answer, "button[formaction*='/restore']").attributes["formaction"]
    client.post(undo, htmx=htmx)
    assert moods(client.get(f"/posts/{post}")) == ["calm"]
    absent(client.get(f"/posts/{post}/history"), ".old-mood")


def test_an_edit_of_the_text_alone_keeps_it(app_with_mood, client, post):
    client.get(f"/posts/{post}/edit")
    client.submit(f"#composer_edit_{post}", body="Coffee")
    assert moods(client.get(f"/posts/{post}")) == ["calm"]
    with app_with_mood.app_context():
        assert db.session.get(Post, post).body == "Coffee"


def test_a_form_that_expired_carries_it_along(client):
    answer = client.post("/posts", {"body": "Tea", "mood": "calm"}, token=None)
    assert answer.status_code == 400
    assert attributes(answer, "main form [name=mood]", "value") == ["calm"]
    assert client.submit("main form", to=answer).status_code == 303
    assert moods(client.get("/")) == ["calm"]


def test_it_is_there_after_logging_in(app_with_mood, ada):
    anonymous = Client(app_with_mood)
    anonymous.post("/posts", {"body": "Tea", "mood": "calm"})
    page = anonymous.follow(anonymous.submit("main form", login="ada", password=PASSWORD))
    assert attributes(page, "#composer [name=mood]", "value") == ["calm"]


def test_a_form_sent_twice_writes_once_and_another_mood_is_another_form(client):
    page = client.get("/")
    client.submit("#composer", to=page, body="Tea", mood="calm")
    assert client.submit("#composer", to=page, body="Tea", mood="calm").status_code == 303
    assert client.submit("#composer", to=page, body="Tea", mood="glad").status_code == 422
    assert moods(client.get("/")) == ["calm"]
