"""The style guide."""

from tests.client import Client
from tests.html import one, select


def test_in_debug_mode_it_draws_every_part(make_app, monkeypatch, ada, make_post):
    monkeypatch.setenv("FLASK_DEBUG", "1")
    monkeypatch.setattr("app.cli.is_command", lambda: True)
    make_post(ada, "A loaf")
    page = Client(make_app()).get("/styleguide")
    one(page, "article.post", text="A loaf")
    select(page, ".person", count=3)
    one(page, ".is-invalid")
    select(page, ".message", count=2)
    select(page, ".picture-waiting, .picture-failed", count=2)


def test_a_server_does_not_have_it(anonymous):
    assert anonymous.get("/styleguide").status_code == 404
