"""Two tabs of one browser: one goes on while the other signs out, and in to another account."""

import pytest
from playwright.sync_api import Locator, Page, expect

from .served import Post, Site, User
from .steps import (
    acts,
    card,
    cards,
    composer,
    element_ids,
    flash,
    in_own_menu,
    is_quiet,
    log_in,
    no_page_load,
    only_with_scripts,
    only_without_scripts,
    scroll_down,
    send,
    tick,
    until,
)
from .watching import Watch

TEXT = "Two lines\nthat are mine alone"


@pytest.fixture
def other(site: Site) -> User:
    """Another account of the same browser."""
    return site.person()


@pytest.fixture
def post(site: Site, author: User) -> Post:
    """A post on the viewer's home page."""
    return site.writes(author, "Tea, then the allotment.")[0]


@pytest.fixture
def tab(own_page: Page) -> Page:
    """A second tab of the viewer's browser."""
    return own_page.context.new_page()


def sign_in_instead(tab: Page, user: User) -> None:
    """Sign out in ``tab``, and in as ``user``."""
    tab.goto("/explore")
    in_own_menu(tab, "Log out").click()
    expect(flash(tab)).to_contain_text("You are logged out.")
    tab.goto("/login")
    log_in(tab, user)
    expect(composer(tab)).to_be_visible()


def says_who_it_is(page: Page, user: User) -> Locator:
    """The message that another account is signed in."""
    return flash(page).get_by_text(f"You are @{user.username} now.")


# With JavaScript


@only_with_scripts
def test_what_goes_on_in_the_first_tab_is_not_done_as_the_other_account(
    own_page: Page, tab: Page, site: Site, viewer: User, other: User, post: Post, watch: Watch
):
    watch.allow(409)
    own_page.goto("/")
    sign_in_instead(tab, other)
    site.mentions(site.person(), other, 3)
    with no_page_load(own_page):
        with own_page.expect_response("**/drafts") as saved:
            composer(own_page).press_sequentially(TEXT)
        assert saved.value.status == 409
        expect(says_who_it_is(own_page, other)).to_be_visible()
        send(own_page).click()
        is_quiet(own_page)
        acts(card(own_page, post), "like").click()
        is_quiet(own_page)
        expect(acts(card(own_page, post), "like")).to_have_attribute("aria-pressed", "false")
        assert tick(own_page, "counted=") == 409
        expect(own_page.locator("#unread")).to_have_text("")
        expect(composer(own_page)).to_have_value(TEXT)
    assert site.drafts_of(other) == site.drafts_of(viewer) == []
    assert site.posts_of(other) == site.posts_of(viewer) == []
    tab.goto(f"/posts/{post.id}")
    expect(acts(card(tab, post), "like")).to_have_attribute("aria-pressed", "false")
    tab.goto("/")
    expect(composer(tab)).to_be_empty()


@only_with_scripts
def test_polling_says_it_once(
    own_page: Page, tab: Page, viewer: User, other: User, post: Post, watch: Watch
):
    watch.allow(409)
    own_page.goto("/")
    sign_in_instead(tab, other)
    tick(own_page, "counted=")
    expect(says_who_it_is(own_page, other)).to_be_visible()
    own_page.keyboard.press("Escape")
    assert tick(own_page, "counted=") == 409
    expect(flash(own_page)).to_be_empty()


@only_with_scripts
def test_following_in_the_first_tab_is_not_done_as_the_other_account(
    own_page: Page, tab: Page, site: Site, other: User, author: User, watch: Watch
):
    watch.allow(409)
    stranger = site.person()
    own_page.goto(f"/@{stranger.username}")
    sign_in_instead(tab, other)
    own_page.locator(".follow button").click()
    expect(says_who_it_is(own_page, other)).to_be_visible()
    expect(own_page.locator(".follow button")).to_have_text("Follow")
    assert not site.is_followed(stranger, other)


@only_with_scripts
def test_signed_in_again_the_first_tab_goes_on_as_if_nothing_had_happened(
    own_page: Page, tab: Page, site: Site, viewer: User, other: User, post: Post, watch: Watch
):
    watch.allow(400, 409)
    own_page.goto("/")
    sign_in_instead(tab, other)
    composer(own_page).fill(TEXT)
    expect(says_who_it_is(own_page, other)).to_be_visible()
    sign_in_instead(tab, viewer)
    own_page.keyboard.press("Escape")
    with no_page_load(own_page):
        composer(own_page).press_sequentially("!")
        until(own_page, lambda: site.drafts_of(viewer) == [f"{TEXT}!"])
        send(own_page).click()
        expect(composer(own_page)).to_be_empty()
        acts(card(own_page, post), "like").click()
        expect(acts(card(own_page, post), "like")).to_have_attribute("aria-pressed", "true")
    assert site.posts_of(viewer) == [f"{TEXT}!"]
    assert site.posts_of(other) == site.drafts_of(other) == []


