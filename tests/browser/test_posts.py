"""Write, delete and restore posts."""

import re

from playwright.sync_api import Page, expect

from .served import Site, User
from .steps import (
    card,
    card_ids,
    cards,
    composer,
    flash,
    in_menu,
    is_quiet,
    no_page_load,
    only_with_scripts,
    only_without_scripts,
    send,
)
from .watching import Watch


def test_a_post_appears_at_the_top_and_the_composer_is_empty(
    own_page: Page, site: Site, viewer: User
):
    site.writes(viewer, "The first")
    own_page.goto("/")
    composer(own_page).fill("<b>The second</b>\nhttps://example.org/rye")
    send(own_page).click()
    expect(flash(own_page)).to_contain_text("Your post is published.")
    expect(cards(own_page)).to_have_count(2)
    expect(cards(own_page).first).to_contain_text("<b>The second</b>")
    link = cards(own_page).first.get_by_role("link", name="https://example.org/rye")
    expect(link).to_have_attribute("rel", re.compile("nofollow"))
    expect(composer(own_page)).to_be_empty()


@only_with_scripts
def test_writing_takes_no_page_load(own_page: Page):
    own_page.goto("/")
    with no_page_load(own_page):
        for number, text in enumerate(("One", "Two"), start=1):
            composer(own_page).fill(text)
            send(own_page).click()
            expect(cards(own_page)).to_have_count(number)
            expect(cards(own_page).first).to_contain_text(text)
            expect(composer(own_page)).to_be_empty()
    expect(own_page.get_by_text("It is quiet here.")).to_be_hidden()


@only_with_scripts
def test_a_swapped_card_and_composer_work_at_once(own_page: Page):
    own_page.goto("/")
    own_page.evaluate(
        """() => {
          window.worked = [];
          const fresh = () => document.querySelector("#composer").matches("[data-htmx-powered]");
          new MutationObserver(() => worked.push(fresh()))
            .observe(document.querySelector("main"), {childList: true, subtree: true});
        }"""
    )
    composer(own_page).fill("Hello")
    send(own_page).click()
    expect(composer(own_page)).to_be_empty()
    worked = own_page.evaluate("worked")
    assert worked
    assert all(worked)


@only_with_scripts
def test_ctrl_enter_publishes(own_page: Page):
    own_page.goto("/")
    composer(own_page).fill("By keyboard")
    composer(own_page).press("Control+Enter")
    expect(cards(own_page).first).to_contain_text("By keyboard")


@only_with_scripts
def test_the_composer_counts_what_is_left_in_characters_as_people_see_them(own_page: Page):
    own_page.goto("/")
    count = own_page.locator("#composer_count")
    composer(own_page).fill("né 🦆" + "x" * 450)
    expect(count).to_have_text("46")
    composer(own_page).fill("x" * 501)
    expect(count).to_have_text("-1")
    expect(count).to_have_class(re.compile("over"))


def test_an_impatient_triple_click_posts_once(own_page: Page, site: Site, viewer: User):
    own_page.goto("/")
    composer(own_page).fill("Once")
    with site.delays_forms():
        send(own_page).click(click_count=3, no_wait_after=True)
    expect(cards(own_page)).to_have_count(1)
    expect(composer(own_page)).to_be_empty()
    own_page.reload()
    expect(cards(own_page)).to_have_count(1)
    assert site.posts_of(viewer) == ["Once"]


@only_with_scripts
def test_an_impatient_triple_click_sends_one_request(own_page: Page, site: Site):
    own_page.goto("/")
    sent = []
    own_page.on("request", lambda request: sent.append((request.method, request.url)))
    composer(own_page).fill("Once")
    with site.delays_forms():
        send(own_page).click(click_count=3, no_wait_after=True)
    expect(composer(own_page)).to_be_empty()
    is_quiet(own_page)
    assert sent.count(("POST", f"{site.url}/posts")) == 1


def test_a_post_that_is_too_long_stays_in_the_composer_with_an_error(
    own_page: Page, site: Site, viewer: User, watch: Watch
):
    watch.allow(422)
    text = "long " * 120
    own_page.goto("/")
    composer(own_page).fill(text)
    with own_page.expect_response(lambda response: response.url.endswith("/posts")) as answer:
        send(own_page).click()
    assert answer.value.status == 422
    expect(own_page.get_by_role("alert")).to_contain_text("Shorten it by 100.")
    expect(composer(own_page)).to_have_value(text)
    expect(composer(own_page)).to_have_accessible_description(re.compile("Shorten it by 100."))
    assert site.posts_of(viewer) == []

    composer(own_page).fill("short")
    send(own_page).click()
    expect(flash(own_page)).to_contain_text("Your post is published.")
    assert site.posts_of(viewer) == ["short"]


@only_with_scripts
def test_the_counter_works_after_a_refused_post(own_page: Page, watch: Watch):
    watch.allow(422)
    own_page.goto("/")
    composer(own_page).fill("x" * 510)
    send(own_page).click()
    expect(own_page.get_by_role("alert")).to_contain_text("Shorten it by 10.")
    expect(own_page.locator("#composer_count")).to_have_text("-10")


