"""Drafts: saved automatically or by a button, and deleted when the form is sent."""

from datetime import UTC, datetime, timedelta

from playwright.sync_api import Page, expect

from .conftest import Browse
from .served import Site, User
from .steps import (
    acts,
    card,
    composer,
    flash,
    in_menu,
    is_quiet,
    no_page_load,
    only_with_scripts,
    only_without_scripts,
    reply_box,
    send,
    send_reply,
    until,
)


def drafts(page: Page):
    return page.locator("#drafts > .draft")


def stop_clock(page: Page) -> None:
    """Stop the clock of the page; the test moves it on."""
    page.clock.pause_at(datetime.now(UTC) + timedelta(hours=1))


@only_with_scripts
def test_a_draft_is_saved_after_a_second_and_within_three_of_steady_typing(
    own_page: Page, site: Site, viewer: User
):
    own_page.goto("/")
    stop_clock(own_page)
    saves = []
    own_page.on("request", lambda asked: asked.method == "POST" and saves.append(asked.url))
    with no_page_load(own_page):
        for letter in "Half":
            composer(own_page).press_sequentially(letter)
            own_page.clock.run_for(700)
        assert saves == []
        composer(own_page).press_sequentially(" a thought")
        own_page.clock.run_for(200)
        until(own_page, lambda: site.drafts_of(viewer) == ["Half a thought"])
        composer(own_page).press_sequentially(".")
        own_page.clock.run_for(999)
        assert len(saves) == 1
        own_page.clock.run_for(1)
        until(own_page, lambda: site.drafts_of(viewer) == ["Half a thought."])
        expect(composer(own_page)).to_be_focused()
    assert saves == [f"{site.url}/drafts"] * 2
    own_page.reload()
    expect(composer(own_page)).to_have_value("Half a thought.")


@only_with_scripts
def test_a_draft_shows_in_another_browser_and_vanishes_when_sent(
    own_page: Page, browse: Browse, site: Site, viewer: User
):
    own_page.goto("/")
    composer(own_page).fill("Half a thought")
    until(own_page, lambda: site.drafts_of(viewer) == ["Half a thought"])

    elsewhere = browse(as_=viewer)
    elsewhere.goto("/")
    expect(composer(elsewhere)).to_have_value("Half a thought")
    composer(elsewhere).fill("A whole thought")
    send(elsewhere).click()
    expect(composer(elsewhere)).to_be_empty()
    assert site.drafts_of(viewer) == []
    assert site.posts_of(viewer) == ["A whole thought"]
    own_page.reload()
    expect(composer(own_page)).to_be_empty()


@only_with_scripts
def test_a_post_sent_at_once_leaves_no_draft(own_page: Page, site: Site, viewer: User):
    own_page.goto("/")
    stop_clock(own_page)
    composer(own_page).fill("Quick")
    send(own_page).click()
    expect(composer(own_page)).to_be_empty()
    own_page.clock.run_for(5000)
    is_quiet(own_page)
    assert site.drafts_of(viewer) == []
    own_page.goto("/drafts")
    expect(drafts(own_page)).to_have_count(0)


@only_with_scripts
def test_emptying_the_text_deletes_the_draft(own_page: Page, site: Site, viewer: User):
    own_page.goto("/")
    composer(own_page).fill("Half a thought")
    until(own_page, lambda: site.drafts_of(viewer) == ["Half a thought"])
    composer(own_page).fill("")
    until(own_page, lambda: site.drafts_of(viewer) == [])


@only_with_scripts
def test_a_reply_and_an_edit_have_a_draft_each(own_page: Page, site: Site, viewer: User):
    (post,) = site.writes(viewer, "Swallos are here.")
    own_page.goto("/")
    acts(card(own_page, post), "reply").click()
    reply_box(own_page).fill("Where")
    until(own_page, lambda: site.drafts_of(viewer) == ["Where"])
    own_page.reload()
    expect(composer(own_page)).to_be_empty()
    in_menu(card(own_page, post), "Edit").click()
    edit_box = own_page.get_by_label("Edit your post")
    edit_box.fill("Swallows are")
    until(own_page, lambda: site.drafts_of(viewer) == ["Swallows are", "Where"])
    own_page.goto(f"/posts/{post.id}/edit")
    expect(edit_box).to_have_value("Swallows are")
    own_page.goto(f"/posts/{post.id}")
    expect(reply_box(own_page)).to_have_value("Where")


@only_without_scripts
def test_a_button_saves_a_draft(own_page: Page, site: Site, viewer: User):
    own_page.goto("/")
    composer(own_page).fill("Half a thought")
    own_page.get_by_role("button", name="Keep as a draft").click()
    expect(flash(own_page)).to_contain_text("Your draft is kept.")
    expect(composer(own_page)).to_have_value("Half a thought")
    assert site.drafts_of(viewer) == ["Half a thought"]
    assert site.posts_of(viewer) == []
    send(own_page).click()
    expect(flash(own_page)).to_contain_text("Your post is published.")
    expect(composer(own_page)).to_be_empty()
    assert site.drafts_of(viewer) == []
    assert site.posts_of(viewer) == ["Half a thought"]


@only_with_scripts
def test_with_scripts_the_save_button_is_hidden(own_page: Page):
    own_page.goto("/")
    expect(own_page.get_by_role("button", name="Keep as a draft")).to_be_hidden()


def test_a_draft_is_opened_from_the_list(own_page: Page, site: Site, viewer: User, scripts: bool):
    (post,) = site.writes(site.person(), "Who has a ladder?")
    own_page.goto(f"/posts/{post.id}")
    reply_box(own_page).fill("I have")
    if not scripts:
        own_page.get_by_role("button", name="Keep as a draft").click()
    until(own_page, lambda: site.drafts_of(viewer) == ["I have"])
    own_page.goto("/drafts")
    expect(drafts(own_page)).to_contain_text("A reply")
    drafts(own_page).get_by_role("link", name="Go on writing").click()
    expect(reply_box(own_page)).to_have_value("I have")
    reply_box(own_page).fill("I have one.")
    send_reply(own_page).click()
    expect(flash(own_page)).to_contain_text("Your reply is published.")
    assert site.posts_of(viewer) == ["I have one."]
    own_page.goto("/drafts")
    expect(own_page.get_by_text("No drafts.")).to_be_visible()


def test_a_draft_is_deleted_from_the_list(own_page: Page, site: Site, viewer: User, scripts: bool):
    own_page.goto("/")
    composer(own_page).fill("Half a thought")
    if not scripts:
        own_page.get_by_role("button", name="Keep as a draft").click()
    until(own_page, lambda: site.drafts_of(viewer) == ["Half a thought"])
    own_page.goto("/drafts")
    expect(drafts(own_page)).to_contain_text("Half a thought")
    drafts(own_page).get_by_role("button", name="Throw away").click()
    expect(flash(own_page)).to_contain_text("The draft is gone.")
    expect(drafts(own_page)).to_have_count(0)
    assert site.drafts_of(viewer) == []
