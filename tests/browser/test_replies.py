"""Threads: replies on the page and from a list, and long threads."""

import re

import pytest
from playwright.sync_api import Page, expect

from .served import Post, Site, User
from .steps import (
    acts,
    card,
    card_ids,
    cards,
    composer,
    flash,
    follow_link,
    in_menu,
    is_quiet,
    no_page_load,
    only_with_scripts,
    only_without_scripts,
    reply_box,
    scroll_down_until,
    send_reply,
    top_of,
)
from .watching import Watch

PAGE = 25


@pytest.fixture
def question(site: Site, author: User) -> Post:
    (post,) = site.writes(author, "Who has a ladder?")
    return post


def test_a_reply_on_the_page_of_a_post_appears_below_it(own_page: Page, question: Post):
    own_page.goto(f"/posts/{question.id}")
    expect(own_page.get_by_text("No replies yet.")).to_be_visible()
    reply_box(own_page).fill("I have one.")
    send_reply(own_page).click()
    expect(flash(own_page)).to_contain_text("Your reply is published.")
    expect(cards(own_page)).to_have_count(1)
    expect(cards(own_page)).to_contain_text("I have one.")
    expect(acts(card(own_page, question), "reply")).to_have_text("1")
    expect(reply_box(own_page)).to_be_empty()
    expect(own_page.get_by_text("No replies yet.")).to_be_hidden()


@only_with_scripts
def test_replies_in_a_thread_take_no_page_load_and_are_in_order(own_page: Page, question: Post):
    own_page.goto(f"/posts/{question.id}")
    with no_page_load(own_page):
        for number, text in enumerate(("One", "Two"), start=1):
            reply_box(own_page).fill(text)
            send_reply(own_page).click()
            expect(cards(own_page)).to_have_count(number)
            expect(cards(own_page).last).to_contain_text(text)
            expect(reply_box(own_page)).to_be_empty()
    expect(acts(card(own_page, question), "reply")).to_have_text("2")


@only_with_scripts
def test_a_reply_from_the_timeline_appears_below_the_post(
    own_page: Page, site: Site, viewer: User, question: Post
):
    own_page.goto("/")
    with no_page_load(own_page):
        acts(card(own_page, question), "reply").click()
        expect(reply_box(own_page)).to_be_focused()
        own_page.keyboard.type("I have one.")
        own_page.keyboard.press("Control+Enter")
        expect(cards(own_page)).to_have_count(2)
        expect(cards(own_page).last).to_contain_text("I have one.")
        expect(cards(own_page).last).to_be_focused()
        expect(reply_box(own_page)).to_have_count(0)
        expect(acts(card(own_page, question), "reply")).to_have_text("1")
        expect(acts(card(own_page, question), "reply")).to_have_accessible_name("Reply 1")
    assert site.posts_of(viewer) == ["I have one."]


@only_without_scripts
def test_a_reply_from_the_timeline_is_written_on_a_page_of_its_own(
    own_page: Page, site: Site, viewer: User, question: Post
):
    own_page.goto("/")
    acts(card(own_page, question), "reply").click()
    expect(card(own_page, question)).to_contain_text("Who has a ladder?")
    reply_box(own_page).fill("I have one.")
    send_reply(own_page).click()
    expect(flash(own_page)).to_contain_text("Your reply is published.")
    expect(cards(own_page)).to_contain_text("I have one.")
    expect(acts(card(own_page, question), "reply")).to_have_text("1")
    expect(own_page).to_have_url(re.compile(rf"/posts/{question.id}\?through=\d+#post_\d+$"))
    assert site.posts_of(viewer) == ["I have one."]


@only_with_scripts
@pytest.mark.parametrize("clicks", [1, 2], ids=["one after the other", "at once"])
def test_pressing_reply_twice_opens_one_form(own_page: Page, question: Post, clicks: int):
    own_page.goto("/")
    with no_page_load(own_page):
        acts(card(own_page, question), "reply").click(click_count=clicks)
        expect(reply_box(own_page)).to_be_focused()
        composer(own_page).focus()
        acts(card(own_page, question), "reply").click()
        expect(reply_box(own_page)).to_be_focused()
        is_quiet(own_page)
        expect(reply_box(own_page)).to_have_count(1)


@only_with_scripts
def test_reply_below_the_post_of_a_thread_focuses_the_composer(own_page: Page, question: Post):
    own_page.goto(f"/posts/{question.id}")
    with no_page_load(own_page):
        acts(card(own_page, question), "reply").click()
        expect(reply_box(own_page)).to_be_focused()
        expect(reply_box(own_page)).to_have_count(1)


@only_with_scripts
def test_cancel_closes_the_form_and_leads_back_to_its_button(own_page: Page, question: Post):
    own_page.goto("/")
    with no_page_load(own_page):
        acts(card(own_page, question), "reply").click()
        own_page.get_by_role("link", name="Cancel").click()
        expect(reply_box(own_page)).to_have_count(0)
        expect(acts(card(own_page, question), "reply")).to_be_focused()
        acts(card(own_page, question), "reply").click()
        expect(reply_box(own_page)).to_be_focused()


