"""The preview of a post's first link."""

import pytest
from playwright.sync_api import Locator, Page, expect

from app.previews.content import Preview
from app.previews.keeping import show

from .served import Post, Site, User
from .steps import cards, flash, follow_link, in_menu, only_with_scripts

URL = "https://bread.example/rye"


@pytest.fixture
def post(site: Site, viewer: User, monkeypatch: pytest.MonkeyPatch) -> Post:
    """A post of the viewer's with a preview; the site asks no other for it."""
    (post,) = site.writes(viewer, f"Look: {URL}")
    with site.app.app_context():
        show(post, Preview(URL, "Rye bread", "Dark and sour", "The Bakery"))
    monkeypatch.setitem(site.app.config, "LINK_PREVIEWS", True)
    return post


def preview(page: Page) -> Locator:
    return cards(page).locator("a.preview")


def test_the_author_removes_it_and_takes_it_back(own_page: Page, viewer: User, post: Post):
    own_page.goto(f"/@{viewer.username}")
    expect(preview(own_page)).to_have_attribute("href", URL)
    expect(preview(own_page)).to_contain_text("Rye bread")
    in_menu(cards(own_page), "Remove the preview").click()
    expect(flash(own_page)).to_contain_text("The preview is removed.")
    # Without scripts, the menu is a page of its own.
    own_page.goto(f"/@{viewer.username}")
    expect(preview(own_page)).to_have_count(0)
    in_menu(cards(own_page), "Show the preview").click()
    expect(flash(own_page)).to_contain_text("The preview is back.")
    own_page.goto(f"/@{viewer.username}")
    expect(preview(own_page)).to_have_count(1)


@only_with_scripts
def test_it_goes_from_the_card_at_once(own_page: Page, viewer: User, post: Post):
    own_page.goto("/")
    in_menu(cards(own_page).filter(has_text=URL), "Remove the preview").click()
    expect(preview(own_page)).to_have_count(0)
    expect(cards(own_page).filter(has_text=URL)).to_be_focused()


@pytest.mark.parametrize("width", [390, 1280])
def test_it_is_a_link_of_its_own_and_the_rest_of_the_card_opens_the_post(
    own_page: Page, viewer: User, post: Post, width: int
):
    own_page.set_viewport_size({"width": width, "height": 800})
    own_page.goto(f"/@{viewer.username}")
    box = preview(own_page).bounding_box()
    assert box
    at = [box["x"] + box["width"] / 2, box["y"] + box["height"] / 2]
    found = "([x, y]) => document.elementFromPoint(x, y).closest('a')?.href"
    assert own_page.evaluate(found, at) == URL
    assert box["x"] + box["width"] <= width
    follow_link(cards(own_page).locator(".post-time"))
    expect(own_page.locator(".posts-single a.preview")).to_be_visible()
