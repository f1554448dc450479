"""Block and mute a user on the profile, and undo it in the settings."""

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Browse
from .served import Post, Site, User
from .steps import card, cards, flash, in_own_menu, no_page_load, only_with_scripts
from .watching import Watch


@pytest.fixture
def post(site: Site, author: User) -> Post:
    (post,) = site.writes(author, "The bees are swarming.")
    return post


def button(page: Page, name: str, author: User) -> Locator:
    return page.get_by_role("button", name=f"{name} {author.username}", exact=True)


def menu(page: Page) -> Locator:
    return page.locator("details.menu summary")


def in_settings(page: Page) -> None:
    in_own_menu(page, "Settings").click()
    page.get_by_role("link", name="Blocks").click()


def test_blocking_hides_each_from_the_other_until_it_is_undone(
    own_page: Page, browse: Browse, site: Site, viewer: User, author: User, post: Post, watch: Watch
):
    other_page = browse(as_=author)
    own_page.goto(f"/@{author.username}")
    menu(own_page).click()
    button(own_page, "Block", author).click()
    expect(button(own_page, "Unblock", author)).to_be_visible()
    expect(flash(own_page)).to_contain_text("“Unblock” undoes it")
    expect(cards(own_page)).to_have_count(0)
    own_page.reload()
    expect(button(own_page, "Unblock", author)).to_be_visible()
    expect(cards(own_page)).to_have_count(0)
    own_page.goto("/explore")
    expect(card(own_page, post)).to_have_count(0)
    assert not site.is_followed(author, viewer)

    watch.allow(404)
    other_page.goto(f"/@{viewer.username}")
    expect(other_page.get_by_role("heading", level=1)).to_have_text("Nothing here")

    in_settings(own_page)
    button(own_page, "Unblock", author).click()
    expect(flash(own_page)).to_have_text(f"You unblocked @{author.username}.")
    expect(own_page.get_by_text("You have blocked or muted nobody.")).to_be_visible()
    own_page.goto(f"/@{author.username}")
    expect(card(own_page, post)).to_be_visible()
    expect(button(own_page, "Follow", author)).to_be_visible()
    other_page.reload()
    expect(other_page.get_by_role("heading", level=1)).to_contain_text(viewer.username)


def test_unblocking_on_the_profile_shows_the_posts_again(
    own_page: Page, site: Site, viewer: User, author: User, post: Post
):
    site.blocks(viewer, author)
    own_page.goto(f"/@{author.username}")
    button(own_page, "Unblock", author).click()
    expect(card(own_page, post)).to_be_visible()
    expect(flash(own_page)).to_have_text(f"You unblocked @{author.username}.")
    expect(own_page).to_have_url(f"{site.url}/@{author.username}")


def test_muting_hides_a_user_from_home_until_it_is_undone(
    own_page: Page, site: Site, viewer: User, author: User, post: Post
):
    own_page.goto("/")
    expect(card(own_page, post)).to_be_visible()
    card(own_page, post).get_by_role("link", name=author.username).click()
    menu(own_page).click()
    button(own_page, "Mute", author).click()
    expect(flash(own_page)).to_contain_text("Nobody is told.")
    expect(card(own_page, post)).to_be_visible()
    assert site.is_followed(author, viewer)
    own_page.goto("/")
    expect(cards(own_page)).to_have_count(0)

    in_settings(own_page)
    button(own_page, "Unmute", author).click()
    expect(flash(own_page)).to_have_text(f"You unmuted @{author.username}.")
    own_page.goto("/")
    expect(card(own_page, post)).to_be_visible()


@only_with_scripts
def test_blocking_by_keyboard_takes_no_page_load_and_focuses_unblock(
    own_page: Page, author: User, post: Post
):
    own_page.goto(f"/@{author.username}")
    with no_page_load(own_page):
        menu(own_page).press("Enter")
        button(own_page, "Block", author).focus()
        own_page.keyboard.press("Enter")
        expect(button(own_page, "Unblock", author)).to_be_focused()
        expect(cards(own_page)).to_have_count(0)


@only_with_scripts
def test_muting_keeps_the_menu_open_and_the_focus(own_page: Page, author: User):
    own_page.goto(f"/@{author.username}")
    with no_page_load(own_page):
        menu(own_page).click()
        for now, then in (("Mute", "Unmute"), ("Unmute", "Mute")):
            button(own_page, now, author).focus()
            own_page.keyboard.press("Enter")
            expect(button(own_page, then, author)).to_be_focused()


@only_with_scripts
def test_the_menu_closes_on_escape_and_on_a_click_elsewhere(own_page: Page, author: User):
    own_page.goto(f"/@{author.username}")
    block = button(own_page, "Block", author)
    expect(block).to_be_hidden()
    menu(own_page).click()
    block.focus()
    own_page.keyboard.press("Escape")
    expect(block).to_be_hidden()
    expect(menu(own_page)).to_be_focused()
    menu(own_page).click()
    expect(block).to_be_visible()
    own_page.get_by_role("heading", level=1).click()
    expect(block).to_be_hidden()
