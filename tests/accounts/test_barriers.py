"""Barriers against spammers who register, which let people pass."""

from datetime import timedelta

import pytest

from app.accounts.barriers import has_blocked_word, is_disposable
from app.site import Site
from tests.client import Client
from tests.html import one, text_of

NEW = {"username": "newcomer", "email": "new@example.org", "password": "a long password"}


def register_by_form(client, **typed):
    client.get("/register")
    return client.submit("main form", **NEW | typed)


def error_of(answer):
    assert answer.status_code == 422
    return text_of(one(answer, ".invalid-feedback"))


def test_a_program_that_fills_in_every_field_is_refused(anonymous, rows):
    answer = register_by_form(anonymous, subject="Cheap pills")
    assert "Leave this empty" in error_of(answer)
    assert rows("user") == []


def test_the_trap_is_hidden_until_somebody_was_caught(anonymous):
    trap = one(anonymous.get("/register"), "[name=subject]")
    assert "visually-hidden" in trap.parent.attributes["class"]
    assert trap.attributes["tabindex"] == "-1"
    trap = one(register_by_form(anonymous, subject="x"), "[name=subject]")
    assert "visually-hidden" not in trap.parent.attributes["class"]


def test_a_form_that_is_sent_at_once_is_refused_and_then_accepted(make_app, app, travel, rows):
    client = Client(make_app(REGISTRATION_MIN_SECONDS=2))
    answer = register_by_form(client)
    assert "That was very fast." in error_of(answer)
    assert one(answer, "[name=username]").attributes["value"] == "newcomer"
    travel.shift(timedelta(seconds=2.5))
    assert client.submit("main form", to=answer, password=NEW["password"]).status_code == 303
    assert len(rows("user")) == 1


@pytest.mark.parametrize("stamp", ["", "nonsense", "x" * 5000, ".aaaa.bbbb", "é\x00"])
def test_a_forged_stamp_is_refused(make_app, app, travel, stamp):
    client = Client(make_app(REGISTRATION_MIN_SECONDS=2))
    client.get("/register")
    travel.shift(timedelta(seconds=60))
    assert client.post("/register", NEW | {"opened": stamp}).status_code == 422


def test_without_a_minimum_no_stamp_is_needed(anonymous):
    anonymous.get("/register")
    assert anonymous.post("/register", NEW).status_code == 303


@pytest.mark.parametrize(
    ("setting", "entry", "typed"),
    [
        ("blocked_domains", "spam.example", {"email": "a@spam.example"}),
        ("blocked_domains", "spam.example", {"email": "a@mail.SPAM.example"}),
        ("blocked_addresses", "new@example.org", {"email": "New@Example.org"}),
        ("blocked_names", "casino*", {"username": "Casino_Bonus"}),
        ("blocked_names", "newcomer", {}),
        ("blocked_words", "pills", {"username": "cheap_Pills"}),
        ("blocked_networks", "127.0.0.0/8", {}),
        ("reserved_names", "the_mayor", {"username": "TheMayor"}),
    ],
)
def test_what_is_on_a_list_cannot_join(anonymous, set_site, rows, setting, entry, typed):
    register = {setting: frozenset({entry})}
    set_site(**register)
    assert error_of(register_by_form(anonymous, **typed))
    assert rows("user") == []
    set_site(**{setting: frozenset()})
    assert register_by_form(anonymous, **typed).status_code == 303


@pytest.mark.parametrize(
    "typed", [{"email": "a@notspam.example"}, {"username": "pillsbury"}, {"username": "mycasino"}]
)
def test_what_only_resembles_an_entry_can_join(anonymous, set_site, typed):
    entries = {"domains": "spam.example", "words": "pills", "names": "casino*"}
    set_site(**{f"blocked_{name}": frozenset({entry}) for name, entry in entries.items()})
    assert register_by_form(anonymous, **typed).status_code == 303


def test_an_address_for_minutes_is_refused(anonymous):
    assert is_disposable("a@mailinator.com")
    assert not is_disposable("a@example.org")
    answer = register_by_form(anonymous, email="a@mailinator.com")
    assert "for a few minutes only" in error_of(answer)


def test_an_account_does_not_move_to_a_blocked_address(ada, signed_in, set_site):
    set_site(blocked_domains=frozenset({"spam.example"}))
    client = signed_in(ada)
    client.get("/settings/account")
    answer = client.submit("main form.form", email="a@spam.example")
    assert "This address cannot be used here." in answer.text
    set_site(blocked_domains=frozenset({"example.org"}))
    assert client.submit("main form.form", email="ada@example.org").status_code == 303


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Buy PILLS now", True),
        ("pillsbury", False),
        ("so  cheap", False),
        ("so cheap!", True),
        ("ｐｉｌｌｓ", True),
        ("pi\u200bl\u00adls", True),
        ("cheap_pills", True),
        ("कुल", True),
        ("कल", False),
        ("cafe\u0301", True),
        ("c++", True),
    ],
)
def test_a_word_is_found_as_a_word_and_a_phrase_as_it_stands(text, found):
    site = Site(blocked_words=frozenset({"pills", "so cheap", "कुल", "caf\u00e9", "c++"}))
    assert has_blocked_word(site, text) == found


def test_the_answer_to_the_question_has_no_blocked_word(ada, anonymous, set_site):
    set_site(registration="approval", question="Why?", blocked_words=frozenset({"pills"}))
    assert "a word in it" in error_of(register_by_form(anonymous, answer="To sell pills."))


def test_sixty_people_register_from_one_network_within_an_hour(app, make_client):
    for n in range(60):
        typed = {"username": f"n{n}", "email": f"n{n}@example.org"}
        assert register_by_form(make_client(), **typed).status_code == 303
