"""Forced colours: what is current, pressed or in focus is shown without our colours."""

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Browse
from .served import Site, User
from .steps import acts, cards, is_quiet
from .test_access import AXE, RUN_AXE

LOOK = """element => {
  const { backgroundColor, borderColor, borderWidth, textDecorationLine } =
    getComputedStyle(element);
  return [backgroundColor, borderColor, borderWidth, textDecorationLine].join(" ");
}"""


@pytest.fixture
def forced(browse: Browse, site: Site, viewer: User) -> Page:
    """A page of a viewer with a post, in the colours of a system theme."""
    site.writes(viewer, "Hello")
    return browse(as_=viewer, forced_colors="active")


def look(element: Locator) -> str:
    return element.evaluate(LOOK)


@pytest.mark.parametrize(
    ("path", "entries"),
    [("/notifications", ".tabs a"), ("/settings/profile", ".tabs a"), ("/explore", ".nav-entry")],
)
def test_what_is_current_differs_from_the_rest(forced: Page, path: str, entries: str):
    forced.goto(path)
    current = forced.locator(f"{entries}[aria-current=page]:visible").first
    other = forced.locator(f"{entries}:not([aria-current=page]):visible").first
    assert look(current) != look(other)
    forced.evaluate(AXE)
    assert forced.evaluate(RUN_AXE) == []


@pytest.mark.parametrize(
    ("path", "name"),
    [("/", "Home"), ("/notifications", "Notifications"), ("/settings/profile", "Me")],
)
def test_the_current_entry_of_a_phone_is_one_filled_box(forced: Page, path: str, name: str):
    forced.set_viewport_size({"width": 390, "height": 800})
    forced.goto(path)
    current = forced.locator(".nav-entry[aria-current]")
    expect(current).to_contain_text(name)
    other = forced.locator(".nav-entry:not([aria-current]):visible").first
    assert look(current) != look(other)
    grounds = current.evaluate(
        "entry => [...entry.children].map(part => getComputedStyle(part).backgroundColor)"
    )
    assert set(grounds) == {"rgba(0, 0, 0, 0)"}


def test_write_has_no_box_on_a_phone(forced: Page):
    forced.set_viewport_size({"width": 390, "height": 800})
    forced.goto("/")
    expect(forced.locator(".nav-write")).to_have_css("border-top-width", "0px")


@pytest.mark.parametrize("verb", ["like", "repost", "bookmark"])
def test_a_pressed_button_differs(forced: Page, verb: str):
    forced.goto("/")
    button = acts(cards(forced), verb)
    before = look(button)
    button.click()
    expect(button).to_have_attribute("aria-pressed", "true")
    assert look(button) != before
    is_quiet(forced)
    forced.evaluate(AXE)
    assert forced.evaluate(RUN_AXE) == []


def test_the_chosen_theme_differs(forced: Page):
    forced.goto("/settings/sessions")
    choices = forced.locator("[name=theme]:visible")
    assert look(choices.nth(0)) != look(choices.nth(1))


@pytest.mark.parametrize("path", ["/", "/settings/account"])
def test_the_focus_is_visible(forced: Page, path: str):
    forced.goto(path)
    for stop in range(15):
        forced.keyboard.press("Tab")
        ring = forced.evaluate(
            """() => {
              const at = getComputedStyle(document.activeElement);
              const around = document.activeElement.closest(".composer");
              return [at.outlineStyle, around && getComputedStyle(around).outlineStyle];
            }"""
        )
        assert set(ring) - {"none", None}, f"Stop {stop} has no ring: {ring}"
