"""Explore's people and tags."""

import pytest

from app.web.paging import PAGE
from tests.html import absent, attributes, one, people, select, text_of


def tags(response):
    return [link.removeprefix("/tags/") for link in attributes(response, "#tags .tag-row", "href")]


@pytest.fixture
def many(make_user, make_post):
    """More people than a page shows, each with a tag of their own, the newest last."""
    found = [make_user(password=None) for _ in range(PAGE + 2)]
    for number, person in enumerate(found):
        make_post(person, f"#tag{number:02}")
    return found


@pytest.mark.parametrize("url", ["/explore", "/explore/people", "/explore/tags"])
def test_the_tabs_lead_to_each_other(anonymous, url):
    page = anonymous.get(url)
    assert attributes(page, "main .tabs a", "href") == [
        "/explore",
        "/explore/people",
        "/explore/tags",
    ]
    assert attributes(page, "main .tabs [aria-current=page]", "href") == [url]


def test_people_are_listed_with_why_and_the_list_goes_on(anonymous, many, refresh):
    refresh()
    page = anonymous.get("/explore/people")
    assert people(page) == [person.username for person in reversed(many)][:PAGE]
    assert text_of(select(page, ".person-why")[0]) == "New here"
    rest = anonymous.get(one(page, "#more").attributes["href"])
    assert people(rest) == [many[1].username, many[0].username]


def test_before_the_worker_has_run_everybody_is_listed_the_newest_first(anonymous, many):
    page = anonymous.get("/explore/people")
    assert people(page) == [person.username for person in reversed(many)][:PAGE]
    rest = anonymous.get(one(page, "#more").attributes["href"], htmx=True)
    assert people(rest) == [many[1].username, many[0].username]


def test_people_of_a_block_or_a_mute_are_not_listed(
    ada, bruno, make_user, make_post, make_block, make_mute, signed_in, refresh
):
    muted, fine = make_user("muted"), make_user("fine")
    for person in (bruno, muted, fine):
        make_post(person)
    make_block(bruno, ada)
    make_mute(ada, muted)
    client = signed_in(ada)
    assert people(client.get("/explore/people")) == ["fine"]
    refresh()
    assert people(client.get("/explore/people")) == ["fine"]


def test_the_viewer_is_not_listed(ada, bruno, make_post, signed_in, refresh):
    make_post(ada)
    make_post(bruno)
    client = signed_in(ada)
    assert people(client.get("/explore/people")) == ["bruno"]
    refresh()
    assert people(client.get("/explore/people")) == ["bruno"]


def test_tags_are_listed_and_the_list_goes_on(anonymous, many, refresh):
    refresh()
    page = anonymous.get("/explore/tags")
    assert tags(page) == [f"tag{number:02}" for number in range(PAGE)]
    rest = anonymous.get(one(page, "#more").attributes["href"], htmx=True)
    assert attributes(rest, ".tag-row", "href") == ["/tags/tag25", "/tags/tag26"]


def test_without_tags_the_list_says_so(anonymous):
    one(anonymous.get("/explore/tags"), "#tags .empty")
    absent(anonymous.get("/explore/tags"), ".tag-row")