@only_with_scripts
@pytest.mark.parametrize("status", [401, 409])
def test_nothing_is_appended_to_the_page_of_another_account(
    own_page: Page,
    tab: Page,
    site: Site,
    viewer: User,
    other: User,
    author: User,
    watch: Watch,
    status: int,
):
    watch.allow(status)
    posts = site.writes(author, *(f"Loaf {n}" for n in range(40)))
    site.writes(site.person(), "Of a stranger")
    own_page.goto("/")
    expect(cards(own_page)).to_have_count(25)
    if status == 401:
        site.signs_out_everywhere(viewer)
    else:
        sign_in_instead(tab, other)
    with own_page.expect_response("**/?before=*") as more:
        scroll_down(own_page)
    assert more.value.status == status
    is_quiet(own_page)
    expect(flash(own_page)).to_contain_text("log in" if status == 401 else "You are @")
    shown = cards(own_page).evaluate_all("cards => cards.map(card => card.id)")
    assert shown == element_ids(posts[-25:])


# Without JavaScript


@only_without_scripts
def test_a_text_sent_by_another_account_is_shown_and_not_posted(
    own_page: Page, tab: Page, site: Site, viewer: User, other: User, watch: Watch
):
    watch.allow(409)
    own_page.goto("/")
    composer(own_page).fill(TEXT)
    sign_in_instead(tab, other)
    send(own_page).click()
    expect(own_page.get_by_role("heading", name=f"You are @{other.username} now")).to_be_visible()
    expect(own_page.get_by_label("Text")).to_have_value(TEXT)
    expect(own_page.get_by_label("Text")).not_to_be_editable()
    expect(own_page.locator("main form")).to_have_count(0)
    assert site.posts_of(other) == site.posts_of(viewer) == []
    assert site.drafts_of(other) == []


@only_without_scripts
@pytest.mark.parametrize("press", ["like", "follow"])
def test_a_button_pressed_by_another_account_does_nothing(
    own_page: Page,
    tab: Page,
    site: Site,
    other: User,
    author: User,
    post: Post,
    watch: Watch,
    press: str,
):
    watch.allow(409)
    stranger = site.person()
    own_page.goto("/" if press == "like" else f"/@{stranger.username}")
    sign_in_instead(tab, other)
    if press == "like":
        acts(card(own_page, post), "like").click()
    else:
        own_page.locator(".follow button").click()
    expect(own_page.get_by_role("heading", name=f"You are @{other.username} now")).to_be_visible()
    assert not site.is_followed(stranger, other)
    own_page.goto(f"/posts/{post.id}")
    expect(acts(card(own_page, post), "like")).to_have_attribute("aria-pressed", "false")


@only_without_scripts
def test_a_profile_sent_by_another_account_changes_no_profile(
    own_page: Page, tab: Page, site: Site, viewer: User, other: User, watch: Watch
):
    watch.allow(400, 409)
    own_page.goto("/settings/profile")
    own_page.get_by_label("About me").fill(TEXT)
    sign_in_instead(tab, other)
    own_page.get_by_role("button", name="Save").click()
    expect(own_page.get_by_role("heading", name=f"You are @{other.username} now")).to_be_visible()
    expect(own_page.get_by_label("About me")).to_have_value(TEXT)
    assert not site.named(other.username).about_me
    assert not site.named(viewer.username).about_me


def test_a_profile_sent_after_the_session_ended_is_there_after_logging_in(
    own_page: Page, site: Site, viewer: User, watch: Watch
):
    watch.allow(401)
    own_page.goto("/settings/profile")
    own_page.get_by_label("About me").fill(TEXT)
    site.signs_out_everywhere(viewer)
    own_page.get_by_role("button", name="Save").click()
    log_in(own_page, viewer)
    expect(own_page.get_by_role("heading", name="You are logged in")).to_be_visible()
    expect(own_page.get_by_label("About me")).to_have_value(TEXT)
    own_page.get_by_role("button", name="Send again").click()
    expect(flash(own_page)).to_contain_text("Your profile is saved.")
    assert site.named(viewer.username).about_me == TEXT


def test_logging_in_from_the_navigation_leads_back_with_the_whole_query(
    page: Page, site: Site, viewer: User
):
    page.goto("/search?q=a%26b")
    page.get_by_role("navigation", name="Main").get_by_role("link", name="Log in").click()
    log_in(page, viewer)
    expect(page).to_have_url(f"{site.url}/search?q=a%26b")
