"""The first account of a site becomes its administrator."""

import pytest

from tests.conftest import PASSWORD
from tests.html import messages


@pytest.fixture
def roles(rows):
    """Give a function that returns the roles of all users, in order of their ids."""
    return lambda: [row["role"] for row in rows("user")]


def join(client, name):
    client.get("/register")
    fields = {"username": name, "email": f"{name}@example.org", "password": PASSWORD}
    return client.submit("main form", **fields)


def test_who_registers_on_an_empty_site_is_its_administrator(make_client, roles):
    said = []
    for name in ("ada", "bruno"):
        client = make_client()
        said += messages(client.follow(join(client, name)))
    assert roles() == ["administrator", "member"]
    assert said == [
        "Welcome, ada! You are the administrator: see Settings, Administration.",
        "Welcome, bruno!",
    ]


def test_two_who_register_at_once_give_one_administrator(make_client, roles, together):
    clients = [(make_client(), f"person{n}") for n in range(6)]
    answers = together(lambda each: join(*each).status_code, clients)
    assert answers == [303] * len(clients)
    assert sorted(roles()) == ["administrator"] + ["member"] * 5


def test_a_setting_turns_that_off(app, make_client, roles, monkeypatch):
    monkeypatch.setitem(app.config, "FIRST_ACCOUNT", "member")
    join(make_client(), "ada")
    assert roles() == ["member"]


def test_who_joins_a_community_that_was_loaded_is_a_member(make_client, make_user, roles):
    make_user("carmen")
    join(make_client(), "ada")
    assert roles() == ["member", "member"]
