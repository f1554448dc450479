"""The page of the lists against spam, and of reserved names."""

import pytest

from app.site import site_now
from tests.html import one, text_of


@pytest.fixture
def administrator(ada, give_role, signed_in):
    """Give the client of an administrator."""
    give_role(ada, "administrator")
    return signed_in(ada)


def test_lists_are_saved_without_order_case_or_doubles(app, administrator):
    administrator.get("/settings/site/lists")
    typed = {
        "reserved_names": "Mayor\r\n\r\n@town_hall\nMAYOR",
        "blocked_names": "casino*",
        "blocked_words": "pills\nso   cheap",
        "blocked_domains": "@spam.example.\nBücher.example",
        "blocked_addresses": "Eve@Example.org",
        "blocked_networks": "192.0.2.7\n192.0.2.9/24\n2001:db8::/32",
    }
    assert administrator.submit("main form.form", **typed).status_code == 303
    with app.app_context():
        found = site_now()
    assert found.reserved_names == {"mayor", "town_hall"}
    assert found.blocked_words == {"pills", "so cheap"}
    assert found.blocked_domains == {"spam.example", "xn--bcher-kva.example"}
    assert found.blocked_addresses == {"eve@example.org"}
    assert found.blocked_networks == {"192.0.2.7/32", "192.0.2.0/24", "2001:db8::/32"}
    page = administrator.get("/settings/site/lists")
    assert one(page, "[name=blocked_words]").text().strip().splitlines() == ["pills", "so cheap"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("blocked_domains", "no domain"),
        ("blocked_addresses", "nobody"),
        ("blocked_networks", "192.0.2.0/99"),
        ("blocked_names", "two words"),
        ("reserved_names", "x" * 31),
        ("blocked_words", "x" * 101),
        ("blocked_words", "x" * 100_001),
        ("blocked_words", "nul \x00"),
    ],
)
def test_an_entry_that_is_none_is_named_and_nothing_is_lost(administrator, rows, field, value):
    administrator.get("/settings/site/lists")
    good = {"blocked_addresses": "eve@example.org", "blocked_words": "pills"}
    answer = administrator.submit("main form.form", **good | {field: value})
    assert answer.status_code == 422
    one(answer, ".invalid-feedback")
    other = "blocked_words" if field != "blocked_words" else "blocked_addresses"
    assert text_of(one(answer, f"[name={other}]")) == good[other]
    assert rows("site_setting") == []


def test_the_names_that_are_always_reserved_are_shown(administrator):
    page = administrator.get("/settings/site/lists")
    assert "postmaster" in text_of(one(page, "main"))
