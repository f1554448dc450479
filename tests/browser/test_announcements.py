"""What a screen reader announces of changes, and what shows while an answer is awaited."""

import re

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from .conftest import Browse
from .served import Site, User
from .steps import acts, cards, composer, flash, is_quiet, only_with_scripts, send, tick, until
from .test_light import HARDLY_ANY, NOTE_SHIFTS, shifted

PAGE = 25
# How wide the bar at the top is, from 0 to 1; null where there is none. It begins to grow so many
# seconds after a press.
BAR = """() => {
  const { content, transform } = getComputedStyle(document.body, "::before");
  return content === "none" ? null : new DOMMatrix(transform).a;
}"""
BEGINS = "parseFloat(getComputedStyle(document.body, '::before').animationDelay)"


def announced(page: Page) -> Locator:
    """The polite live region for what changed elsewhere on the page."""
    return page.locator("#announced[role=status]")


@only_with_scripts
def test_the_growth_of_a_list_is_announced(own_page: Page, site: Site, author: User):
    site.writes(author, *(f"Post {n}" for n in range(PAGE + 3)))
    own_page.goto("/")
    expect(announced(own_page)).to_be_empty()
    own_page.locator("#more").scroll_into_view_if_needed()
    expect(announced(own_page)).to_have_text("Older posts: 3")


@only_with_scripts
def test_new_posts_are_announced_once(own_page: Page, site: Site, author: User):
    site.writes(author, "First")
    own_page.goto("/")
    site.writes(author, "Second")
    tick(own_page, "?since=")
    expect(announced(own_page)).to_have_text("1 new post")
    announced(own_page).evaluate("region => { region.textContent = '' }")
    tick(own_page, "?since=")
    expect(announced(own_page)).to_be_empty()
    site.writes(author, "Third")
    tick(own_page, "?since=")
    expect(announced(own_page)).to_have_text("2 new posts")


@only_with_scripts
def test_messages_stand_in_a_live_region(own_page: Page):
    own_page.goto("/")
    expect(flash(own_page)).to_have_attribute("role", "status")
    expect(flash(own_page)).to_have_attribute("aria-live", "polite")


@pytest.mark.parametrize("motion", ["reduce", "no-preference"])
@only_with_scripts
def test_something_shows_a_tenth_of_a_second_after_a_press(
    browse: Browse, site: Site, viewer: User, author: User, scripts: bool, motion: str
):
    site.writes(author, "Hello")
    page = browse(as_=viewer, reduced_motion=motion)
    page.add_init_script(NOTE_SHIFTS)
    page.goto("/")
    assert page.evaluate(BAR) is None
    with site.delays_forms():
        acts(cards(page), "like").press("Enter")
        until(page, lambda: (page.evaluate(BAR) or 0) > 0)
        assert page.evaluate(BEGINS) <= 0.1
        assert shifted(page) < HARDLY_ANY
        composer(page).fill("Hello")
        send(page).press("Enter")
        assert float(send(page).evaluate("button => getComputedStyle(button).opacity")) < 1
    is_quiet(page)
    assert page.evaluate(BAR) is None


@only_with_scripts
def test_polls_show_nothing(own_page: Page, site: Site, author: User):
    site.writes(author, "Hello")
    own_page.goto("/")
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    own_page.route(re.compile("since=|counted="), hold)
    own_page.evaluate("document.body.dispatchEvent(new Event('tick'))")
    expect(own_page.locator(".htmx-request").first).to_be_attached()
    assert own_page.evaluate(BAR) is None
    for route in held:
        route.continue_()
    is_quiet(own_page)
