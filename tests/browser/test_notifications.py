"""Notifications: the counter that updates itself, and the page, which reads them."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .served import Site, User
from .steps import follow_link, no_page_load, only_with_scripts, scroll_down, tick

COUNTER = "?counted="


@pytest.fixture
def fan(site: Site) -> User:
    return site.person()


def counter(page: Page) -> Locator:
    return page.get_by_role("navigation", name="Main").locator(".badge")


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
    expect(own_page.locator(".notification-new")).to_have_count(1)
    expect(counter(own_page)).to_have_count(0)
    own_page.get_by_role("link", name="Follows", exact=True).click()
    expect(own_page.locator(".notification-new")).to_have_count(1)
    own_page.goto("/explore")
    expect(counter(own_page)).to_have_count(0)
    own_page.get_by_role("link", name="Notifications").click()
    expect(own_page.locator(".notification")).to_have_count(1)
    expect(own_page.locator(".notification-new")).to_have_count(0)


def test_who_opens_one_and_goes_back_finds_the_others_marked(
    own_page: Page, site: Site, viewer: User, fan: User
):
    one, two = site.writes(viewer, "One", "Two")
    site.likes(fan, one)
    site.likes(fan, two)
    own_page.goto("/")
    follow_link(own_page.get_by_role("link", name=re.compile("^Notifications")))
    expect(own_page.locator(".notification-new")).to_have_count(2)
    follow_link(own_page.get_by_role("link", name="One", exact=True))
    own_page.go_back()
    expect(own_page.locator(".notification-new")).to_have_count(2)
    expect(counter(own_page)).to_have_count(0)
    follow_link(own_page.get_by_role("link", name="Explore").first)
    follow_link(own_page.get_by_role("link", name=re.compile("^Notifications")))
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
    own_page.evaluate("navigator.setAppBadge = async (number) => { window.onIcon = number; }")
    with no_page_load(own_page):
        assert tick(own_page, COUNTER) == 204
        expect(own_page).to_have_title(re.compile("^Home"))
        expect(counter(own_page)).to_have_count(0)
        site.follows(fan, viewer)
        assert tick(own_page, COUNTER) == 200
        expect(counter(own_page)).to_have_text("1")
        expect(own_page).to_have_title(re.compile(r"^\(1\) Home"))
        assert tick(own_page, COUNTER) == 204
        site.mentions(fan, viewer, 1)
        assert tick(own_page, COUNTER) == 200
        expect(counter(own_page)).to_have_text("2")
        expect(own_page).to_have_title(re.compile(r"^\(2\) Home"))
        assert own_page.evaluate("onIcon") == 2
        other = own_page.context.new_page()
        other.goto("/notifications")
        assert tick(own_page, COUNTER) == 200
        expect(counter(own_page)).to_have_count(0)
        expect(own_page).to_have_title(re.compile("^Home"))
        assert own_page.evaluate("onIcon") == 0


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


def test_a_reply_is_liked_and_replied_to_where_it_is_listed(
    own_page: Page, site: Site, viewer: User, fan: User, scripts: bool
):
    (reply,) = site.replies(fan, site.writes(viewer, "Tea?")[0], "Gladly")
    own_page.goto("/notifications")
    listed = own_page.get_by_role("article").filter(has_text="Gladly")
    listed.get_by_role("button", name="Like").click()
    expect(listed.get_by_role("button", name="Like 1")).to_have_attribute("aria-pressed", "true")
    expect(own_page).to_have_url(re.compile("/notifications"))
    expect(listed).to_have_class(re.compile("notification-new"))
    listed.get_by_role("link", name="Reply").click()
    own_page.get_by_label("Your reply").fill("At four")
    own_page.get_by_role("button", name="Reply", exact=True).click()
    expect(own_page.locator(".post-body", has_text="At four")).to_be_visible()
    if scripts:
        expect(own_page).to_have_url(re.compile("/notifications"))
        expect(listed.get_by_role("link", name="Reply 1")).to_be_visible()
    assert "At four" in site.posts_of(viewer)
    assert reply


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
