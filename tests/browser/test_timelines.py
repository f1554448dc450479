"""Long lists, the return to them by Back, and new posts while a viewer reads."""

import re

import pytest
from playwright.sync_api import Browser, Locator, Page, Playwright, expect

from . import chromium
from .conftest import ARGS, Browse
from .served import Post, Site, User
from .steps import (
    card,
    card_ids,
    cards,
    element_ids,
    flash,
    follow_link,
    no_page_load,
    only_with_scripts,
    only_without_scripts,
    scroll_down,
    scroll_down_until,
    tick,
    top_of,
    until,
)
from .watching import Watch

NEWS = "?since="
PAGE = 25
SCREENS = 5
AT_MOST_MOVED = 40


@pytest.fixture
def posts(site: Site, author: User) -> list[Post]:
    """More posts than five screens show."""
    return site.writes(author, *(f"Post number {n}" for n in range(PAGE * (SCREENS + 1) + 5)))


@pytest.fixture(scope="module")
def remembering_browser(playwright: Playwright) -> Browser:
    """A browser with the back/forward cache turned on, as in people's browsers."""
    launched = playwright.chromium.launch(
        executable_path=chromium.ensure(),
        args=ARGS,
        ignore_default_args=["--disable-back-forward-cache"],
    )
    yield launched
    launched.close()


@pytest.fixture(params=["loaded anew", "kept alive"])
def way_back(request: pytest.FixtureRequest, browser: Browser) -> Browser:
    """A browser with the back/forward cache, and one without it."""
    if request.param == "loaded anew":
        return browser
    return request.getfixturevalue("remembering_browser")


def older(page: Page) -> Locator:
    return page.get_by_role("link", name="Older posts")


def scroll_to(read: Locator, pixels: int) -> None:
    """Scroll at once until ``read`` is ``pixels`` below the upper edge of the window."""
    read.evaluate(
        """(card, below) =>
          window.scrollTo({ top: card.offsetTop - below, behavior: "instant" })""",
        pixels,
    )


def check_back_from_a_post_restores_the_scroll_position(page: Page) -> None:
    read = cards(page).nth(cards(page).count() - 12)
    read = page.locator(f"#{read.get_attribute('id')}")
    # During a view transition, a click hits the snapshot of the old page, and Playwright scrolls
    # to try again.
    read.locator(".post-time").click(trial=True)
    scroll_to(read, 200)
    place = top_of(read)
    read.locator(".post-time").click()
    expect(page.locator(".posts-single")).to_be_visible()
    page.go_back(wait_until="commit")
    expect(page.locator(".posts-single")).to_have_count(0)
    expect(read).to_be_in_viewport()
    # A page that loads again grows; it can scroll to the position only once it is long enough.
    until(page, lambda: page.evaluate("document.readyState === 'complete'"))
    until(page, lambda: abs(top_of(read) - place) <= AT_MOST_MOVED)


@only_with_scripts
def test_scrolling_loads_five_screens_without_a_page_load(own_page: Page, posts: list[Post]):
    own_page.goto("/")
    assert card_ids(own_page) == element_ids(posts)[:PAGE]
    with no_page_load(own_page):
        scroll_down_until(own_page, cards(own_page).nth(PAGE * (SCREENS + 1) - 1))
    shown = card_ids(own_page)
    assert shown == element_ids(posts)[: len(shown)]
    last = shown[-1].removeprefix("post_")
    expect(own_page).to_have_url(re.compile(rf"\?through={last}$"))


@only_with_scripts
def test_scrolling_ends_where_the_list_ends(own_page: Page, posts: list[Post]):
    own_page.goto("/")
    scroll_down_until(own_page, cards(own_page).nth(len(posts) - 1))
    expect(older(own_page)).to_have_count(0)
    assert card_ids(own_page) == element_ids(posts)


@only_without_scripts
def test_links_lead_through_five_pages(own_page: Page, posts: list[Post]):
    own_page.goto("/")
    for number in range(SCREENS):
        assert card_ids(own_page) == element_ids(posts)[PAGE * number : PAGE * (number + 1)]
        follow_link(older(own_page))
    follow_link(own_page.get_by_role("link", name="Newer"))
    assert card_ids(own_page) == element_ids(posts)[: PAGE * SCREENS]


def test_lists_of_people_have_pages_too(own_page: Page, site: Site, author: User, scripts: bool):
    fans = [site.person() for _each in range(PAGE + 5)]
    for fan in fans:
        site.follows(fan, author)
    own_page.goto(f"/@{author.username}/followers")
    people = own_page.locator("#people > article")
    if scripts:
        scroll_down(own_page)
        # The 30 new followers and the viewer.
        expect(people).to_have_count(PAGE + 6)
    else:
        own_page.get_by_role("link", name="More people").click()
        expect(people).to_have_count(6)


