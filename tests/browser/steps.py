"""What people do on a page, and where they look; one helper per idea."""

import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, Response, expect

from .served import PASSWORD, Post, User

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
    """Which cards the list shows, from the top."""
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
        if shown.count():
            return
        before = cards(page).count()
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


def until(page: Page, holds: Callable[[], bool], seconds: float = 10) -> None:
    """Wait until something holds that no page shows."""
    for _tenth in range(int(seconds * 10)):
        if holds():
            return
        page.wait_for_timeout(100)
    raise AssertionError(f"It does not hold after {seconds} seconds.")


def tick(page: Page) -> Response:
    """Let the clock of the page strike, and return what it is told."""
    with page.expect_response(re.compile(r"\?since=")) as answer:
        page.evaluate("document.body.dispatchEvent(new Event('tick'))")
    answer.value.finished()
    return answer.value


def flash(page: Page) -> Locator:
    """Where short messages appear."""
    return page.locator("#flash")
