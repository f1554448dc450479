"""The size of a first visit, and layout shifts."""

import re
import time
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, Route, expect

from app.notifications.models import notify_from_site

from .conftest import Browse
from .served import Post, Site, User
from .steps import cards, scroll_down_until, tick, until

PAGE = 25
FIRST_VISIT = 95_000
HARDLY_ANY = 0.01
NOTE_SHIFTS = """
window.shifted = 0;
new PerformanceObserver((list) => {
  for (const shift of list.getEntries()) if (!shift.hadRecentInput) window.shifted += shift.value;
}).observe({ type: "layout-shift", buffered: true });
"""
# True once a frame was drawn; false if none is for long, as happens on a busy machine.
NEXT_FRAME = """() => new Promise((answer) => {
  requestAnimationFrame(() => setTimeout(answer, 100, true));
  setTimeout(answer, 2000, false);
})"""


@pytest.fixture
def authors(site: Site, viewer: User) -> list[User]:
    """As many authors as a page has posts; the viewer follows them."""
    people = [site.person(display_name=f"Somebody Else {n}") for n in range(PAGE)]
    site.follows(viewer, *people)
    return people


@pytest.fixture
def posts(site: Site, authors: list[User]) -> list[Post]:
    """Two pages of posts; each page has one post of each author."""
    bodies = [f"{n}. Rye is out of the oven, the seeded one needs ten minutes." for n in range(2)]
    return [post for body in bodies for author in authors for post in site.writes(author, body)]


def transferred(page: Page) -> dict[str, int]:
    """Collect the bytes of each later request of ``page``, with headers, by URL."""
    asked: dict[str, str] = {}
    brought: dict[str, int] = {}
    network = page.context.new_cdp_session(page)
    network.on(
        "Network.requestWillBeSent",
        lambda event: asked.update({event["requestId"]: event["request"]["url"]}),
    )

    def finished(event: dict[str, Any]) -> None:
        # What was asked for before, such as the icon of a blank page, has no URL here.
        if url := asked.get(event["requestId"]):
            brought[url] = event["encodedDataLength"]

    network.on("Network.loadingFinished", finished)
    network.send("Network.enable")
    return brought


def test_a_first_visit_to_home_is_small(browse: Browse, viewer: User, posts: list[Post]):
    page = browse(as_=viewer, viewport={"width": 412, "height": 823})
    brought = transferred(page)
    page.goto("/", wait_until="networkidle")
    assert cards(page).count() == PAGE
    kinds = [url.rpartition(".")[2] for url in brought]
    # Joined by make install.
    assert kinds.count("css") == 2
    assert 4 <= kinds.count("js") <= 5
    pictures = [url for url in brought if "/avatars/" in url]
    assert pictures
    before_pictures = sum(size for url, size in brought.items() if url not in pictures)
    assert before_pictures < FIRST_VISIT, brought


def test_static_files_are_cached(browse: Browse, viewer: User, posts: list[Post]):
    page = browse(as_=viewer)
    page.goto("/", wait_until="networkidle")
    brought = transferred(page)
    page.goto("/explore", wait_until="networkidle")
    assert [url for url, size in brought.items() if size and re.search(r"\.(css|js)$", url)] == []


def test_the_navigation_is_one_row_on_a_phone(browse: Browse, viewer: User):
    for person in (viewer, None):
        page = browse(as_=person, viewport={"width": 412, "height": 823})
        page.goto("/explore")
        entries = page.locator(".site-nav > *")
        boxes = [entry.bounding_box() for entry in entries.all()]
        assert max(box["y"] for box in boxes) - min(box["y"] for box in boxes) < 24
        assert max(box["x"] + box["width"] for box in boxes) > 380


# Layout shifts


@pytest.fixture
def steady(browse: Browse, viewer: User, posts: list[Post]) -> Callable[[str], Page]:
    """Give a function that opens a page with delayed pictures and expects no layout shift."""

    def late(route: Route) -> None:
        time.sleep(0.05)
        route.continue_()

    def open_page(path: str) -> Page:
        page = browse(as_=viewer, viewport={"width": 412, "height": 823})
        page.add_init_script(NOTE_SHIFTS)
        page.route("**/avatars/*", late)
        page.goto(path, wait_until="networkidle")
        # As times.js writes it: "5m", or on the page of a post the date of the viewer's zone.
        expect(page.locator("article time").first).not_to_contain_text("UTC")
        expect_no_shift(page)
        return page

    return open_page


def shifted(page: Page) -> float:
    """Return the layout shift so far, including that of the next frame."""
    until(page, lambda: page.evaluate(NEXT_FRAME))
    return page.evaluate("window.shifted")


def expect_no_shift(page: Page) -> None:
    assert shifted(page) < HARDLY_ANY


@pytest.mark.parametrize("path", ["/", "/explore", "/@{author}", "/posts/{post}"])
def test_nothing_moves_while_a_page_loads(
    steady: Callable[[str], Page], site: Site, authors: list[User], posts: list[Post], path: str
):
    site.replies(authors[1], posts[-1], "Keep me half of it?", "Or a quarter?")
    page = steady(path.format(author=authors[-1].username, post=posts[-1].id))
    assert page.locator(".avatar").first.evaluate("picture => picture.naturalWidth") > 0


def test_the_time_of_a_notification_moves_nothing_when_it_is_rewritten(
    browse: Browse, site: Site, viewer: User
):
    with site.app.app_context():
        notify_from_site([viewer.id], "decision")
    page = browse(as_=viewer, viewport={"width": 390, "height": 844})
    page.goto("/notifications")
    row, time = page.locator(".notification"), page.locator(".notification time")
    expect(time).to_have_attribute("title", re.compile("20"))
    height = row.bounding_box()["height"]
    # As the server writes it.
    time.evaluate(
        "time => { time.removeAttribute('title'); time.textContent = '29 Nov 2026, 16:58 UTC' }"
    )
    assert time.bounding_box()["width"] <= 45
    assert row.bounding_box()["height"] == height


@pytest.mark.parametrize("path", ["/", "/explore"])
def test_nothing_moves_while_scrolling_loads_posts(steady: Callable[[str], Page], path: str):
    page = steady(path)
    scroll_down_until(page, cards(page).nth(PAGE * 2 - 1))
    expect_no_shift(page)


@pytest.mark.parametrize("path", ["/", "/explore"])
def test_nothing_moves_when_new_posts_are_announced(
    steady: Callable[[str], Page], site: Site, authors: list[User], path: str
):
    page = steady(path)
    site.writes(authors[0], "Fresh from the oven")
    tick(page, "?since=")
    expect(page.get_by_role("link", name=re.compile(r"\d new post"))).to_be_visible()
    expect_no_shift(page)


def test_a_layout_shift_is_found(steady: Callable[[str], Page]):
    page = steady("/")
    page.evaluate(
        "document.querySelector('main').prepend(Object.assign("
        "document.createElement('p'), {textContent: 'Make way!'}))"
    )
    assert shifted(page) > HARDLY_ANY
