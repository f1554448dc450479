"""Joining: an anonymous viewer follows somebody, joins, takes the first steps; completion."""

import re
from secrets import token_hex

import pytest
from playwright.sync_api import Locator, Page, expect

from .conftest import Browse
from .served import PASSWORD, Site, User
from .steps import (
    acts,
    card,
    composer,
    flash,
    follow_link,
    is_quiet,
    log_in,
    no_page_load,
    only_with_scripts,
    only_without_scripts,
    reply_box,
    send,
)
from .watching import Watch


def join(page: Page) -> str:
    """Fill in and send the form to join; return the new username."""
    name = f"newcomer_{token_hex(4)}"
    page.get_by_label("Username").fill(name)
    page.get_by_label("E-mail").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Join").click()
    expect(flash(page)).to_contain_text(f"Welcome, {name}!")
    return name


def listbox(page: Page) -> Locator:
    """The completions below a text field."""
    return page.get_by_role("listbox")


# Joining


def test_an_anonymous_viewer_follows_joins_takes_three_steps_and_is_home(page: Page, site: Site):
    author = site.person(display_name="Dora Bell")
    site.writes(author, "Bread is out of the oven. #bread")
    site.works_out()
    page.goto(f"/@{author.username}")
    page.get_by_role("link", name="Follow Dora Bell").first.click()
    expect(page.get_by_role("heading", name="Join to follow Dora Bell")).to_be_visible()
    newcomer = site.named(join(page))
    assert site.is_followed(author, newcomer)
    expect(flash(page)).to_contain_text("You follow Dora Bell now.")

    page.get_by_label("Display name").fill("Newcomer")
    page.get_by_role("button", name="Go on").click()
    expect(page.get_by_role("heading", name="Follow a few people")).to_be_visible()
    other = page.locator(f"#people article:not(#user_{author.id})").first
    unfollow = page.locator(f"#user_{author.id}").get_by_role("button", name="Unfollow")
    expect(unfollow).to_be_visible()
    if other.count():
        other.get_by_role("button", name=re.compile("^Follow")).click()
        expect(other.get_by_role("button", name=re.compile("^Following: unfollow"))).to_be_visible()
    page.get_by_role("link", name="Go on").click()
    expect(composer(page)).to_have_value("Hello! I am Newcomer. ")
    composer(page).fill("Hello! I bake. #bread")
    send(page).click()
    expect(page).to_have_url(f"{site.url}/@{author.username}")
    assert site.posts_of(newcomer) == ["Hello! I bake. #bread"]


def test_an_anonymous_viewer_likes_and_logs_in(page: Page, site: Site, viewer: User):
    (post,) = site.writes(site.person(), "Bread is out of the oven.")
    page.goto("/explore")
    acts(card(page, post), "like").click()
    page.locator("main").get_by_role("link", name="Log in").click()
    expect(page.get_by_role("heading", name="Log in to like this")).to_be_visible()
    log_in(page, viewer)
    expect(acts(card(page, post), "like")).to_have_attribute("aria-pressed", "true")
    expect(flash(page)).to_contain_text("You like the post now.")


def test_every_step_can_be_skipped(page: Page, site: Site):
    page.goto("/register")
    join(page)
    follow_link(page.get_by_role("link", name="Later"))
    follow_link(page.get_by_role("link", name="Go on"))
    follow_link(page.get_by_role("link", name="Later"))
    expect(page).to_have_url(f"{site.url}/")
    follow_link(page.get_by_role("link", name="Find people to follow"))
    expect(page).to_have_url(f"{site.url}/welcome/people")


@pytest.mark.parametrize("size", [{"width": 390, "height": 600}, {"width": 1280, "height": 600}])
def test_whom_to_follow_can_be_left_without_scrolling(
    own_page: Page, site: Site, size: dict[str, int]
):
    for _each in range(12):
        site.person(about_me="Bread, and what goes with it.")
    own_page.set_viewport_size(size)
    own_page.goto("/welcome/people")
    go_on = own_page.get_by_role("link", name="Go on")
    expect(go_on).to_be_in_viewport()
    follow_link(go_on)
    expect(own_page.get_by_role("heading", name="Say hello")).to_be_visible()


@pytest.mark.parametrize("language", ["en-GB", "es-ES"])
def test_the_steps_are_one_row_on_a_phone(browse: Browse, viewer: User, language: str):
    page = browse(as_=viewer, viewport={"width": 360, "height": 640}, locale=language)
    page.goto("/welcome/people")
    ends = page.locator(".steps a").evaluate_all(
        "links => links.map(link => link.getBoundingClientRect().bottom)"
    )
    assert len(ends) == 4
    assert max(ends) - min(ends) < 12