def test_back_from_a_post_restores_the_scroll_position(
    browse: Browse, way_back: Browser, scripts: bool, viewer: User, posts: list[Post]
):
    page = browse(
        as_=viewer, within=way_back, java_script_enabled=scripts, reduced_motion="no-preference"
    )
    page.goto("/")
    for screen in range(1, SCREENS + 1):
        if scripts:
            scroll_down_until(page, cards(page).nth(PAGE * (screen + 1) - 1))
        else:
            follow_link(older(page))
    check_back_from_a_post_restores_the_scroll_position(page)


@only_with_scripts
@pytest.mark.parametrize("path", ["/explore", "/@{author}"])
def test_back_restores_the_scroll_position_in_every_list(
    own_page: Page, author: User, posts: list[Post], path: str
):
    own_page.goto(path.format(author=author.username))
    scroll_down_until(own_page, cards(own_page).nth(PAGE * 2 - 1))
    check_back_from_a_post_restores_the_scroll_position(own_page)


@only_with_scripts
def test_scrolling_goes_on_after_the_connection_was_lost(
    own_page: Page, posts: list[Post], watch: Watch
):
    watch.allow("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    own_page.goto("/")
    own_page.context.set_offline(True)
    scroll_down(own_page)
    expect(flash(own_page)).to_contain_text("No connection.")
    own_page.context.set_offline(False)
    own_page.evaluate("window.scrollTo(0, 0)")
    expect(cards(own_page).first).to_be_in_viewport()
    scroll_down_until(own_page, cards(own_page).nth(PAGE * 2 - 1))


@only_with_scripts
@pytest.mark.parametrize("path", ["/", "/explore"])
def test_the_new_posts_bar_does_not_move_the_list(
    own_page: Page, site: Site, author: User, posts: list[Post], path: str
):
    own_page.goto(path)
    read = card(own_page, posts[-10])
    scroll_to(read, 300)
    place, scrolled = read.bounding_box(), own_page.evaluate("scrollY")
    first = cards(own_page).first

    (new,) = site.writes(author, "Something new")
    with no_page_load(own_page):
        assert tick(own_page, NEWS) == 200
        news = own_page.get_by_role("link", name=re.compile(r"\d new post"))
        expect(news).to_be_in_viewport()
        assert read.bounding_box() == place
        assert own_page.evaluate("scrollY") == scrolled
        expect(first).not_to_have_id(f"post_{new.id}")
        site.writes(author, "Something even newer")
        assert tick(own_page, NEWS) == 200
        expect(news).to_be_in_viewport()
        assert read.bounding_box() == place

    news.click()
    expect(first).to_contain_text("Something even newer")
    assert own_page.evaluate("scrollY") == 0


@only_with_scripts
def test_new_posts_are_counted(own_page: Page, site: Site, author: User):
    own_page.goto("/")
    site.writes(author, "One")
    tick(own_page, NEWS)
    expect(own_page.get_by_role("link", name="1 new post", exact=True)).to_be_visible()
    site.writes(author, "Two")
    tick(own_page, NEWS)
    expect(own_page.get_by_role("link", name="2 new posts", exact=True)).to_be_visible()


@only_with_scripts
def test_without_new_posts_the_page_does_not_change(
    own_page: Page, site: Site, viewer: User, posts: list[Post]
):
    own_page.goto("/")
    site.writes(viewer, "My own, from another browser")
    before = own_page.locator("main").inner_html()
    assert tick(own_page, NEWS) == 204
    assert own_page.locator("main").inner_html() == before


def test_times_are_in_the_viewers_time_zone(browse: Browse, site: Site, scripts: bool):
    site.imports("tokyo_night", "2026-01-31T20:00:00Z")
    page = browse(java_script_enabled=scripts, timezone_id="Asia/Tokyo")
    page.goto("/@tokyo_night")
    time = page.locator(".profile time").first
    expect(time).to_have_text("February 1, 2026" if scripts else "31 Jan 2026, 20:00 UTC")
    expect(time).to_have_attribute("datetime", re.compile("2026-01-31T20:00:00"))


@only_with_scripts
def test_times_of_later_pages_are_in_the_viewers_time_zone(own_page: Page, posts: list[Post]):
    own_page.goto("/")
    scroll_down_until(own_page, cards(own_page).nth(PAGE * 2 - 1))
    expect(cards(own_page).nth(PAGE * 2 - 1).locator("time")).to_have_text(
        re.compile("^(now|[0-9]+m)$")
    )
