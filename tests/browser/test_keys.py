"""Keyboard shortcuts."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Browse
from .served import Post, Site, User
from .steps import acts, card, cards, composer, no_page_load, only_with_scripts, reply_box

pytestmark = [only_with_scripts, pytest.mark.usefixtures("scripts")]
PAGE = 25


@pytest.fixture
def posts(site: Site, author: User) -> list[Post]:
    """Three posts, newest first."""
    return site.writes(author, "Three", "Two", "One")[::-1]


def keys(page: Page, *pressed: str) -> None:
    for key in pressed:
        page.keyboard.press(key)


def dialog(page: Page):
    return page.get_by_role("dialog", name="Keyboard shortcuts")


def test_j_and_k_move_the_focus_through_the_posts(own_page: Page, posts: list[Post]):
    own_page.goto("/")
    for key, expected in [("j", 0), ("j", 1), ("j", 2), ("j", 2), ("k", 1), ("k", 0), ("k", 0)]:
        keys(own_page, key)
        shown = card(own_page, posts[expected])
        expect(shown).to_be_focused()
        expect(shown).to_be_in_viewport(ratio=0.9)
        assert shown.evaluate("card => card.matches(':focus-visible')")


def test_j_goes_on_where_the_viewer_has_scrolled_to(own_page: Page, site: Site, author: User):
    posts = site.writes(author, *(f"Post {n}" for n in range(20)))[::-1]
    own_page.goto("/")
    card(own_page, posts[9]).evaluate("card => card.scrollIntoView(true)")
    keys(own_page, "j")
    at = own_page.evaluate("document.activeElement.getBoundingClientRect().bottom")
    assert 0 < at < own_page.viewport_size["height"] * 1.5


def test_j_goes_on_into_older_posts(own_page: Page, site: Site, author: User):
    posts = site.writes(author, *(f"Post {n}" for n in range(PAGE + 3)))[::-1]
    own_page.goto("/")
    with no_page_load(own_page):
        card(own_page, posts[PAGE - 1]).evaluate(
            "card => { card.tabIndex = -1; card.focus({ preventScroll: true }); }"
        )
        keys(own_page, "j")
        expect(card(own_page, posts[PAGE])).to_be_focused()
        keys(own_page, "j")
        expect(card(own_page, posts[PAGE + 1])).to_be_focused()


def test_keys_act_on_the_post_in_focus(own_page: Page, posts: list[Post]):
    own_page.goto("/")
    with no_page_load(own_page):
        keys(own_page, "j", "j")
        for key, verb in [("l", "like"), ("t", "repost"), ("b", "bookmark")]:
            keys(own_page, key)
            pressed = acts(card(own_page, posts[1]), verb)
            expect(pressed).to_have_attribute("aria-pressed", "true")
            expect(card(own_page, posts[1])).to_be_focused()
        expect(own_page.locator("[aria-pressed=true].act")).to_have_count(3)
        keys(own_page, "l")
        expect(acts(card(own_page, posts[1]), "like")).to_have_attribute("aria-pressed", "false")


def test_r_replies_and_escape_closes_the_reply(own_page: Page, posts: list[Post]):
    own_page.goto("/")
    with no_page_load(own_page):
        keys(own_page, "j", "r")
        expect(reply_box(own_page)).to_be_focused()
        own_page.keyboard.type("jolly good")
        expect(reply_box(own_page)).to_have_value("jolly good")
        keys(own_page, "Escape")
        expect(reply_box(own_page)).to_have_count(0)
        expect(acts(card(own_page, posts[0]), "reply")).to_be_focused()
        keys(own_page, "j")
        expect(card(own_page, posts[1])).to_be_focused()


@pytest.mark.parametrize("key", ["o", "Enter"])
def test_a_key_opens_the_post_in_focus(own_page: Page, posts: list[Post], key: str):
    own_page.goto("/")
    keys(own_page, "j", key)
    expect(own_page).to_have_url(re.compile(f"/posts/{posts[0].id}$"))


def test_n_writes_from_everywhere(own_page: Page, posts: list[Post]):
    own_page.goto("/")
    keys(own_page, "n")
    expect(composer(own_page)).to_be_focused()
    own_page.goto("/bookmarks")
    keys(own_page, "n")
    expect(own_page).to_have_url(re.compile("/posts/new"))
    expect(composer(own_page)).to_be_focused()
    own_page.keyboard.type("not just now")
    expect(composer(own_page)).to_have_value("not just now")


def test_the_slash_searches_from_everywhere(own_page: Page, posts: list[Post]):
    own_page.goto("/bookmarks")
    keys(own_page, "/")
    field = own_page.locator("[type=search]:visible").first
    expect(field).to_be_focused()
    own_page.keyboard.type("n/j")
    expect(field).to_have_value("n/j")


@pytest.mark.parametrize(
    ("key", "path"),
    [
        ("h", "/"),
        ("e", "/explore"),
        ("n", "/notifications"),
        ("b", "/bookmarks"),
        ("d", "/drafts"),
        ("s", "/settings/profile"),
        ("p", "/@{username}"),
    ],
)
def test_g_and_a_key_go_to_a_page(own_page: Page, viewer: User, key: str, path: str):
    own_page.goto("/shortcuts")
    keys(own_page, "g", key)
    expect(own_page).to_have_url(re.compile(re.escape(path.format(username=viewer.username)) + "$"))


def test_an_unknown_key_ends_a_sequence(own_page: Page):
    own_page.goto("/bookmarks")
    keys(own_page, "g", "x", "h", "g", "Shift", "e")
    expect(own_page).to_have_url(re.compile("/bookmarks$"))


def test_the_question_mark_shows_the_keys_in_a_dialog(own_page: Page, posts: list[Post]):
    own_page.goto("/")
    keys(own_page, "j", "?")
    expect(dialog(own_page)).to_be_visible()
    expect(dialog(own_page)).to_contain_text("Write a post")
    title = dialog(own_page).get_by_role("heading", name="Keyboard shortcuts")
    expect(title).to_be_in_viewport()
    keys(own_page, "j", "n", "g", "e")
    assert own_page.evaluate("!!document.activeElement.closest('dialog')")
    keys(own_page, "Escape")
    expect(own_page.locator("dialog")).to_have_count(0)
    expect(card(own_page, posts[0])).to_be_focused()
    keys(own_page, "?")
    dialog(own_page).get_by_role("button", name="Close").click()
    expect(own_page.locator("dialog")).to_have_count(0)
    expect(card(own_page, posts[0])).to_be_focused()


def test_a_switch_turns_the_keys_off(own_page: Page, posts: list[Post]):
    own_page.goto("/")
    keys(own_page, "?")
    dialog(own_page).get_by_role("checkbox").uncheck()
    keys(own_page, "Escape", "j", "?", "g", "e")
    expect(own_page.locator("dialog")).to_have_count(0)
    own_page.reload()
    keys(own_page, "j", "n")
    assert own_page.evaluate("document.activeElement === document.body")
    own_page.goto("/shortcuts")
    expect(own_page.get_by_role("checkbox")).not_to_be_checked()
    own_page.get_by_role("checkbox").check()
    own_page.goto("/")
    keys(own_page, "j")
    expect(card(own_page, posts[0])).to_be_focused()


@pytest.mark.parametrize("key", ["Control+j", "Alt+j", "Meta+j", "J", "Shift+N"])
def test_a_key_with_a_modifier_is_the_browsers(own_page: Page, posts: list[Post], key: str):
    own_page.goto("/")
    keys(own_page, key)
    expect(card(own_page, posts[0])).not_to_be_focused()
    expect(composer(own_page)).not_to_be_focused()


def test_an_open_menu_has_the_keys_to_itself(own_page: Page, site: Site, viewer: User):
    (post,) = site.writes(viewer, "Mine")
    own_page.goto("/")
    menu = cards(own_page).locator(".act.more")
    menu.press("Enter")
    expect(cards(own_page).locator(".menu-items")).to_be_visible()
    keys(own_page, "l", "n")
    expect(menu).to_be_focused()
    expect(acts(card(own_page, post), "like")).to_have_attribute("aria-pressed", "false")
    keys(own_page, "Escape")
    keys(own_page, "l")
    expect(acts(card(own_page, post), "like")).to_have_attribute("aria-pressed", "true")


def test_an_anonymous_viewer_reads_by_keys(browse: Browse, posts: list[Post]):
    page = browse()
    page.goto("/explore")
    keys(page, "j")
    expect(cards(page).first).to_be_focused()
    keys(page, "?")
    expect(dialog(page)).to_be_visible()
    keys(page, "Escape", "/")
    expect(page.locator("[type=search]:visible").first).to_be_focused()


def test_keys_move_through_people_and_notifications(own_page: Page, site: Site, viewer: User):
    site.follows(site.person(), viewer)
    for path in ("/notifications", f"/@{viewer.username}/followers"):
        own_page.goto(path)
        keys(own_page, "j")
        focused = own_page.locator("main article").first
        expect(focused).to_be_focused()
        # Its list, or the edge of the window, would cut off what is drawn around it.
        expect(focused).to_have_css("outline-offset", "-3px")
