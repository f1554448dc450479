"""The style guide."""

from tests.client import Client
from tests.conftest import PASSWORD
from tests.html import one, select


def test_in_debug_mode_it_draws_every_part(make_app, monkeypatch, ada, make_post):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    monkeypatch.setattr("app.cli.is_command", lambda: True)
    answered = make_post(ada, "Who bakes?")
    make_post(ada, "I do", in_reply_to=answered)
    for _ in range(2):
        make_post(ada)
    make_post(ada, "A loaf")
    client = Client(make_app())
    client.log_in("ada", PASSWORD)
    page = client.get("/styleguide")
    one(page, "#posts article.post", text="A loaf")
    one(page, "#composer_body")
    one(page, ".thread > .post", text="Who bakes?")
    one(page, ".posts-single .post", text="I do")
    one(page, ".replies")
    select(page, ".person", count=3)
    one(page, ".is-invalid")
    select(page, ".message", count=2)
    select(page, ".picture-waiting, .picture-failed", count=2)


def test_a_server_does_not_have_it(anonymous):
    assert anonymous.get("/styleguide").status_code == 404
