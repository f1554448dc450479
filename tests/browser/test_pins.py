"""Pinning posts to one's profile."""

from playwright.sync_api import Locator, Page, expect

from app.profiles.models import pin

from .served import Site, User
from .steps import cards, flash, in_menu, only_with_scripts
from .watching import Watch


def pinned(page: Page) -> Locator:
    return page.locator(".pinned article.post")


def test_a_post_is_pinned_and_unpinned_on_the_profile(own_page: Page, site: Site, viewer: User):
    site.writes(viewer, "Rye", "Spelt", "Oats")
    own_page.goto(f"/@{viewer.username}")
    expect(pinned(own_page)).to_have_count(0)
    in_menu(own_page.locator("#posts article", has_text="Rye"), "Pin to my profile").click()
    expect(flash(own_page)).to_contain_text("Pinned: it stands first on your profile.")
    # Without scripts, the menu is a page of its own.
    own_page.goto(f"/@{viewer.username}")
    expect(own_page.get_by_role("heading", name="Pinned")).to_be_visible()
    expect(pinned(own_page)).to_have_count(1)
    expect(pinned(own_page)).to_contain_text("Rye")
    expect(own_page.locator("#posts article")).to_have_count(2)
    in_menu(pinned(own_page), "Unpin from my profile").click()
    expect(flash(own_page)).to_contain_text("Unpinned")
    own_page.goto(f"/@{viewer.username}")
    expect(pinned(own_page)).to_have_count(0)
    expect(own_page.locator("#posts article").last).to_contain_text("Rye")


def test_a_fourth_is_refused_in_words(own_page: Page, site: Site, viewer: User, watch: Watch):
    watch.allow(409)
    *others, _wheat = site.writes(viewer, "Rye", "Spelt", "Oats", "Wheat")
    with site.app.app_context():
        for post in others:
            pin(post)
    own_page.goto(f"/@{viewer.username}")
    in_menu(own_page.locator("#posts article", has_text="Wheat"), "Pin to my profile").click()
    expect(flash(own_page)).to_contain_text("Unpin one of them first.")
    own_page.goto(f"/@{viewer.username}")
    expect(pinned(own_page)).to_have_count(3)


@only_with_scripts
def test_elsewhere_the_card_stays_and_has_the_focus(own_page: Page, site: Site, viewer: User):
    site.writes(viewer, "Rye")
    own_page.goto("/")
    card = cards(own_page).filter(has_text="Rye")
    in_menu(card, "Pin to my profile").click()
    expect(flash(own_page)).to_contain_text("Pinned")
    expect(card).to_be_focused()
    in_menu(card, "Unpin from my profile").click()
    expect(flash(own_page)).to_contain_text("Unpinned")