@only_with_scripts
def test_deleting_and_undoing_keep_the_text_in_the_composer(
    own_page: Page, site: Site, viewer: User
):
    (post,) = site.writes(viewer, "One")
    own_page.goto("/")
    composer(own_page).fill("Half a thought")
    in_menu(card(own_page, post), "Delete").click()
    expect(flash(own_page)).to_contain_text("Your post is deleted.")
    own_page.get_by_role("button", name="Undo").click()
    expect(card(own_page, post)).to_contain_text("One")
    expect(composer(own_page)).to_have_value("Half a thought")


def test_undo_gives_the_text_of_a_new_post_back(own_page: Page, site: Site, viewer: User):
    own_page.goto("/")
    composer(own_page).fill("Fresh bred")
    send(own_page).click()
    expect(flash(own_page).get_by_role("link", name="View")).to_be_visible()
    own_page.get_by_role("button", name="Undo").click()
    expect(composer(own_page)).to_have_value("Fresh bred")
    expect(composer(own_page)).to_be_focused()
    assert site.posts_of(viewer) == []
    composer(own_page).fill("Fresh bread")
    send(own_page).click()
    expect(own_page.locator("#posts .post-body")).to_have_text("Fresh bread")
    assert site.posts_of(viewer) == ["Fresh bread"]
    assert site.drafts_of(viewer) == []


@only_with_scripts
def test_undo_leaves_what_was_typed_since_in_the_composer(own_page: Page, site: Site, viewer: User):
    own_page.goto("/")
    composer(own_page).fill("One")
    send(own_page).click()
    expect(cards(own_page)).to_have_count(1)
    composer(own_page).fill("Two")
    own_page.get_by_role("button", name="Undo").click()
    expect(cards(own_page)).to_have_count(0)
    expect(composer(own_page)).to_have_value("Two")
    assert "One" in site.drafts_of(viewer)


@only_with_scripts
def test_a_text_that_is_given_back_goes_on_at_its_end(own_page: Page):
    own_page.goto("/")
    composer(own_page).fill("Fresh")
    send(own_page).click()
    own_page.get_by_role("button", name="Undo").click()
    expect(composer(own_page)).to_be_focused()
    own_page.keyboard.type(" bread")
    expect(composer(own_page)).to_have_value("Fresh bread")


@only_with_scripts
def test_a_refused_post_takes_no_page_load_and_keeps_the_focus(own_page: Page, watch: Watch):
    watch.allow(422)
    own_page.goto("/")
    with no_page_load(own_page):
        send(own_page).focus()
        own_page.keyboard.press("Enter")
        expect(own_page.get_by_role("alert")).to_contain_text("Write something first.")
        expect(composer(own_page)).to_be_focused()


@only_with_scripts
def test_undo_restores_a_deleted_post_in_its_place(own_page: Page, site: Site, viewer: User):
    _one, two, _three = site.writes(viewer, "One", "Two", "Three")
    own_page.goto("/")
    before = card_ids(own_page)
    with no_page_load(own_page):
        in_menu(card(own_page, two), "Delete").click()
        expect(card(own_page, two)).to_contain_text("Your post is deleted.")
        assert site.posts_of(viewer) == ["Three", "One"]
        card(own_page, two).get_by_role("button", name="Undo").click()
        expect(card(own_page, two)).to_contain_text("Two")
    assert card_ids(own_page) == before
    assert site.posts_of(viewer) == ["Three", "Two", "One"]


@only_without_scripts
def test_undo_in_the_message_restores_a_deleted_post(own_page: Page, site: Site, viewer: User):
    _one, two, _three = site.writes(viewer, "One", "Two", "Three")
    own_page.goto("/")
    before = card_ids(own_page)
    in_menu(card(own_page, two), "Delete").click()
    expect(flash(own_page)).to_contain_text("Your post is deleted.")
    expect(card(own_page, two)).to_have_count(0)
    flash(own_page).get_by_role("button", name="Undo").click()
    expect(flash(own_page)).to_contain_text("Your post is back.")
    expect(own_page).to_have_url(re.compile(f"#post_{two.id}$"))
    assert card_ids(own_page) == before


def test_a_post_is_deleted_and_restored_on_its_own_page(own_page: Page, site: Site, viewer: User):
    (post,) = site.writes(viewer, "The only one")
    own_page.goto(f"/posts/{post.id}")
    in_menu(card(own_page, post), "Delete").click()
    expect(own_page.get_by_text("Your post is deleted.").first).to_be_visible()
    own_page.get_by_role("button", name="Undo").click()
    expect(card(own_page, post)).to_contain_text("The only one")
    assert site.posts_of(viewer) == ["The only one"]


def test_only_the_author_can_delete(own_page: Page, site: Site):
    (post,) = site.writes(site.person(), "Not yours")
    own_page.goto(f"/posts/{post.id}")
    expect(card(own_page, post)).to_contain_text("Not yours")
    expect(card(own_page, post).get_by_text("Delete")).to_have_count(0)


def test_the_page_for_a_new_post_leads_home_with_nothing_left_to_write(
    own_page: Page, site: Site, viewer: User
):
    own_page.goto("/posts/new")
    composer(own_page).fill("Hello")
    own_page.get_by_role("main").get_by_role("button", name="Post", exact=True).click()
    expect(own_page).to_have_url(f"{site.url}/")
    expect(cards(own_page)).to_contain_text("Hello")
    expect(composer(own_page)).to_have_value("")
    expect(flash(own_page).get_by_role("button", name="Undo")).to_be_visible()
