"""Search for posts and people, while typing and without JavaScript."""

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Browse
from .served import Post, Site, User
from .steps import (
    card,
    card_ids,
    cards,
    element_ids,
    follow_link,
    no_page_load,
    only_with_scripts,
    only_without_scripts,
    scroll_down,
)

PAGE = 25


@pytest.fixture
def word(viewer: User) -> str:
    """A word that no other test writes."""
    return viewer.username.replace("user_", "loaf")


@pytest.fixture
def posts(site: Site, viewer: User, word: str) -> list[Post]:
    author = site.person(display_name=f"Ada of the {word}")
    return site.writes(author, f"The {word} is out of the oven", f"Große {word}", "Something else")


def field(page: Page) -> Locator:
    return page.get_by_role("searchbox", name="What are you looking for?")


def look_for(page: Page, text: str) -> None:
    """Type a query; without JavaScript, send it too."""
    if page.evaluate("typeof htmx === 'undefined'"):
        field(page).fill(text)
        page.get_by_role("button", name="Search").click()
    else:
        field(page).press_sequentially(text)


def test_posts_and_people_are_found(page: Page, scripts: bool, posts: list[Post], word: str):
    page.goto("/search")
    expect(page.locator(".search-hints")).to_be_visible()
    look_for(page, word)
    # Wait for the URL first, because the beginning of the word may find other posts.
    expect(page).to_have_url(re.compile(rf"/search\?q={word}$"))
    expect(cards(page)).to_have_count(2)
    expect(page.get_by_role("status").filter(has_text="2 posts found")).to_have_count(1)
    assert card_ids(page) == element_ids(posts[:2])
    expect(page.locator("#best_people .person")).to_contain_text(f"Ada of the {word}")
    follow_link(page.get_by_role("link", name="People", exact=True))
    expect(page.locator("#people .person")).to_have_count(1)
    expect(field(page)).to_have_value(word)
    follow_link(page.get_by_role("link", name="Best match"))
    expect(cards(page)).to_have_count(2)
    field(page).fill("")
    look_for(page, f"{word} grosse")
    expect(cards(page)).to_have_count(1)
    expect(card(page, posts[1])).to_be_visible()
    expect(page).to_have_url(re.compile("by=relevance"))


def test_nothing_is_found_and_the_page_says_so(page: Page, word: str):
    page.goto("/search")
    look_for(page, f"{word}{word}")
    expect(page.locator("#posts")).to_contain_text("No posts found.")


@only_with_scripts
def test_results_and_url_update_while_typing(own_page: Page, posts: list[Post], word: str):
    own_page.goto("/search")
    with no_page_load(own_page):
        field(own_page).press_sequentially(word[:-1])
        expect(cards(own_page)).to_have_count(2)
        expect(field(own_page)).to_be_focused()
        expect(own_page).to_have_url(re.compile(rf"q={word[:-1]}$"))
        field(own_page).press_sequentially(f"{word[-1]} oven")
        expect(cards(own_page)).to_have_count(1)
        expect(field(own_page)).to_have_value(f"{word} oven")
        expect(own_page).to_have_url(re.compile(rf"q={word}(\+|%20)oven$"))
    own_page.reload()
    expect(cards(own_page)).to_have_count(1)
    follow_link(cards(own_page).locator(".post-time"))
    own_page.go_back()
    expect(field(own_page)).to_have_value(f"{word} oven")
    expect(cards(own_page)).to_have_count(1)


def test_what_is_not_understood_is_announced(
    page: Page, scripts: bool, posts: list[Post], word: str
):
    page.goto("/search")
    notes = page.get_by_role("status").and_(page.locator("#search_notes"))
    expect(notes).to_be_empty()
    # A screen reader announces what changes in an element that stays.
    notes.evaluate("notes => notes.stays = true")
    look_for(page, f"{word} on:tomorrow")
    expect(notes).to_contain_text("“on:tomorrow” was left out.")
    expect(page.locator("#search_notes")).to_have_count(1)
    expect(cards(page)).to_have_count(2)
    expect(field(page)).to_have_value(f"{word} on:tomorrow")
    assert not scripts or notes.evaluate("notes => notes.stays")
    field(page).fill("")
    look_for(page, word)
    expect(notes.locator("p:not(.visually-hidden)")).to_have_count(0)


@only_with_scripts
def test_a_day_is_one_of_the_viewer(browse: Browse, scripts: bool, posts: list[Post], word: str):
    now = datetime.now(UTC)
    # In this time zone it is another day now than in UTC.
    zone = "Pacific/Kiritimati" if now.hour >= 10 else "Pacific/Pago_Pago"
    page = browse(timezone_id=zone)
    page.goto("/explore")
    for day, found in ((now, 0), (now.astimezone(ZoneInfo(zone)), 2)):
        page.goto(f"/search?q={word}+on:{day.date()}")
        expect(cards(page)).to_have_count(found)


@only_with_scripts
def test_enter_loads_the_same_page(own_page: Page, posts: list[Post], word: str):
    own_page.goto("/search")
    field(own_page).fill(word)
    field(own_page).press("Enter")
    expect(cards(own_page)).to_have_count(2)
    expect(own_page).to_have_url(re.compile(rf"/search\?q={word}$"))


@pytest.mark.parametrize("by", ["latest", "relevance"])
def test_many_results_have_pages(own_page: Page, site: Site, scripts: bool, word: str, by: str):
    writer = site.person()
    posts = site.writes(writer, *(f"{word} number {n:02}" for n in range(PAGE * 2 + 5)))
    own_page.goto(f"/search?q={word}&by={by}")
    assert card_ids(own_page) == element_ids(posts)[:PAGE]
    if scripts:
        for n in (PAGE * 2, PAGE * 2 + 5):
            scroll_down(own_page)
            expect(cards(own_page)).to_have_count(n)
        assert card_ids(own_page) == element_ids(posts)
        expect(own_page).to_have_url(re.compile("through="))
        own_page.reload()
        assert card_ids(own_page) == element_ids(posts)
    else:
        follow_link(own_page.get_by_role("link", name="Older posts"))
        assert card_ids(own_page) == element_ids(posts)[PAGE : PAGE * 2]
        follow_link(own_page.get_by_role("link", name="Newer"))
        assert card_ids(own_page) == element_ids(posts)[:PAGE]


def test_following_works_in_the_results(
    own_page: Page, site: Site, viewer: User, posts: list[Post], word: str
):
    own_page.goto(f"/search?q={word}")
    own_page.locator("#best_people").get_by_role("button", name="Follow").click()
    expect(own_page.locator("#best_people").get_by_role("button", name="Unfollow")).to_be_visible()
    expect(cards(own_page)).to_have_count(2)


@only_without_scripts
def test_the_form_keeps_the_query(page: Page, browse: Browse, word: str):
    page.goto(f"/search?q=%22{word}+%3Cb%3E%22&by=people")
    expect(field(page)).to_have_value(f'"{word} <b>"')