@only_without_scripts
def test_cancel_leads_to_the_post(own_page: Page, question: Post):
    own_page.goto(f"/posts/{question.id}/reply")
    own_page.get_by_role("link", name="Cancel").click()
    expect(own_page).to_have_url(re.compile(f"/posts/{question.id}$"))


@only_with_scripts
def test_two_forms_are_open_side_by_side(own_page: Page, site: Site, author: User, question: Post):
    (other,) = site.writes(author, "And a bucket?")
    own_page.goto("/")
    acts(card(own_page, question), "reply").click()
    expect(reply_box(own_page)).to_have_count(1)
    acts(card(own_page, other), "reply").click()
    expect(reply_box(own_page)).to_have_count(2)
    reply_box(own_page).first.fill("A bucket I have.")
    send_reply(own_page).first.click()
    expect(reply_box(own_page)).to_have_count(1)
    expect(acts(card(own_page, other), "reply")).to_have_text("1")
    expect(acts(card(own_page, question), "reply")).to_have_text("")


def test_an_empty_reply_is_refused_at_the_field(
    own_page: Page, site: Site, viewer: User, question: Post, watch: Watch
):
    watch.allow(422)
    own_page.goto("/")
    acts(card(own_page, question), "reply").click()
    send_reply(own_page).click()
    alert = own_page.get_by_role("alert").filter(has_text="Write something first.")
    expect(alert).to_be_visible()
    reply_box(own_page).fill("I have one.")
    send_reply(own_page).click()
    expect(flash(own_page)).to_contain_text("Your reply is published.")
    assert site.posts_of(viewer) == ["I have one."]


def test_a_reply_to_a_reply_is_indented(own_page: Page, site: Site, author: User, question: Post):
    (reply,) = site.replies(author, question, "I do.")
    (below,) = site.replies(author, reply, "How long is it?")
    own_page.goto(f"/posts/{question.id}")
    expect(own_page.locator(f".nested > #post_{below.id}")).to_contain_text("How long is it?")
    card(own_page, below).locator(".post-time").click()
    expect(own_page.locator(".posts-single")).to_contain_text("How long is it?")
    expect(card(own_page, reply)).to_contain_text("I do.")
    follow_link(own_page.get_by_role("link", name="Earlier in this thread"))
    expect(card(own_page, question)).to_contain_text("Who has a ladder?")
    expect(card(own_page, reply)).to_contain_text("I do.")


@only_with_scripts
def test_a_reply_within_a_thread_appears_below_its_parent(
    own_page: Page, site: Site, author: User, question: Post
):
    first, second = site.replies(author, question, "I do.", "Me too.")
    own_page.goto(f"/posts/{question.id}")
    with no_page_load(own_page):
        acts(card(own_page, first), "reply").click()
        expect(reply_box(own_page).last).to_be_focused()
        own_page.keyboard.type("Lend it to me.")
        own_page.keyboard.press("Control+Enter")
        expect(card(own_page, first).locator("+ article")).to_contain_text("Lend it to me.")
        expect(acts(card(own_page, first), "reply")).to_have_text("1")
        expect(acts(card(own_page, question), "reply")).to_have_text("2")
    assert card_ids(own_page)[-1] == f"post_{second.id}"


@only_with_scripts
def test_scrolling_loads_a_long_thread(own_page: Page, site: Site, author: User, question: Post):
    replies = site.replies(author, question, *(f"Answer {n}" for n in range(PAGE * 2 + 3)))
    own_page.goto(f"/posts/{question.id}")
    with no_page_load(own_page):
        scroll_down_until(own_page, cards(own_page).nth(len(replies) - 1))
    assert card_ids(own_page) == [f"post_{post.id}" for post in replies]
    expect(own_page.get_by_role("link", name="More replies")).to_have_count(0)


@only_with_scripts
def test_a_reply_in_a_long_thread_appears_once(
    own_page: Page, site: Site, author: User, question: Post, viewer: User
):
    replies = site.replies(author, question, *(f"Answer {n}" for n in range(PAGE + 3)))
    own_page.goto(f"/posts/{question.id}")
    reply_box(own_page).fill("And mine")
    send_reply(own_page).click()
    expect(reply_box(own_page)).to_be_empty()
    scroll_down_until(own_page, card(own_page, replies[-1]))
    expect(cards(own_page).filter(has_text="And mine")).to_have_count(1)
    expect(cards(own_page).last).to_contain_text("And mine")


@only_without_scripts
def test_links_lead_through_a_long_thread(own_page: Page, site: Site, author: User, question: Post):
    replies = site.replies(author, question, *(f"Answer {n}" for n in range(PAGE + 3)))
    ids = [f"post_{post.id}" for post in replies]
    own_page.goto(f"/posts/{question.id}")
    assert card_ids(own_page) == ids[:PAGE]
    follow_link(own_page.get_by_role("link", name="More replies"))
    assert card_ids(own_page) == ids[PAGE:]
    follow_link(own_page.get_by_role("link", name="Earlier replies"))
    assert card_ids(own_page) == ids[:PAGE]


