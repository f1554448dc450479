"""Pictures on cards: descriptions, the viewer, covers, animations, and what is not ready."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Browse
from .pictures import SHAPES
from .served import Post, Site, User
from .steps import card, cards, no_page_load, only_with_scripts, only_without_scripts
from .test_access import is_accessible_and_fits
from .test_light import NOTE_SHIFTS, expect_no_shift
from .watching import Watch

# What the browser's own page for a file would have, and its policy refuses.
OF_A_FILE = ("Applying inline style", "Blocked script execution", "ERR_BLOCKED_BY_RESPONSE")
FOUR = {"landscape": "A river", "portrait": "A mill", "panorama": "", "tiny": "A bee"}


def links(shown: Locator) -> Locator:
    """The links of the pictures on a card."""
    return shown.locator(".picture-link")


def viewer_of(page: Page) -> Locator:
    """The dialog that shows one picture."""
    return page.get_by_role("dialog")


@pytest.fixture
def four(site: Site, viewer: User) -> Post:
    """A post of the viewer with four pictures."""
    return site.shows(viewer, "Four of them", FOUR)


@only_without_scripts
def test_a_picture_leads_to_its_file(own_page: Page, four: Post, watch: Watch):
    watch.allow(*OF_A_FILE)
    own_page.goto("/")
    links(card(own_page, four)).first.click()
    expect(own_page).to_have_url(re.compile(r"/pictures/[\w-]+/960\.webp$"))


def test_alt_opens_the_description(own_page: Page, four: Post):
    own_page.goto("/")
    shown = card(own_page, four)
    expect(shown.locator(".picture-alt")).to_have_count(3)
    described = shown.locator(".picture-description").first
    expect(described).to_be_hidden()
    shown.locator(".picture-alt").first.click()
    expect(described).to_have_text("A river")
    expect(described).to_be_visible()
    own_page.keyboard.press("Escape")
    expect(described).to_be_hidden()
    expect(shown.locator(".picture-alt").first).to_be_focused()


@only_with_scripts
def test_the_viewer_goes_through_the_pictures_by_keys_and_gives_the_focus_back(
    own_page: Page, four: Post
):
    own_page.goto("/")
    shown = card(own_page, four)
    with no_page_load(own_page):
        links(shown).first.press("Enter")
        dialog = viewer_of(own_page)
        expect(dialog).to_contain_text("1 / 4")
        expect(dialog).to_contain_text("A river")
        own_page.keyboard.press("ArrowRight")
        expect(dialog).to_contain_text("A mill")
        own_page.keyboard.press("ArrowLeft")
        own_page.keyboard.press("ArrowLeft")
        expect(dialog).to_contain_text("4 / 4")
        dialog.get_by_role("button", name="Previous").click()
        expect(dialog).to_contain_text("3 / 4")
        expect(dialog.locator("picture img")).to_have_js_property("complete", True)
        own_page.keyboard.press("Escape")
        expect(dialog).to_have_count(0)
        expect(links(shown).nth(2)).to_be_focused()
        links(shown).first.click()
        viewer_of(own_page).get_by_role("button", name="Close").click()
        expect(viewer_of(own_page)).to_have_count(0)
        expect(links(shown).first).to_be_focused()


def test_sensitive_pictures_are_covered_until_they_are_asked_for(
    own_page: Page, site: Site, viewer: User
):
    post = site.shows(viewer, "Careful", {"landscape": "A wound"}, sensitive=True)
    own_page.goto("/")
    shown = card(own_page, post)
    picture = shown.locator("picture img")
    expect(picture).to_be_hidden()
    shown.get_by_text("Show", exact=True).click()
    expect(picture).to_be_visible()
    shown.get_by_text("Hide", exact=True).click()
    expect(picture).to_be_hidden()


@only_with_scripts
def test_an_animation_plays_only_when_asked(own_page: Page, site: Site, viewer: User):
    post = site.shows(viewer, "It moves", {"moving": "A flag"})
    own_page.goto("/")
    picture = card(own_page, post).locator("picture img")
    expect(picture).to_have_js_property("complete", True)
    expect(picture).not_to_have_attribute("src", re.compile("animation"))
    own_page.get_by_role("link", name="Play the animation").click()
    expect(picture).to_have_attribute("src", re.compile("animation.webp$"))
    expect(picture).to_have_attribute("alt", "A flag")
    own_page.get_by_role("link", name="Stop the animation").click()
    expect(picture).not_to_have_attribute("src", re.compile("animation"))
    expect(own_page.get_by_role("link", name="Play the animation")).to_be_focused()


@only_without_scripts
def test_an_animation_is_a_link_away(own_page: Page, site: Site, viewer: User, watch: Watch):
    watch.allow(*OF_A_FILE)
    site.shows(viewer, "It moves", {"moving": "A flag"})
    own_page.goto("/")
    own_page.get_by_role("link", name="Play the animation").click()
    expect(own_page).to_have_url(re.compile(r"/animation\.webp$"))


@only_with_scripts
def test_a_picture_comes_onto_the_card_once_it_is_ready(own_page: Page, site: Site, viewer: User):
    post = site.shows(viewer, "Just now", {"landscape": "A river"})
    site.unprepares(post)
    own_page.goto("/")
    shown = card(own_page, post)
    expect(shown).to_contain_text("This picture is being prepared.")
    with no_page_load(own_page):
        site.prepares(post)
        expect(shown.get_by_role("img", name="A river")).to_be_visible()
    expect(shown.locator(".post-pictures")).not_to_have_attribute("hx-trigger", re.compile("."))


def test_a_failure_is_shown_to_the_author_who_tries_again_or_removes_it(
    own_page: Page, site: Site, viewer: User, browse: Browse
):
    post = site.shows(viewer, "Broken", {"landscape": "", "portrait": ""})
    site.breaks(post, "pixels")
    own_page.goto("/")
    shown = card(own_page, post)
    expect(shown).to_contain_text("It has more than 50 megapixels.")
    other = browse()
    other.goto(f"/posts/{post.id}")
    expect(card(other, post)).not_to_contain_text("megapixels")
    shown.get_by_role("button", name="Remove").first.click()
    expect(shown.get_by_role("button", name="Remove")).to_have_count(1)
    shown.get_by_role("button", name="Try again").click()
    # What came is not kept once it was ready, as it was here.
    expect(shown).to_contain_text("It did not arrive whole.")


# Every shape, on every screen


@pytest.fixture(scope="module")
def gallery(site: Site) -> User:
    """Somebody whose posts have pictures of all shapes, one to four."""
    author = site.person()
    for shape in (*SHAPES, "clear", "moving"):
        site.shows(author, f"One {shape}", {shape: "What it shows. " * 20})
    for shapes in (["landscape", "portrait"], ["tower", "clear", "moving"], list(SHAPES)[:4]):
        site.shows(author, f"All {len(shapes)}", dict.fromkeys(shapes, "What it shows"))
    site.shows(author, "Covered", {"landscape": "", "tower": ""}, sensitive=True)
    site.unprepares(site.shows(author, "Waits", {"landscape": "", "portrait": ""}))
    site.breaks(site.shows(author, "Broken", {"landscape": "", "portrait": ""}), "time")
    return author


def test_cards_with_pictures_are_accessible_and_fit(browse: Browse, gallery: User):
    page = browse(as_=gallery)
    page.goto(f"/@{gallery.username}")
    is_accessible_and_fits(page)
    page.locator(".pictures-cover summary").first.click()
    page.locator(".picture-alt").first.click()
    is_accessible_and_fits(page)


def test_a_wide_picture_fills_the_card_of_an_opened_post(browse: Browse, site: Site):
    author = site.person()
    post = site.shows(author, "Wide", {"landscape": "What it shows"})
    page = browse(as_=author, viewport={"width": 1280, "height": 900})
    page.goto(f"/posts/{post.id}")
    shown = page.locator(f"#post_{post.id}")
    widths = [
        shown.locator(css).bounding_box()["width"]
        for css in (".picture img >> nth=-1", ".post-body")
    ]
    assert widths[0] == pytest.approx(widths[1], abs=1)


def test_the_viewer_is_accessible_and_fits(browse: Browse, gallery: User):
    page = browse(as_=gallery)
    page.goto(f"/@{gallery.username}")
    cards(page).filter(has_text="All 4").first.locator(".picture-link").first.click()
    expect(viewer_of(page)).to_be_visible()
    is_accessible_and_fits(page)


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_moves_while_pictures_load(browse: Browse, gallery: User, width: int):
    page = browse(viewport={"width": width, "height": 900})
    page.add_init_script(NOTE_SHIFTS)
    page.route("**/pictures/**", lambda route: (page.wait_for_timeout(50), route.continue_()))
    page.goto(f"/@{gallery.username}", wait_until="networkidle")
    expect_no_shift(page)


def test_pictures_are_not_loaded_before_they_are_near(browse: Browse, gallery: User):
    page = browse(viewport={"width": 390, "height": 300})
    asked: list[str] = []
    page.on("request", lambda request: "/pictures/" in request.url and asked.append(request.url))
    page.goto(f"/@{gallery.username}", wait_until="networkidle")
    assert len(asked) < 15
