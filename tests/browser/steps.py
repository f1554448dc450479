"""What people do on a page, and where they look; one helper per idea.

However slow the machine: what is read once is read when nothing more is on its way.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, expect

from .served import PASSWORD, Post, User

# In milliseconds: how long a test waits for what must come. No machine is that slow, and none
# waits that long unless the test fails.
PATIENCE = 60_000

WITH_SCRIPTS = pytest.param(True, id="scripts")
WITHOUT_SCRIPTS = pytest.param(False, id="no-scripts")
only_with_scripts = pytest.mark.parametrize("scripts", [WITH_SCRIPTS], indirect=True)
only_without_scripts = pytest.mark.parametrize("scripts", [WITHOUT_SCRIPTS], indirect=True)


@contextmanager
def no_page_load(page: Page) -> Iterator[None]:
    """Hold that the page which is there now is the one that is there in the end."""
    page.evaluate("window.stayed = true")
    yield
    assert page.evaluate("window.stayed") is True, "The page was loaded anew."


def log_in(page: Page, user: User, password: str = PASSWORD) -> None:
    """Fill in and send the form to log in that ``page`` shows."""
    page.get_by_label("Username or e-mail").fill(user.username)
    page.get_by_label("Password").fill(password)
    page.locator("main").get_by_role("button", name="Log in").click()


def follow_link(link: Locator) -> None:
    """Click a link to another page, and wait until all of that page is there.

    A click alone waits for the first bytes: the end of a long list may still be on its way.
    """
    with link.page.expect_navigation(wait_until="domcontentloaded"):
        link.click()


def card(page: Page, post: Post) -> Locator:
    """The card of a post, or what stands in its place."""
    return page.locator(f"#post_{post.id}")


def cards(page: Page) -> Locator:
    """Every card of the list."""
    return page.locator("#posts > article")


def in_menu(shown: Locator, name: str) -> Locator:
    """Open the menu of a card, and return its entry of that name."""
    shown.locator("summary").click()
    return shown.locator(".menu-items").get_by_text(name, exact=True)


def card_ids(page: Page) -> Sequence[str]:
    """Which cards the list shows, from the top; of all of the page, if it is still coming."""
    page.wait_for_load_state("domcontentloaded")
    return cards(page).evaluate_all("cards => cards.map(card => card.id)")


def element_ids(posts: Sequence[Post]) -> Sequence[str]:
    """What :func:`card_ids` gives for ``posts``, which were written in this order."""
    return [f"post_{post.id}" for post in reversed(posts)]


def top_of(locator: Locator) -> float:
    """How far below the upper edge of the window something is, in CSS pixels."""
    return locator.evaluate("element => element.getBoundingClientRect().top")


def scroll_down(page: Page) -> None:
    """Scroll to the end of the page, as it is now."""
    page.evaluate("window.scrollTo(0, document.documentElement.scrollHeight)")


def scroll_down_until(page: Page, shown: Locator) -> None:
    """Scroll to the end of the page until ``shown`` is on it."""
    for _more in range(20):
        before = cards(page).count()
        if shown.count():
            return
        scroll_down(page)
        expect(cards(page).nth(before)).to_be_attached()
    raise AssertionError("Scrolling down does not bring it.")


def composer(page: Page) -> Locator:
    """Where a post is typed."""
    return page.get_by_label("What is on your mind?")


def send(page: Page) -> Locator:
    """The button that publishes."""
    return page.get_by_role("button", name="Post", exact=True)


def acts(shown: Locator, verb: str) -> Locator:
    """The button or link of that verb below a post."""
    return shown.locator(f".act.{verb}")


def reply_box(page: Page) -> Locator:
    """Where an answer is typed."""
    return page.get_by_label("Your reply")


def send_reply(page: Page) -> Locator:
    """The button that publishes an answer."""
    return page.get_by_role("button", name="Reply", exact=True)


def is_quiet(page: Page) -> None:
    """Wait until every request of htmx is answered, and what it brought is on the page."""
    expect(page.locator(".htmx-request")).to_have_count(0)


def tick(page: Page, asking: str) -> int:
    """Let the clock of the page strike; return the status of the answer to the URL ``asking``.

    By then the page shows what it was told.
    """
    with page.expect_response(lambda response: asking in response.url) as answer:
        page.evaluate("document.body.dispatchEvent(new Event('tick'))")
    is_quiet(page)
    return answer.value.status


def until(page: Page, holds: Callable[[], bool]) -> None:
    """Wait until something holds that no page shows."""
    for _tenth in range(PATIENCE // 100):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"It does not hold after {PATIENCE} milliseconds.")


def flash(page: Page) -> Locator:
    """Where short messages appear."""
    return page.locator("#flash")