def test_reply_leads_an_anonymous_viewer_to_the_login(page: Page, question: Post):
    page.goto(f"/posts/{question.id}")
    acts(card(page, question), "reply").click()
    expect(page.get_by_label("Password")).to_be_visible()


@only_with_scripts
@pytest.mark.parametrize("path", ["/", "/posts/{id}"], ids=["timeline", "thread"])
def test_a_reply_to_a_post_deleted_meanwhile_can_be_posted_on_its_own(
    own_page: Page, site: Site, viewer: User, question: Post, watch: Watch, path: str
):
    watch.allow(404)
    own_page.goto(path.format(id=question.id))
    acts(card(own_page, question), "reply").click()
    reply_box(own_page).fill("Two, and a rope")
    site.deletes(question)
    with no_page_load(own_page):
        send_reply(own_page).click()
        alert = own_page.get_by_role("alert").filter(
            has_text="The post you reply to is not here any more"
        )
        expect(alert).to_be_visible()
        expect(reply_box(own_page)).to_have_count(0)
    form = own_page.locator("form.composer").filter(has=alert)
    expect(form.get_by_role("textbox")).to_have_value("Two, and a rope")
    form.get_by_role("button", name="Post", exact=True).click()
    expect(flash(own_page)).to_contain_text("Your post is published.")
    expect(own_page).to_have_url(re.compile("/$"))
    assert site.posts_of(viewer) == ["Two, and a rope"]


@only_with_scripts
def test_a_reply_deleted_on_its_own_page_has_no_reply_box_until_it_is_back(
    own_page: Page, site: Site, viewer: User, question: Post
):
    (reply,) = site.replies(viewer, question, "I have one.")
    own_page.goto(f"/posts/{reply.id}")
    with no_page_load(own_page):
        expect(acts(card(own_page, question), "reply")).to_have_text("1")
        in_menu(card(own_page, reply), "Delete").click()
        expect(card(own_page, reply)).to_contain_text("Your post is deleted.")
        expect(reply_box(own_page)).to_have_count(0)
        expect(acts(card(own_page, question), "reply")).to_have_text("")
        card(own_page, reply).get_by_role("button", name="Undo").click()
        expect(card(own_page, reply)).to_contain_text("I have one.")
        expect(reply_box(own_page)).to_be_visible()
        expect(acts(card(own_page, question), "reply")).to_have_text("1")
        expect(card(own_page, reply)).to_be_focused()
        reply_box(own_page).fill("And a rope.")
        send_reply(own_page).click()
        expect(cards(own_page)).to_contain_text("And a rope.")


@pytest.mark.parametrize("path", ["/explore", "thread"])
def test_undo_gives_the_text_of_a_new_reply_back(
    own_page: Page, site: Site, viewer: User, question: Post, path: str
):
    own_page.goto(f"/posts/{question.id}" if path == "thread" else path)
    if path != "thread":
        acts(card(own_page, question), "reply").click()
    reply_box(own_page).fill("I have won.")
    send_reply(own_page).click()
    own_page.get_by_role("button", name="Undo").click()
    expect(reply_box(own_page)).to_have_value("I have won.")
    expect(reply_box(own_page)).to_be_focused()
    assert site.posts_of(viewer) == []
    reply_box(own_page).fill("I have one.")
    send_reply(own_page).click()
    expect(own_page.locator(".post-body", has_text="I have one.")).to_be_visible()
    assert site.posts_of(viewer) == ["I have one."]
    assert site.drafts_of(viewer) == []


def test_a_placeholder_opens_to_what_is_around_it(
    own_page: Page, site: Site, author: User, question: Post
):
    (gone,) = site.replies(author, question, "Never mind.")
    (below,) = site.replies(author, gone, "Or do.")
    (last,) = site.replies(author, below, "Done.")
    site.deletes(gone)
    own_page.goto(f"/posts/{question.id}")
    follow_link(card(own_page, gone).get_by_role("link"))
    expect(own_page.locator(".posts-single")).to_have_text("This post is not here any more.")
    expect(card(own_page, question)).to_contain_text("Who has a ladder?")
    expect(card(own_page, below)).to_contain_text("Or do.")
    follow_link(card(own_page, last).locator(".post-time"))
    expect(card(own_page, below)).to_contain_text("Or do.")
    follow_link(own_page.get_by_role("link", name="Earlier in this thread"))
    follow_link(card(own_page, gone).get_by_role("link"))
    expect(card(own_page, question)).to_contain_text("Who has a ladder?")


@pytest.mark.parametrize("body", ["word " * 100, "\n".join("x" * 250)], ids=["wide", "tall"])
def test_the_opened_post_begins_on_the_first_screen_of_a_phone(
    own_page: Page, site: Site, author: User, body: str
):
    own_page.set_viewport_size({"width": 390, "height": 844})
    (post,) = site.writes(author, body)
    for _ in range(3):
        (post,) = site.replies(author, post, body)
    own_page.goto(f"/posts/{post.id}")
    assert top_of(card(own_page, post)) < 600