def test_who_has_the_focus_stands_above_the_button_to_go_on(own_page: Page, site: Site):
    for _ in range(8):
        site.person()
    own_page.set_viewport_size({"width": 390, "height": 640})
    own_page.goto("/welcome/people")
    on = own_page.locator(".steps-next")
    for button in own_page.locator("#people button").all():
        button.focus()
        box = button.bounding_box()
        assert box["y"] + box["height"] <= on.bounding_box()["y"] + 4


# The aside


def test_a_person_of_the_aside_is_followed_in_place(own_page: Page, site: Site, viewer: User):
    near, far = site.person(), site.person(display_name="Farid")
    site.follows(viewer, near)
    site.follows(near, far)
    site.works_out(viewer)
    own_page.set_viewport_size({"width": 1280, "height": 800})
    own_page.goto("/")
    beside = own_page.get_by_role("complementary")
    expect(beside.get_by_text(f"Followed by {near.username}, whom you follow")).to_be_visible()
    beside.get_by_role("button", name="Follow Farid").click()
    is_quiet(own_page)
    expect(beside.get_by_role("button", name="Follow Farid", exact=True)).to_have_count(0)
    assert site.is_followed(far, viewer)


# Completion


@pytest.fixture
def bertha(site: Site) -> User:
    """Somebody with a name of her own."""
    return site.person(f"bertha_{token_hex(3)}", display_name="Bertha Zeta")


@only_with_scripts
def test_a_name_is_completed_by_keyboard(own_page: Page, bertha: User):
    own_page.goto("/")
    with no_page_load(own_page):
        composer(own_page).press_sequentially(f"Hello @{bertha.username[:10]}")
        option = listbox(own_page).get_by_role("option")
        expect(option).to_have_attribute("aria-selected", "true")
        expect(composer(own_page)).to_have_attribute("aria-activedescendant", "completion_1")
        own_page.keyboard.press("Enter")
        expect(composer(own_page)).to_have_value(f"Hello @{bertha.username} ")
        expect(listbox(own_page)).to_have_count(0)
        expect(composer(own_page)).to_be_focused()


@only_with_scripts
def test_arrows_choose_and_escape_closes_the_list_alone(own_page: Page, site: Site):
    beginning = f"q{token_hex(4)}"
    site.writes(site.person(), f"#{beginning}a #{beginning}b")
    site.works_out()
    own_page.goto("/posts/new")
    composer(own_page).press_sequentially(f"#{beginning}")
    expect(listbox(own_page).get_by_role("option")).to_have_count(2)
    own_page.keyboard.press("ArrowDown")
    expect(composer(own_page)).to_have_attribute("aria-activedescendant", "completion_2")
    own_page.keyboard.press("ArrowDown")
    own_page.keyboard.press("ArrowUp")
    own_page.keyboard.press("Escape")
    expect(listbox(own_page)).to_have_count(0)
    expect(composer(own_page)).to_have_value(f"#{beginning}")
    expect(composer(own_page)).not_to_have_attribute("aria-activedescendant", re.compile("."))
    own_page.keyboard.press("Enter")
    expect(composer(own_page)).to_have_value(f"#{beginning}\n")


@only_with_scripts
def test_a_name_is_completed_by_mouse_in_a_reply(own_page: Page, site: Site, bertha: User):
    (post,) = site.writes(bertha, "Bread is out of the oven.")
    own_page.goto("/explore")
    acts(card(own_page, post), "reply").click()
    reply_box(own_page).press_sequentially(f"@{bertha.username[:11]}")
    listbox(own_page).get_by_text("Bertha Zeta").click()
    expect(reply_box(own_page)).to_have_value(f"@{bertha.username} ")
    expect(reply_box(own_page)).to_be_focused()


@only_with_scripts
def test_leaving_the_text_closes_the_list(own_page: Page, bertha: User):
    own_page.goto("/")
    composer(own_page).press_sequentially(f"@{bertha.username[:10]}")
    expect(listbox(own_page)).to_be_visible()
    own_page.get_by_role("link", name="Explore").first.focus()
    expect(listbox(own_page)).to_have_count(0)


@only_without_scripts
def test_without_scripts_nothing_is_missing(own_page: Page, site: Site, viewer: User, bertha: User):
    own_page.goto("/")
    composer(own_page).fill(f"Hello @{bertha.username}")
    send(own_page).click()
    expect(
        own_page.locator("#posts").get_by_role("link", name=f"@{bertha.username}")
    ).to_be_visible()


@only_with_scripts
def test_an_answer_that_fails_is_silent(own_page: Page, bertha: User, watch: Watch):
    watch.allow(500, "Failed to load")
    own_page.route("**/completions?*", lambda route: route.fulfill(status=500, body="<p>Broken"))
    own_page.goto("/")
    with own_page.expect_response("**/completions?*"):
        composer(own_page).press_sequentially(f"@{bertha.username[:10]}")
    expect(listbox(own_page)).to_have_count(0)
