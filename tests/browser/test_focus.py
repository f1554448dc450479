"""The focus: what takes the focused element away says where the focus goes."""

import re

import pytest
from playwright.sync_api import Page, expect

from .served import Site, User
from .steps import (
    acts,
    card,
    cards,
    composer,
    flash,
    in_menu,
    no_page_load,
    only_with_scripts,
    only_without_scripts,
    send,
    tick,
)
from .watching import Watch

PAGE = 25
# Move the animation that hides "Undo" on to its end.
FADE_OUT = "undo => undo.getAnimations().forEach(each => { each.currentTime = 29_600; })"


def press_enter_on_more(page: Page) -> None:
    """Press Enter on the link to older posts, before scrolling loads them."""
    page.locator("#more").evaluate("more => { more.focus({ preventScroll: true }); more.click(); }")


@only_with_scripts
@pytest.mark.parametrize("pages", [2, 3])
def test_after_older_posts_the_first_of_them_has_the_focus(
    own_page: Page, site: Site, author: User, pages: int
):
    posts = site.writes(author, *(f"Post {n}" for n in range((pages - 1) * PAGE + 1)))
    own_page.goto("/")
    expect(cards(own_page)).to_have_count(PAGE)
    with no_page_load(own_page):
        press_enter_on_more(own_page)
        first = card(own_page, posts[-PAGE - 1])
        expect(first).to_be_focused()
        own_page.keyboard.press("Tab")
        expect(first.locator(".post-author")).to_be_focused()


@only_with_scripts
def test_scrolling_moves_no_focus(own_page: Page, site: Site, author: User):
    site.writes(author, *(f"Post {n}" for n in range(PAGE + 1)))
    own_page.goto("/")
    last = cards(own_page).nth(PAGE - 1).locator(".post-author")
    last.focus()
    expect(cards(own_page)).to_have_count(PAGE + 1)
    expect(last).to_be_focused()


@only_with_scripts
def test_after_throwing_a_draft_away_its_place_has_the_focus(
    own_page: Page, site: Site, viewer: User
):
    for text in ("One", "Two"):
        site.saves_draft(viewer, text)
    own_page.goto("/drafts")
    with no_page_load(own_page):
        own_page.get_by_role("button", name="Throw away").first.press("Enter")
        expect(own_page.locator("#drafts > .post-gone")).to_be_focused()
        own_page.keyboard.press("Tab")
        expect(own_page.get_by_role("link", name="Go on writing")).to_be_focused()


@only_with_scripts
def test_a_poll_keeps_the_focus_on_the_number_of_new_posts(
    own_page: Page, site: Site, author: User
):
    site.writes(author, "First")
    own_page.goto("/")
    for number in (1, 2):
        site.writes(author, f"New {number}")
        tick(own_page, "?since=")
        link = own_page.get_by_role("link", name=re.compile(f"{number} new post"))
        expect(link).to_be_visible()
        if number == 1:
            link.focus()
    expect(link).to_be_focused()


@only_with_scripts
def test_when_undo_fades_out_its_card_has_the_focus(own_page: Page, site: Site, viewer: User):
    (post,) = site.writes(viewer, "Hello")
    own_page.goto("/")
    in_menu(card(own_page, post), "Edit").click()
    own_page.get_by_label("Edit your post").fill("Hello there")
    own_page.keyboard.press("Control+Enter")
    undo = card(own_page, post).locator(".post-undo")
    undo.get_by_role("button").focus()
    undo.evaluate(FADE_OUT)
    expect(card(own_page, post)).to_be_focused()
    expect(undo).to_be_hidden()

    in_menu(card(own_page, post), "Delete").click()
    undo = card(own_page, post).get_by_role("button", name="Undo")
    expect(undo).to_be_focused()
    undo.evaluate(FADE_OUT)
    expect(card(own_page, post)).to_be_focused()


@only_with_scripts
def test_when_a_message_goes_the_focus_is_back_where_it_was(own_page: Page):
    own_page.goto("/")
    own_page.evaluate(
        """document.getElementById("flash").innerHTML =
             '<div class="message"><button type="button">Undo</button></div>'"""
    )
    own_page.get_by_role("link", name="Explore").focus()
    flash(own_page).get_by_role("button").focus()
    own_page.keyboard.press("Escape")
    expect(flash(own_page)).to_be_empty()
    expect(own_page.get_by_role("link", name="Explore")).to_be_focused()


