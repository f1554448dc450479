"""Notifications: the counter that updates itself, the page, and marking as read."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .served import Site, User
from .steps import flash, no_page_load, only_with_scripts, scroll_down, tick

COUNTER = "?counted="


@pytest.fixture
def fan(site: Site) -> User:
    return site.person()


def counter(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Main").locator(".badge")


def mark_all(page: Page) -> Locator:
    return page.get_by_role("button", name="Mark all as read")


def test_a_new_follower_is_counted_shown_and_read(
    own_page: Page, site: Site, viewer: User, fan: User
):
    own_page.goto("/notifications")
    expect(own_page.locator("#notifications")).to_contain_text("Nothing yet.")
    expect(counter(own_page)).to_have_count(0)

    site.follows(fan, viewer)
    own_page.goto("/")
    expect(counter(own_page)).to_have_text("1")
    own_page.get_by_role("link", name="Notifications 1 new notification").click()
    expect(own_page.get_by_role("article")).to_have_text(
        re.compile(f"New:\\s+{fan.username} @{fan.username}\\s+follows you")
    )
    expect(counter(own_page)).to_have_text("1")

    mark_all(own_page).click()
    expect(flash(own_page)).to_contain_text("Marked as read.")
    expect(counter(own_page)).to_have_count(0)
    expect(own_page.locator(".notification")).to_have_count(1)
    expect(own_page.locator(".notification-new")).to_have_count(0)
    own_page.reload()
    expect(own_page.locator(".notification-new")).to_have_count(0)


def test_a_tab_lists_one_kind(own_page: Page, site: Site, viewer: User, fan: User):
    site.follows(fan, viewer)
    own_page.goto("/notifications")
    own_page.get_by_role("link", name="Mentions").click()
    expect(own_page.locator("#notifications")).to_contain_text("Nothing of this kind yet.")
    own_page.get_by_role("link", name="Follows", exact=True).click()
    expect(own_page.locator(".notification")).to_have_count(1)
    own_page.locator(".notification").get_by_role("link", name=fan.username).click()
    expect(own_page).to_have_url(f"{site.url}/@{fan.username}")


@only_with_scripts
def test_the_counter_appears_and_updates_itself(
    own_page: Page, site: Site, viewer: User, fan: User
):
    own_page.goto("/")
    with no_page_load(own_page):
        assert tick(own_page, COUNTER) == 204
        expect(counter(own_page)).to_have_count(0)
        site.follows(fan, viewer)
        assert tick(own_page, COUNTER) == 200
        expect(counter(own_page)).to_have_text("1")
        assert tick(own_page, COUNTER) == 204
        site.mentions(fan, viewer, 1)
        assert tick(own_page, COUNTER) == 200
        expect(counter(own_page)).to_have_text("2")


@only_with_scripts
def test_a_screen_reader_speaks_a_changed_number_only(
    own_page: Page, site: Site, viewer: User, fan: User
):
    site.follows(fan, viewer)
    own_page.goto("/")
    own_page.evaluate(
        """() => {
          window.spoken = [];
          const place = document.querySelector("#unread").closest("[aria-live=polite]");
          new MutationObserver(() => spoken.push(place.textContent.trim()))
            .observe(place, {childList: true, subtree: true, characterData: true});
        }"""
    )
    for _strike in range(3):
        tick(own_page, COUNTER)
    assert own_page.evaluate("spoken") == []
    site.mentions(fan, viewer, 1)
    tick(own_page, COUNTER)
    expect(counter(own_page)).to_have_text("2")
    assert "2 new notifications" in own_page.evaluate("spoken")[-1]


@only_with_scripts
def test_marking_keeps_the_focus_and_leaves_later_notifications_unread(
    own_page: Page, site: Site, viewer: User, fan: User
):
    site.follows(fan, viewer)
    own_page.goto("/notifications")
    site.follows(site.person(), viewer)
    with no_page_load(own_page):
        mark_all(own_page).focus()
        own_page.keyboard.press("Enter")
        expect(own_page.locator(".notification")).to_have_count(2)
        expect(own_page.locator(".notification-new")).to_have_count(1)
        expect(counter(own_page)).to_have_text("1")
        expect(mark_all(own_page)).to_be_focused()
        own_page.keyboard.press("Enter")
        expect(own_page.locator(".notification-new")).to_have_count(0)
        expect(counter(own_page)).to_have_count(0)


def test_a_long_list_goes_on(own_page: Page, site: Site, viewer: User, fan: User, scripts: bool):
    site.mentions(fan, viewer, 30)
    own_page.goto("/notifications")
    listed = own_page.locator(".notification")
    expect(listed.first).to_contain_text("Loaf 29")
    if scripts:
        scroll_down(own_page)
        expect(listed).to_have_count(30)
    else:
        own_page.get_by_role("link", name="Older notifications").click()
        expect(listed).to_have_count(5)
    expect(listed.last).to_contain_text("Loaf 0")
