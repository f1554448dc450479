"""Completion of names and tags."""

import pytest

from tests.html import absent, attributes, one


@pytest.fixture
def offered(ada, signed_in):
    """Give a function that returns what Ada is offered for a beginning."""
    client = signed_in(ada)

    def ask(text):
        answer = client.get("/completions", query_string={"text": text}, htmx=True)
        assert answer.status_code == 200
        return attributes(answer, "li[role=option]", "data-text")

    return ask


def test_people_are_found_by_username_and_by_name(make_user, offered):
    make_user("bruno", display_name="Bruno Keller")
    make_user("ines", display_name="Inês Prado")
    assert offered("@bru") == ["@bruno"]
    assert offered("@BRU") == ["@bruno"]
    assert offered("@kell") == ["@bruno"]
    assert offered("@inê") == ["@ines"]
    assert offered("@zzz") == []


def test_followed_people_come_first_and_they_are_few(ada, make_user, make_follow, offered):
    people = [make_user(f"bert{number}") for number in range(9)]
    make_follow(ada, people[5])
    found = offered("@bert")
    assert found[0] == "@bert5"
    assert len(found) == 6


def test_people_of_a_block_are_not_offered(ada, make_user, make_block, offered):
    make_block(ada, make_user("blocked"))
    make_block(make_user("blocker"), ada)
    assert offered("@block") == []


def test_tags_of_the_week_are_offered_whatever_the_case(bruno, make_post, refresh, offered):
    make_post(bruno, "#Bread #breakfast #tea")
    assert offered("#br") == []
    refresh()
    assert offered("#br") == offered("#BR") == ["#bread", "#breakfast"]
    assert offered("#bread") == ["#bread"]
    assert offered("#%") == offered("#_") == []


@pytest.mark.parametrize(
    "text",
    ["", "@", "#", "x", "@from:bruno", "@ or", '@"', "@*", "@\x00", "#\ud800", "@" + "x" * 9000],
)
def test_what_begins_nothing_gets_an_empty_answer(ada, bruno, signed_in, text):
    encoded = text.encode("utf-8", "surrogatepass")
    answer = signed_in(ada).get("/completions", query_string={"text": encoded}, htmx=True)
    assert (answer.status_code, answer.text.strip()) == (200, "")


@pytest.mark.parametrize("text", ["@ada", "#bread"])
def test_it_sends_one_statement_besides_the_viewers(
    ada, make_post, signed_in, refresh, statements, text
):
    make_post(ada, "#bread")
    refresh()
    client = signed_in(ada)
    with statements() as sent:
        answer = client.get("/completions", query_string={"text": text}, htmx=True)
    one(answer, "ul#completions[role=listbox][aria-label] > li[role=option]")
    assert len(sent) == 2


def test_an_anonymous_viewer_is_offered_nothing(ada, anonymous):
    answer = anonymous.get("/completions?text=@ada", htmx=True)
    assert answer.status_code == 401
    absent(answer, "ul")