@only_with_scripts
def test_what_is_swapped_away_leaves_the_focus_in_the_main_column(own_page: Page):
    own_page.goto("/search?q=loaf")
    tab = own_page.locator("#results nav a").last
    tab.focus()
    tab.evaluate("tab => { tab.dataset.old = 'y'; }")
    own_page.locator("#search_text").evaluate("field => field.dispatchEvent(new Event('search'))")
    expect(own_page.locator("[data-old]")).to_have_count(0)
    expect(own_page.locator("main")).to_be_focused()


@only_with_scripts
def test_a_button_that_is_swapped_keeps_the_focus(own_page: Page, site: Site, author: User):
    (post,) = site.writes(author, "Hello")
    own_page.goto(f"/@{author.username}")
    with no_page_load(own_page):
        for button in (
            own_page.locator(f"#follow_{author.id} button"),
            acts(card(own_page, post), "like"),
            acts(card(own_page, post), "bookmark"),
        ):
            button.evaluate("button => { button.dataset.before = 'y' }")
            button.press("Enter")
            expect(button).not_to_have_attribute("data-before", "y")
            expect(button).to_be_focused()


@only_with_scripts
def test_escape_closes_an_edit_and_leads_back_to_its_menu(own_page: Page, site: Site, viewer: User):
    (post,) = site.writes(viewer, "Hello")
    own_page.goto("/")
    with no_page_load(own_page):
        in_menu(card(own_page, post), "Edit").click()
        expect(own_page.get_by_label("Edit your post")).to_be_focused()
        own_page.keyboard.press("Escape")
        expect(own_page.get_by_label("Edit your post")).to_have_count(0)
        expect(card(own_page, post).locator("summary")).to_be_focused()
        own_page.keyboard.press("Enter")
        expect(card(own_page, post).locator(".menu-items")).to_be_visible()
        own_page.keyboard.press("Escape")
        expect(card(own_page, post).locator(".menu-items")).to_be_hidden()
        expect(card(own_page, post).locator("summary")).to_be_focused()


@only_with_scripts
def test_escape_leaves_no_page_and_no_composer_of_the_page(
    own_page: Page, site: Site, viewer: User
):
    (post,) = site.writes(viewer, "Hello")
    for path in ("/", f"/posts/{post.id}", f"/posts/{post.id}/reply", f"/posts/{post.id}/edit"):
        own_page.goto(path)
        field = own_page.locator("main form.composer textarea")
        field.fill("Half a thought")
        with no_page_load(own_page):
            field.press("Escape")
            expect(field).to_have_value("Half a thought")
            expect(field).to_be_focused()


@only_with_scripts
def test_a_refused_post_keeps_the_focus_in_its_text(own_page: Page, watch: Watch):
    watch.allow(422)
    own_page.goto("/")
    send(own_page).press("Enter")
    expect(own_page.get_by_role("alert")).to_contain_text("Write something first.")
    expect(composer(own_page)).to_be_focused()
    expect(composer(own_page)).to_have_attribute("aria-invalid", "true")


@only_without_scripts
def test_without_javascript_a_refused_form_has_the_focus_on_its_first_error(
    page: Page, watch: Watch
):
    watch.allow(422)
    page.goto("/register")
    page.get_by_label("Username").fill("ada lovelace")
    page.get_by_label("E-mail").fill("ada@example.org")
    page.get_by_label("Password").fill("password")
    page.locator("main form [type=submit]").first.click()
    expect(page).to_have_title(re.compile("^Error: "))
    expect(page.get_by_label("Username")).to_be_focused()
    page.get_by_role("link", name="Password").click()
    expect(page.get_by_label("Password")).to_be_focused()


def test_what_is_missing_is_said_at_its_field_and_not_by_the_browser(page: Page, watch: Watch):
    watch.allow(422)
    page.goto("/register")
    page.get_by_label("E-mail").fill("ada")
    page.locator("main form [type=submit]").first.click()
    expect(page.get_by_label("Username")).to_have_accessible_description(re.compile("required"))
    expect(page.get_by_label("Username")).to_be_focused()
    expect(page.get_by_label("E-mail")).to_have_value("ada")
