"""The navigation on a phone, on a desk and in between: places, the sheet, the bar, the number."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Browse
from .served import Site, User
from .steps import follow_link, in_own_menu, only_with_scripts, tick
from .watching import Watch

PHONE, NARROWEST = {"width": 390, "height": 844}, {"width": 320, "height": 640}
MIDDLE, DESK = {"width": 900, "height": 800}, {"width": 1280, "height": 800}
SIZES = [NARROWEST, PHONE, MIDDLE, DESK]
ENTRIES = ["Home", "Explore", "Write", "Notifications", "Me"]
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def size_id(size: dict[str, int]) -> str:
    return str(size["width"])


def labels(page: Page) -> list[str]:
    """Return the labels of the places, from the left."""
    shown = page.locator(".site-nav .nav-label").all()
    shown.sort(key=lambda label: label.bounding_box()["x"])
    return [label.inner_text() for label in shown]


@pytest.mark.parametrize("size", [NARROWEST, PHONE], ids=size_id)
@pytest.mark.parametrize("language", ["en-GB", "es-ES"])
def test_a_phone_has_five_labelled_places_with_write_in_the_middle(
    browse: Browse, viewer: User, size: dict[str, int], language: str
):
    page = browse(as_=viewer, viewport=size, locale=language)
    page.goto("/explore")
    assert len(labels(page)) == len(ENTRIES)
    if language == "en-GB":
        assert labels(page) == ENTRIES
    boxes = [label.bounding_box() for label in page.locator(".nav-label").all()]
    assert min(box["x"] for box in boxes) >= 0
    assert max(box["x"] + box["width"] for box in boxes) <= size["width"]
    write = page.locator(".nav-write > .icon").bounding_box()
    assert abs(write["x"] + write["width"] / 2 - size["width"] / 2) < size["width"] / 16


def test_anonymous_viewers_get_join_and_log_in_in_words(browse: Browse, scripts: bool):
    for size in SIZES:
        page = browse(viewport=size, java_script_enabled=scripts)
        page.goto("/explore")
        main = page.get_by_role("navigation", name="Main")
        expect(main.get_by_role("link", name="Join")).to_be_in_viewport()
        expect(main.get_by_role("link", name="Log in")).to_be_in_viewport()


@pytest.mark.parametrize("size", SIZES, ids=size_id)
def test_the_menu_of_what_is_ones_own_opens_without_a_script(
    browse: Browse, viewer: User, scripts: bool, size: dict[str, int]
):
    page = browse(as_=viewer, viewport=size, java_script_enabled=scripts)
    page.goto("/")
    entry = in_own_menu(page, "Bookmarks")
    for other in ("Profile", "Drafts", "Settings", "Log out"):
        expect(page.locator(".me .menu-items").get_by_text(other, exact=True)).to_be_in_viewport()
    follow_link(entry)
    expect(page).to_have_url(re.compile("/bookmarks$"))
    expect(page.locator(".me > summary")).to_have_attribute("aria-current", "true")


@only_with_scripts
def test_escape_closes_the_menu_and_focuses_its_button(own_page: Page):
    own_page.goto("/")
    in_own_menu(own_page, "Settings").focus()
    own_page.keyboard.press("Escape")
    expect(own_page.locator(".me .menu-items")).to_be_hidden()
    expect(own_page.locator(".me > summary")).to_be_focused()


@pytest.mark.parametrize("size", SIZES, ids=size_id)
@pytest.mark.parametrize(
    ("path", "place"), [("/", "Home"), ("/explore", "Explore"), ("/notifications", "Notifications")]
)
def test_the_current_entry_is_shown_by_more_than_colour(
    browse: Browse, viewer: User, size: dict[str, int], path: str, place: str
):
    page = browse(as_=viewer, viewport=size)
    page.goto(path)
    entries = page.locator(".site-nav a.nav-entry")
    current = page.locator(".site-nav a.nav-entry[aria-current=page]")
    expect(current).to_have_count(1)
    expect(current).to_contain_text(place)
    other = entries.and_(page.locator(":not([aria-current], .nav-write)")).first
    filled = "entry => getComputedStyle(entry.querySelector('.icon')).fill !== 'none'"
    assert current.evaluate(filled)
    assert not other.evaluate(filled)


@only_with_scripts
@pytest.mark.parametrize("name", ["Microblog", "Search", *ENTRIES])
def test_between_phone_and_desk_the_word_of_an_icon_is_seen_when_needed(own_page: Page, name: str):
    own_page.set_viewport_size(MIDDLE)
    own_page.goto("/")
    word = own_page.locator(".site-header span").get_by_text(name, exact=True)
    entry = word.locator("..")
    is_seen = "word => getComputedStyle(word).clipPath === 'none'"
    assert not word.evaluate(is_seen)
    entry.focus()
    own_page.keyboard.press("Tab")
    own_page.keyboard.press("Shift+Tab")
    assert word.evaluate(is_seen)
    box, around = word.bounding_box(), entry.bounding_box()
    assert box["x"] >= around["x"] + around["width"]
    assert abs(box["y"] + box["height"] / 2 - around["y"] - around["height"] / 2) < 2
    own_page.keyboard.press("Escape")
    assert not word.evaluate(is_seen)
    own_page.keyboard.press("Tab")
    own_page.keyboard.press("Shift+Tab")
    assert word.evaluate(is_seen)
    own_page.reload()
    entry.hover()
    assert word.evaluate(is_seen)


# The bar of a phone


def test_the_bar_has_the_title_a_way_back_and_the_search(
    browse: Browse, viewer: User, scripts: bool
):
    page = browse(as_=viewer, viewport=PHONE, java_script_enabled=scripts)
    page.goto("/drafts")
    bar = page.locator(".site-header").bounding_box()
    title = page.get_by_role("heading", name="Drafts", level=1)
    for part in (title, page.get_by_role("link", name="Back"), page.locator(".site-search")):
        box = part.bounding_box()
        assert bar["y"] <= box["y"]
        assert box["y"] + box["height"] <= bar["y"] + 48
    page.mouse.wheel(0, 500)
    expect(title).to_be_in_viewport()
    follow_link(page.get_by_role("link", name="Back"))
    expect(page).to_have_url(re.compile("/$"))
    expect(page.get_by_role("link", name="Back")).to_have_count(0)


@pytest.mark.parametrize("size", SIZES, ids=size_id)
def test_the_search_is_on_every_page(browse: Browse, scripts: bool, size: dict[str, int]):
    page = browse(viewport=size, java_script_enabled=scripts)
    page.goto("/explore")
    field = page.get_by_role("searchbox", name="Search posts and people")
    if size is DESK:
        field.fill("rye")
        field.press("Enter")
        expect(page).to_have_url(re.compile(r"/search\?q=rye"))
    else:
        expect(field).to_be_hidden()
        follow_link(page.locator(".site-search"))
        expect(page).to_have_url(re.compile("/search$"))


@pytest.fixture(scope="session")
def wide(site: Site) -> User:
    """A user whose names and words are as wide as can be."""
    wide = site.person("M" * 30, display_name="W" * 50, about_me="M" * 140)
    site.writes(wide, "W" * 300)
    return wide


@pytest.mark.parametrize("path", ["/", "/explore", "/@{wide}", "/settings/account", "/missing"])
def test_nothing_is_wider_than_the_narrowest_phone(
    browse: Browse, watch: Watch, wide: User, path: str
):
    watch.allow(404)
    for person in (wide, None):
        page = browse(as_=person, viewport=NARROWEST)
        page.goto(path.format(wide=wide.username))
        assert page.evaluate(OVERFLOW) <= 0


# The number of new things


@pytest.mark.parametrize("size", SIZES, ids=size_id)
@pytest.mark.parametrize("count", [9, 24, 100])
def test_the_number_is_on_one_line_and_hides_no_bell(
    browse: Browse, site: Site, viewer: User, size: dict[str, int], count: int
):
    site.mentions(site.person(), viewer, count)
    page = browse(as_=viewer, viewport=size)
    page.goto("/")
    badge = page.locator(".badge")
    expect(badge).to_have_text("99+" if count > 99 else str(count))
    entry = page.locator(".nav-entry", has=badge)
    number, bell, around = (each.bounding_box() for each in (badge, entry.locator("svg"), entry))
    assert number["height"] <= 20
    if size in (PHONE, NARROWEST):
        assert around["x"] <= number["x"]
        assert number["x"] + number["width"] <= around["x"] + around["width"]
        assert number["y"] + number["height"] - bell["y"] <= bell["height"] / 3
    # To the right of the bell, or on its shoulder.
    assert number["x"] >= bell["x"] + bell["width"] / 2 - 6
    assert page.evaluate(OVERFLOW) <= 0


@only_with_scripts
def test_title_and_icon_follow_the_number(own_page: Page, site: Site, viewer: User):
    own_page.goto("/explore")
    icon = own_page.locator("link[rel=icon]").first
    expect(own_page).to_have_title(re.compile("^Explore"))
    expect(icon).to_have_attribute("href", re.compile("/icon.svg$"))
    site.mentions(site.person(), viewer, 2)
    tick(own_page, "counted=")
    expect(own_page).to_have_title(re.compile(r"^\(2\) Explore"))
    expect(icon).to_have_attribute("href", re.compile("/icon-new.svg$"))


# The ground


@pytest.mark.parametrize(("device", "chosen"), [("light", "dark"), ("dark", "light")])
def test_a_chosen_theme_overrides_that_of_the_device(browse: Browse, device: str, chosen: str):
    page, other = browse(color_scheme=device), browse(color_scheme=chosen)
    paper = "getComputedStyle(document.body).backgroundColor"
    page.goto("/login")
    other.goto("/login")
    assert page.evaluate(paper) != other.evaluate(paper)
    page.evaluate(f"document.documentElement.dataset.theme = '{chosen}'")
    assert page.evaluate(paper) == other.evaluate(paper)


@only_with_scripts
@pytest.mark.parametrize(
    ("time", "greeting"), [("06:30", "morning"), ("13:00", "afternoon"), ("21:00", "evening")]
)
def test_an_empty_home_greets_by_the_time_of_day(
    own_page: Page, viewer: User, time: str, greeting: str
):
    own_page.clock.set_fixed_time(f"2026-11-28T{time}:00")
    own_page.goto("/")
    expect(own_page.locator(".empty-title")).to_have_text(f"Good {greeting}, {viewer.username}.")


@pytest.mark.parametrize("size", SIZES, ids=size_id)
@pytest.mark.parametrize("path", ["/settings/profile", "/notifications"])
def test_tabs_stay_on_one_line(browse: Browse, viewer: User, path: str, size: dict[str, int]):
    page = browse(as_=viewer, viewport=size, locale="es-ES")
    page.goto(path)
    tops = {tab.bounding_box()["y"] for tab in page.locator(".tabs a").all()}
    assert len(tops) == 1


def test_on_a_desk_every_tab_is_seen_without_scrolling(browse: Browse, viewer: User):
    page = browse(as_=viewer, viewport=DESK, locale="es-ES")
    page.goto("/settings/profile")
    row = page.locator(".tabs")
    assert row.locator("a").count() > 5
    assert row.evaluate("row => row.scrollWidth - row.clientWidth") <= 0


def test_titles_of_our_own_fit_the_bar_of_the_narrowest_phone(browse: Browse, viewer: User):
    page = browse(as_=viewer, viewport=NARROWEST, locale="es-ES")
    for path in ("/decisions", "/moderation-log", "/welcome/people"):
        page.goto(path)
        title = page.locator("main > h1")
        assert title.evaluate("title => title.scrollWidth - title.clientWidth") <= 0, path


def test_a_name_from_right_to_left_stands_beside_the_way_back(
    browse: Browse, site: Site, viewer: User
):
    person = site.person(display_name="ليلى بنت عمر")
    page = browse(as_=viewer, viewport=PHONE)
    page.goto(f"/@{person.username}")
    assert page.locator(".bar-title bdi").bounding_box()["x"] < 80


@pytest.mark.parametrize("path", ["/", "/missing", "/drafts"])
def test_the_bar_has_the_way_back_or_the_name_of_the_site(
    browse: Browse, viewer: User, path: str, watch: Watch
):
    watch.allow(404)
    page = browse(as_=viewer, viewport=PHONE)
    page.goto(path)
    expect(page.locator(".site-header > :is(.site-back, .brand):visible")).to_have_count(1)


@pytest.mark.parametrize("name", ["Zoë Çelik", "田中 Ada"])
def test_names_are_titles_in_the_display_typeface(browse: Browse, site: Site, name: str):
    person = site.person(display_name=name)
    page = browse()
    page.goto(f"/@{person.username}")
    title = page.get_by_role("heading", level=1).locator("bdi")
    family = "title => getComputedStyle(title).fontFamily"
    assert title.evaluate(family).startswith('"Bricolage Grotesque"')


def test_the_buttons_of_a_muted_person_leave_room_in_spanish(
    browse: Browse, site: Site, viewer: User
):
    person = site.person(display_name="W" * 50)
    site.mutes(viewer, person)
    page = browse(as_=viewer, viewport=NARROWEST, locale="es-ES")
    page.goto("/settings/blocks")
    expect(page.get_by_role("button", name="Dejar de silenciar")).to_be_visible()
    assert page.evaluate(OVERFLOW) <= 0
    assert page.locator(".person-name").bounding_box()["width"] > 100


def test_in_forced_colours_one_tab_is_current(browse: Browse, viewer: User):
    page = browse(as_=viewer, forced_colors="active")
    page.goto("/notifications")
    edge = "parseFloat(getComputedStyle(tab, part).borderBottomWidth)"
    marked = page.locator(".tabs a").evaluate_all(
        f"tabs => tabs.filter((tab) => [null, '::after'].some((part) => {edge})).length"
    )
    assert marked == 1
