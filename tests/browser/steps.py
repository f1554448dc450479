"""Steps and locators for browser tests; one helper per idea.

A helper that reads a value once waits first until the page is complete.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect

from .served import PASSWORD, Post, User

# The timeout of every expectation, in milliseconds. Only a test that fails waits this long.
PATIENCE = 60_000

WITH_SCRIPTS = pytest.param(True, id="scripts")
WITHOUT_SCRIPTS = pytest.param(False, id="no-scripts")
only_with_scripts = pytest.mark.parametrize("scripts", [WITH_SCRIPTS], indirect=True)
only_without_scripts = pytest.mark.parametrize("scripts", [WITHOUT_SCRIPTS], indirect=True)


@contextmanager
def no_page_load(page: Page) -> Iterator[None]:
    """Assert that no page load happens in the context."""
    page.evaluate("window.stayed = true")
    yield
    assert page.evaluate("window.stayed") is True, "The page was loaded again."


def log_in(page: Page, user: User, password: str = PASSWORD) -> None:
    """Fill in and send the log-in form of ``page``."""
    page.get_by_label("Username or e-mail").fill(user.username)
    page.get_by_label("Password").fill(password)
    page.locator("main").get_by_role("button", name="Log in").click()


def follow_link(link: Locator) -> None:
    """Click a link to another page, and wait until that page is complete.

    A click alone waits for the first bytes of the page.
    """
    with link.page.expect_navigation(wait_until="domcontentloaded"):
        link.click()


def card(page: Page, post: Post) -> Locator:
    """The card of a post, or the element in its place after deletion."""
    return page.locator(f"#post_{post.id}")


def cards(page: Page) -> Locator:
    """All cards of the list."""
    return page.locator("#posts > article")


def in_menu(shown: Locator, name: str) -> Locator:
    """Open the menu of a card; return its entry with that name. Without JavaScript, on a page."""
    shown.locator(".act.more").click()
    return shown.page.locator("[id^=menu_][open] > .menu-items").get_by_text(name, exact=True)


def in_own_menu(page: Page, name: str) -> Locator:
    """Open the menu of what is the viewer's own; return its entry with that name."""
    page.locator(".me > summary").click()
    return page.locator(".me .menu-items").get_by_text(name, exact=True)


def card_ids(page: Page) -> Sequence[str]:
    """Return the element ids of the cards, from the top, once the page is complete."""
    page.wait_for_load_state("domcontentloaded")
    return cards(page).evaluate_all("cards => cards.map(card => card.id)")


def element_ids(posts: Sequence[Post]) -> Sequence[str]:
    """Return the element ids of ``posts``, newest first; ``posts`` begins with the oldest."""
    return [f"post_{post.id}" for post in reversed(posts)]


def top_of(locator: Locator) -> float:
    """Return the distance of an element from the upper edge of the window, in CSS pixels."""
    return locator.evaluate("element => element.getBoundingClientRect().top")


def scroll_down(page: Page) -> None:
    """Scroll to the current end of the page."""
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")


def scroll_down_until(page: Page, shown: Locator) -> None:
    """Scroll to the end of the page, again and again, until ``shown`` is on it."""
    for _more in range(20):
        before = cards(page).count()
        if shown.count():
            return
        scroll_down(page)
        expect(cards(page).nth(before)).to_be_attached()
    raise AssertionError("Scrolling down does not bring it.")


def composer(page: Page) -> Locator:
    """The text field of the composer."""
    return page.get_by_label("What is on your mind?")


def send(page: Page) -> Locator:
    """The button that publishes a post."""
    return page.get_by_role("button", name="Post", exact=True)


def acts(shown: Locator, verb: str) -> Locator:
    """The button or link for ``verb`` below a post."""
    return shown.locator(f".act.{verb}")


def reply_box(page: Page) -> Locator:
    """The text field of the reply form."""
    return page.get_by_label("Your reply")


def send_reply(page: Page) -> Locator:
    """The button that publishes a reply."""
    return page.get_by_role("button", name="Reply", exact=True)


def is_quiet(page: Page) -> None:
    """Wait until htmx has no open request and has swapped every answer."""
    expect(page.locator(".htmx-request")).to_have_count(0)


def tick(page: Page, path: str) -> int:
    """Fire the page's polling event; return the status of the answer from ``path``.

    On return, htmx has swapped the answer.
    """
    with page.expect_response(lambda response: path in response.url) as answer:
        page.evaluate("document.body.dispatchEvent(new Event('tick'))")
    is_quiet(page)
    return answer.value.status


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until ``holds()`` is true; for conditions that no page shows."""
    end = time.monotonic() + PATIENCE / 1_000
    while not holds():
        assert time.monotonic() < end, f"It does not hold after {PATIENCE} milliseconds."
        page.wait_for_timeout(100)


def flash(page: Page) -> Locator:
    """The region for short messages."""
    return page.locator("#flash")
