"""Flask, its extensions and SQLAlchemy do here what their documentation says."""

import pytest
from flask import render_template_string, url_for
from flask_sqlalchemy.record_queries import get_recorded_queries
from sqlalchemy import Engine, event

from app.accounts.viewer import ANONYMOUS
from app.posts.card_reading import read_cards
from app.web.limits import limiter
from tests.client import Client
from tests.conftest import PASSWORD
from tests.html import cards


def test_no_post_without_a_token_reaches_a_view(app, ada, make_app, make_post):
    """Whatever the order of hooks: the views themselves say that they were reached."""
    reached, watched = [], make_app()
    for endpoint, view in watched.view_functions.items():

        def note(*args, endpoint=endpoint, view=view, **values):
            reached.append(endpoint)
            return view(*args, **values)

        watched.view_functions[endpoint] = note
    client, post = Client(watched), make_post(ada)
    client.log_in("ada", PASSWORD)
    values = {"id": post.id, "username": "bruno", "token": "x", "tag": "tea", "filename": "x"}
    values["wanted"] = "on"
    with watched.test_request_context():
        urls = {
            rule.endpoint: url_for(rule.endpoint, **{n: values[n] for n in rule.arguments})
            for rule in watched.url_map.iter_rules()
            if "POST" in rule.methods
        }
    assert len(urls) > 25
    reached.clear()
    for url in urls.values():
        for token in (None, "", "nonsense"):
            assert client.post(url, {"body": "Tea"}, token=token).status_code == 400
    assert reached == []
    client.post("/posts", {"body": "Tea"})
    assert reached == ["posts.create"]


def test_recorded_queries_are_all_that_a_page_sends(make_app, app, ada, make_post):
    make_post(ada)
    recording, recorded = make_app(SQLALCHEMY_RECORD_QUERIES=True), []

    @recording.teardown_request
    def _keep(_error):
        recorded[:] = [query.statement for query in get_recorded_queries()]

    client = Client(recording)
    client.log_in("ada", PASSWORD)

    assert client.get("/").status_code == 200
    assert any("FROM login_session" in statement for statement in recorded)
    assert any("FROM post" in statement for statement in recorded)


def test_a_listener_on_every_engine_gets_every_statement(app, ada, signed_in, make_post):
    """As an instrumentation of SQLAlchemy does, on the class of engines."""
    make_post(ada)
    client, received = signed_in(ada), []

    def before(_connection, cursor, statement, _parameters, context, _many):
        received.append((statement, cursor is not None, context is not None))

    event.listen(Engine, "before_cursor_execute", before)
    try:
        client.get("/")
    finally:
        event.remove(Engine, "before_cursor_execute", before)
    assert len(received) == 3
    assert all(has_cursor and has_context for _statement, has_cursor, has_context in received)


def test_limits_can_be_turned_off(make_app, app):
    def last_answer(client):
        answers = [client.post("/reset-password", {"email": "nonsense"}) for _ in range(61)]
        return answers[-1].status_code

    assert last_answer(Client(app)) == 429
    try:
        assert last_answer(Client(make_app(RATELIMIT_ENABLED=False))) == 422
    finally:
        limiter.enabled = True


def test_each_button_counts_in_its_own_limit(app, ada, bruno, make_post, signed_in):
    post, client = make_post(bruno), signed_in(ada)
    scopes = {}
    for verb in ("like", "bookmark", "repost"):
        limiter.reset()
        client.post(f"/posts/{post.id}/{verb}")
        scopes[verb] = {key.split("/")[-4] for key in limiter.storage.events}
    assert scopes["like"] == scopes["bookmark"] != scopes["repost"]
    assert all(len(found) == 1 for found in scopes.values())


@pytest.mark.parametrize(
    ("call", "url"),
    [
        ("url_for('posts.show', id=7, _anchor='post_7')", "/posts/7#post_7"),
        ("url_for('posts.show', id=7, _external=True)", "http://localhost/posts/7"),
        (
            "url_for('posts.show', id=7, _external=True, _scheme='https')",
            "https://localhost/posts/7",
        ),
        ("url_for('timelines.home', before=5)", "/?before=5"),
        ("url_for('.explore')", "/explore"),
    ],
)
def test_a_template_builds_urls_as_flask_does(app, call, url):
    with app.test_request_context("/"):
        assert render_template_string("{{ " + call + " }}") == url


def test_a_template_with_cards_renders_by_itself(app, ada, make_post):
    post = make_post(ada, "Tea")
    with app.test_request_context("/"):
        card = read_cards([post.id], ANONYMOUS)[post.id]
        html = render_template_string("<main>{{ card }}</main>", card=card)
        assert cards(html) == [post.id]
        assert html.startswith("<main><article") or html.startswith("<main>\n<article")


def test_functions_of_one_request_are_not_kept(app, anonymous):
    """Flask asks of each whether it is a coroutine function, and the application remembers it."""
    for number in range(600):
        anonymous.get(f"/login?next=/{number}")
    assert app.ensure_sync.cache_info().currsize <= 500
