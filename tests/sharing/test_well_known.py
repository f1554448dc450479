"""What programs look for at well-known addresses."""

from datetime import datetime, timedelta

import pytest

from app.data.database import now
from tests.client import Client
from tests.html import one


def fields(answer):
    return dict(line.split(": ", 1) for line in answer.text.splitlines())


def test_security_txt_has_what_rfc_9116_requires(anonymous):
    answer = anonymous.get("/.well-known/security.txt")
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    found = fields(answer)
    assert found["Contact"] == "http://127.0.0.1:8000/about"
    expires = datetime.fromisoformat(found["Expires"])
    assert timedelta(days=90) < expires - now() < timedelta(days=365)
    assert found["Preferred-Languages"] == "en, es"
    assert found["Canonical"] == "http://127.0.0.1:8000/.well-known/security.txt"


@pytest.mark.parametrize(
    ("setting", "contact"),
    [
        ("safe@example.org", "mailto:safe@example.org"),
        ("mailto:safe@example.org", "mailto:safe@example.org"),
        ("https://example.org/safe?x=1", "https://example.org/safe?x=1"),
    ],
)
def test_the_contact_is_the_setting(app, make_app, setting, contact):
    found = fields(Client(make_app({"SECURITY_CONTACT": setting})).get("/.well-known/security.txt"))
    assert found["Contact"] == contact


def test_password_managers_are_led_to_the_settings(anonymous, ada, signed_in):
    answer = anonymous.get("/.well-known/change-password")
    assert answer.status_code == 302
    settings = signed_in(ada).get(answer.location)
    one(settings, "[autocomplete=new-password]")


def test_other_addresses_do_not_exist(anonymous):
    """By this, password managers find out whether a site answers 200 to everything."""
    path = "/.well-known/resource-that-should-not-exist-whose-status-code-should-not-be-200"
    assert anonymous.get(path).status_code == 404
