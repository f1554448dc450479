"""How texts and names of any length and height are shown."""

import secrets
from io import BytesIO

import pytest
from PIL import Image, ImageChops
from playwright.sync_api import Locator, Page, expect

from .served import Site, User
from .steps import card, follow_link

PHONE = {"width": 320, "height": 800}
TALL = {
    "many line ends": "a" + "\n" * 400 + "b",
    "narrow characters, one a line": "\n".join("rye" * 16),
    "many lines of text": "Rye\n" * 60,
    "Japanese": "こんにちは。" * 80,
}
SHORT = {"usual": "Rye bread, and a second line\nhere", "stacked marks": "a" + "\u0301" * 400}


def box(shown: Locator) -> dict[str, float]:
    """Return the box of an element, once the page is complete."""
    found = shown.bounding_box()
    assert found
    return dict(found)


def test_tall_posts_are_clamped_in_lists_and_whole_on_their_page(
    own_page: Page, site: Site, viewer: User
):
    own_page.set_viewport_size(PHONE)
    for body in TALL.values():
        (post,) = site.writes(viewer, body)
        own_page.goto(f"/@{viewer.username}")
        text = card(own_page, post).locator(".post-content")
        assert box(text)["height"] <= 530
        more = card(own_page, post).get_by_role("link", name="Show more")
        expect(more).to_be_visible()
        assert box(more)["height"] >= 24
        follow_link(more)
        opened = card(own_page, post)
        expect(opened.get_by_role("link", name="Show more")).to_be_hidden()
        assert box(opened.locator(".post-content"))["height"] > 530


def test_other_posts_have_nothing_more_to_show(own_page: Page, site: Site, viewer: User):
    own_page.set_viewport_size(PHONE)
    posts = site.writes(viewer, *SHORT.values(), "On a phone too, these words. " * 15)
    own_page.goto(f"/@{viewer.username}")
    for post in posts:
        expect(card(own_page, post)).to_be_visible()
        expect(card(own_page, post).get_by_role("link", name="Show more")).to_be_hidden()


def test_nothing_is_drawn_outside_its_card(own_page: Page, site: Site):
    stack = "Z" + "\u0301" * 59
    author = site.person(display_name=stack, about_me=stack)
    tower, above = site.writes(author, "a" + "\u0301" * 400, "Above")
    own_page.set_viewport_size(PHONE)
    for url, neighbour, stacked in (
        ("/explore", card(own_page, above), card(own_page, tower)),
        (f"/@{author.username}", own_page.locator("#posts"), own_page.locator(".profile")),
    ):
        own_page.goto(url)
        own_page.mouse.move(0, 0)
        drawn = pixels(neighbour)
        stacked.evaluate("element => element.style.visibility = 'hidden'")
        changes = ImageChops.difference(drawn, pixels(neighbour)).getextrema()
        # Edges of letters are drawn a shade darker or lighter each time.
        assert max(most for _least, most in changes) < 20, url


def pixels(element: Locator) -> Image.Image:
    """Return what is drawn where ``element`` is; motion is over."""
    with Image.open(BytesIO(element.screenshot(animations="disabled"))) as picture:
        return picture.convert("RGB")


@pytest.mark.parametrize("display_name", ["I", "Bo", "Dmitri"])
def test_a_short_name_stands_beside_its_username(own_page: Page, site: Site, display_name: str):
    (post,) = site.writes(site.person(display_name=display_name), "Hello")
    own_page.goto("/explore")
    name, handle = (
        box(card(own_page, post).locator(css)) for css in (".post-author bdi", ".handle")
    )
    assert abs(name["y"] - handle["y"]) < 8
    assert 0 <= handle["x"] - name["x"] - name["width"] < 8


@pytest.mark.parametrize("width", [320, 390, 1280])
@pytest.mark.parametrize(
    ("display_name", "letter"),
    [("W" * 60, ""), ("W" * 60, "w"), ("W" * 60, "r"), ("Ada", "W"), ("م" * 60, "")],
)
def test_long_names_leave_the_time_in_its_place(
    own_page: Page, site: Site, display_name: str, letter: str, width: int, scripts: bool
):
    username = secrets.token_hex(4) + 22 * letter
    author = site.person(username, display_name=display_name)
    (post,) = site.writes(author, "Hello")
    own_page.set_viewport_size({"width": width, "height": 800})
    own_page.goto("/explore")
    shown = card(own_page, post)
    handle, name, time = (
        box(shown.locator(css).first) for css in (".handle", ".post-author bdi", ".post-time")
    )
    within = box(shown.locator(".post-text"))
    # Without JavaScript the full date has a line of its own where it needs one.
    right = within["x"] + within["width"]
    assert handle["x"] + handle["width"] <= (time["x"] if scripts else right) + 1
    assert handle["width"] >= 60
    # Of the two, the name is cut.
    assert shown.locator(".handle").first.evaluate("each => each.scrollWidth <= each.clientWidth")
    assert time["x"] + time["width"] <= right + 1
    # But enough of it is left to know somebody by.
    assert name["width"] >= (90 if len(display_name) > 3 else 15)
    assert own_page.evaluate("document.documentElement.scrollWidth") <= width


@pytest.mark.parametrize("width", [320, 1280])
@pytest.mark.parametrize("display_name", ["Ada", "W" * 60])
def test_the_opened_post_shows_the_name_above_the_username(
    own_page: Page, site: Site, display_name: str, width: int
):
    author = site.person(display_name=display_name)
    (post,) = site.writes(author, "Hello")
    own_page.set_viewport_size({"width": width, "height": 800})
    own_page.goto(f"/posts/{post.id}")
    shown = card(own_page, post)
    name, handle = box(shown.locator(".post-author bdi")), box(shown.locator(".handle").first)
    assert name["height"] >= 16
    assert name["y"] + name["height"] <= handle["y"] + 2
    assert own_page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_text_is_shown_as_it_was_typed(own_page: Page, site: Site, viewer: User):
    typed = "def rye():\n    if hungry:\n\treturn   bread"
    (post,) = site.writes(viewer, typed)
    own_page.goto(f"/posts/{post.id}")
    assert card(own_page, post).locator(".post-body").inner_text() == typed
