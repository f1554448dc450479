"""One journey through the site, with the keyboard alone and on the narrowest phone.

Register, write, reply, like, follow, search, log out: with JavaScript and without.
"""

import re
import secrets

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Browse
from .served import PASSWORD, Post, Site
from .steps import acts, card, cards, composer, reply_box

NARROWEST = {"width": 320, "height": 568}
MOST_STOPS = 150
# Of a point in the middle of an element: whether the element, or a part of it, is on top there.
ON_TOP = """element => {
  const { x, y, width, height } = element.getBoundingClientRect();
  const top = document.elementFromPoint(x + width / 2, y + height / 2);
  return element.contains(top) || !!top?.closest("label")?.contains(element);
}"""


class Hands:
    """How a person acts: presses an element, and types into a field."""

    def __init__(self, page: Page) -> None:
        self.page = page

    def press(self, element: Locator) -> None:
        element.scroll_into_view_if_needed()
        assert element.evaluate(ON_TOP), f"Something lies over {element}"
        element.click()
        self.fits()

    def type(self, field: Locator, text: str) -> None:
        field.fill(text)

    def fits(self) -> None:
        self.page.wait_for_load_state()
        wide = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert wide <= 0, f"{self.page.url} is {wide} pixels too wide"


class Keyboard(Hands):
    """Tab, Enter, and letters."""

    def reach(self, element: Locator) -> None:
        """Press Tab until ``element`` has the focus, and is not covered."""
        element.wait_for()
        for _stop in range(MOST_STOPS):
            if element.evaluate("element => element === document.activeElement"):
                assert element.evaluate(ON_TOP), f"Something lies over {element}"
                return
            self.page.keyboard.press("Tab")
        raise AssertionError(f"The keyboard does not reach {element}")

    def press(self, element: Locator) -> None:
        self.reach(element)
        self.page.keyboard.press("Enter")

    def type(self, field: Locator, text: str) -> None:
        self.reach(field)
        self.page.keyboard.type(text)


@pytest.fixture(params=["keyboard", "narrow"])
def hands(request: pytest.FixtureRequest, browse: Browse, scripts: bool) -> Hands:
    """A person without an account."""
    if request.param == "keyboard":
        return Keyboard(browse(java_script_enabled=scripts))
    return Hands(browse(java_script_enabled=scripts, viewport=NARROWEST, has_touch=True))


@pytest.fixture
def post(site: Site) -> Post:
    author = site.person(display_name="Greta Sommer")
    (post,) = site.writes(author, "The river is high today.")
    return post


def test_a_newcomer_does_everything(hands: Hands, post: Post):
    page = hands.page
    username = f"new_{secrets.token_hex(4)}"
    register(hands, username)
    page.goto("/")
    write(hands, "Hello everybody")
    page.goto(f"/posts/{post.id}")
    like(hands, card(page, post))
    page.goto("/explore")
    reply(hands, card(page, post))
    page.goto(f"/posts/{post.id}")
    follow_author(hands, post)
    search(hands)
    log_out(hands)


def register(hands: Hands, username: str) -> None:
    page = hands.page
    page.goto("/register")
    hands.type(page.get_by_label("Username"), username)
    hands.type(page.get_by_label("E-mail"), f"{username}@example.org")
    hands.type(page.get_by_label("Password"), PASSWORD)
    with page.expect_navigation():
        hands.press(page.locator("main form [type=submit]").first)
    expect(page.locator("#actions")).to_be_attached()


def write(hands: Hands, text: str) -> None:
    page = hands.page
    hands.type(composer(page), text)
    hands.press(page.locator("#composer_send"))
    expect(cards(page).first).to_contain_text(text)


def like(hands: Hands, shown: Locator) -> None:
    hands.press(acts(shown, "like"))
    expect(acts(shown, "like")).to_have_attribute("aria-pressed", "true")


def reply(hands: Hands, shown: Locator) -> None:
    page = hands.page
    hands.press(acts(shown, "reply"))
    hands.type(reply_box(page), "It was higher in spring.")
    hands.press(page.get_by_role("button", name="Reply", exact=True))
    expect(page.locator("article", has_text="It was higher in spring.").first).to_be_visible()


def follow_author(hands: Hands, post: Post) -> None:
    page = hands.page
    hands.press(card(page, post).locator(".post-author"))
    expect(page).to_have_url(re.compile("/@"))
    button = page.locator(f"#follow_{post.author_id} button")
    before = button.inner_text()
    hands.press(button)
    expect(button).not_to_have_text(before)


def search(hands: Hands) -> None:
    page = hands.page
    page.goto("/search")
    field = page.locator("main [type=search]")
    hands.type(field, "river high")
    field.press("Enter")
    expect(page).to_have_url(re.compile("river"))
    expect(cards(page).first).to_contain_text("The river is high today.")


def log_out(hands: Hands) -> None:
    page = hands.page
    button = page.locator("[formaction='/logout']")
    if not button.filter(visible=True).count():
        opens = "summary, [popovertarget]"
        sheet = page.locator(f":is(details, nav, header):has([formaction='/logout']) :is({opens})")
        hands.press(sheet.filter(visible=True).last)
    with page.expect_navigation():
        hands.press(button.filter(visible=True).first)
    expect(page.locator("#actions")).to_have_count(0)
