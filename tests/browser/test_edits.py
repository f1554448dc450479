"""Edit a post, undo the edit, and read the history."""

import pytest
from playwright.sync_api import Locator, Page, expect

from .served import Post, Site, User
from .steps import (
    acts,
    card,
    card_ids,
    cards,
    composer,
    flash,
    in_menu,
    no_page_load,
    only_with_scripts,
    only_without_scripts,
    send,
)
from .watching import Watch


@pytest.fixture
def post(site: Site, viewer: User) -> Post:
    _older, post, _newer = site.writes(viewer, "Older", "Swallos are here.", "Newer")
    return post


def edit_box(page: Page) -> Locator:
    return page.get_by_label("Edit your post")


def save(page: Page) -> Locator:
    return page.get_by_role("button", name="Save")


def test_an_edit_is_saved_and_undone(own_page: Page, site: Site, viewer: User, post: Post):
    own_page.goto("/")
    in_menu(card(own_page, post), "Edit").click()
    expect(edit_box(own_page)).to_have_value("Swallos are here.")
    edit_box(own_page).fill("Swallows are here.")
    save(own_page).click()
    expect(flash(own_page)).to_contain_text("Your post is changed.")
    expect(card(own_page, post)).to_contain_text("Swallows are here.")
    expect(card(own_page, post).get_by_role("link", name="edited")).to_be_visible()
    assert "Swallows are here." in site.posts_of(viewer)

    own_page.get_by_role("button", name="Undo").click()
    expect(flash(own_page)).to_contain_text("Your post is as it was.")
    expect(card(own_page, post)).to_contain_text("Swallos are here.")
    expect(card(own_page, post).get_by_role("link", name="edited")).to_have_count(0)
    assert "Swallos are here." in site.posts_of(viewer)


@only_with_scripts
def test_editing_by_keyboard_takes_no_page_load(own_page: Page, post: Post):
    own_page.goto("/")
    before = card_ids(own_page)
    with no_page_load(own_page):
        acts(card(own_page, post), "more").focus()
        own_page.keyboard.press("Enter")
        expect(card(own_page, post).locator("summary")).to_be_focused()
        own_page.keyboard.press("Tab")
        own_page.keyboard.press("Enter")
        expect(edit_box(own_page)).to_be_focused()
        edit_box(own_page).fill("Swallows are here.")
        own_page.keyboard.press("Control+Enter")
        expect(card(own_page, post)).to_contain_text("Swallows are here.")
        expect(card(own_page, post)).to_be_focused()
        card(own_page, post).get_by_role("button", name="Undo").focus()
        own_page.keyboard.press("Enter")
        expect(card(own_page, post)).to_contain_text("Swallos are here.")
        expect(card(own_page, post)).to_be_focused()
    assert card_ids(own_page) == before


@only_with_scripts
def test_cancel_swaps_the_card_back(own_page: Page, site: Site, viewer: User, post: Post):
    own_page.goto("/")
    before = card_ids(own_page)
    with no_page_load(own_page):
        for _time in ("once", "and again"):
            in_menu(card(own_page, post), "Edit").click()
            expect(edit_box(own_page)).to_be_focused()
            own_page.get_by_role("link", name="Cancel").click()
            expect(edit_box(own_page)).to_have_count(0)
            expect(card(own_page, post)).to_contain_text("Swallos are here.")
            expect(card(own_page, post).locator("summary")).to_be_focused()
        in_menu(card(own_page, post), "Delete").click()
        expect(card(own_page, post)).to_contain_text("Your post is deleted.")
    assert card_ids(own_page) == before
    assert site.posts_of(viewer) == ["Newer", "Older"]


@only_without_scripts
def test_cancel_leads_to_the_post(own_page: Page, post: Post):
    own_page.goto(f"/posts/{post.id}/edit")
    own_page.get_by_role("link", name="Cancel").click()
    expect(card(own_page, post)).to_contain_text("Swallos are here.")


def test_an_empty_edit_is_refused_at_the_field(
    own_page: Page, site: Site, viewer: User, post: Post, watch: Watch
):
    watch.allow(422)
    own_page.goto("/")
    in_menu(card(own_page, post), "Edit").click()
    edit_box(own_page).fill("")
    save(own_page).click()
    alert = own_page.get_by_role("alert").filter(has_text="Write something first.")
    expect(alert).to_be_visible()
    assert "Swallos are here." in site.posts_of(viewer)
    edit_box(own_page).fill("Swallows are here.")
    save(own_page).click()
    expect(flash(own_page)).to_contain_text("Your post is changed.")
    assert "Swallows are here." in site.posts_of(viewer)


def test_the_edited_mark_leads_to_the_history(own_page: Page, site: Site, post: Post):
    site.edits(post, "Swallows are here.")
    own_page.goto("/")
    card(own_page, post).get_by_role("link", name="edited").click()
    versions = own_page.locator("#versions > li")
    expect(versions).to_have_count(2)
    expect(versions.first).to_contain_text("Swallows are here.")
    expect(versions.last).to_contain_text("Swallos are here.")
    own_page.get_by_role("link", name="Back to the post").click()
    expect(card(own_page, post)).to_contain_text("Swallows are here.")


@only_with_scripts
def test_editing_keeps_the_text_in_the_composer(own_page: Page, post: Post):
    own_page.goto("/")
    composer(own_page).fill("Half a thought")
    in_menu(card(own_page, post), "Edit").click()
    edit_box(own_page).fill("Swallows are here.")
    save(own_page).click()
    expect(card(own_page, post)).to_contain_text("Swallows are here.")
    expect(composer(own_page)).to_have_value("Half a thought")


@only_with_scripts
def test_undo_on_the_card_takes_a_new_post_back(own_page: Page, site: Site, viewer: User):
    own_page.goto("/")
    with no_page_load(own_page):
        composer(own_page).fill("Too soon")
        send(own_page).click()
        fresh = cards(own_page).first
        fresh.get_by_role("button", name="Undo").focus()
        own_page.keyboard.press("Enter")
        expect(flash(own_page)).to_contain_text("Taken back.")
        expect(composer(own_page)).to_have_value("Too soon")
        expect(composer(own_page)).to_be_focused()
        expect(cards(own_page)).to_have_count(0)
        assert site.posts_of(viewer) == []


@only_without_scripts
def test_undo_in_the_message_takes_a_new_post_back(own_page: Page, site: Site, viewer: User):
    own_page.goto("/")
    composer(own_page).fill("Too soon")
    send(own_page).click()
    flash(own_page).get_by_role("button", name="Undo").click()
    expect(flash(own_page)).to_contain_text("Taken back.")
    expect(composer(own_page)).to_have_value("Too soon")
    assert site.posts_of(viewer) == []


@only_with_scripts
def test_a_menu_closes_on_escape_and_on_a_click_elsewhere(own_page: Page, post: Post):
    own_page.goto("/")
    edit = in_menu(card(own_page, post), "Edit")
    edit.focus()
    own_page.keyboard.press("Escape")
    expect(edit).to_be_hidden()
    expect(card(own_page, post).locator("summary")).to_be_focused()
    in_menu(card(own_page, post), "Edit")
    expect(edit).to_be_visible()
    composer(own_page).click()
    expect(edit).to_be_hidden()
