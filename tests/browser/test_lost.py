"""After a lost session or connection, no typed text is lost; after logging out, no page stays."""

import re
from contextlib import ExitStack

import pytest
from playwright.sync_api import Page, expect

from .served import Site, User
from .steps import (
    acts,
    cards,
    composer,
    flash,
    in_own_menu,
    is_quiet,
    log_in,
    no_page_load,
    only_with_scripts,
    only_without_scripts,
    send,
    until,
)
from .watching import Watch

POLL = """() => {
  document.addEventListener("htmx:finally:request", (event) => {
    window.polled ||= event.target.id === "unread";
  });
  document.body.dispatchEvent(new Event("tick"));
}"""
TEXT = "Two lines\nthat took an hour & a half"


@only_with_scripts
def test_a_session_ended_elsewhere_keeps_the_text(
    own_page: Page, site: Site, viewer: User, watch: Watch
):
    watch.allow(401)
    own_page.goto("/")
    composer(own_page).fill(TEXT)
    site.signs_out_everywhere(viewer)
    with no_page_load(own_page):
        send(own_page).click()
        expect(flash(own_page)).to_contain_text("You are logged out.")
        expect(composer(own_page)).to_have_value(TEXT)
    assert site.posts_of(viewer) == []


@only_with_scripts
def test_after_logging_in_in_another_tab_the_text_can_be_sent(
    own_page: Page, site: Site, viewer: User, watch: Watch
):
    watch.allow(400, 401)
    own_page.goto("/")
    composer(own_page).fill(TEXT)
    # Otherwise the request that saves the draft may get the "try again" answer first.
    until(own_page, lambda: site.drafts_of(viewer) == [TEXT])
    site.signs_out_everywhere(viewer)
    send(own_page).click()
    expect(flash(own_page)).to_contain_text("log in, in another tab")
    site.signs_in(own_page.context, viewer)
    # The token of the new session is put into the page, and the text sent again.
    with no_page_load(own_page):
        send(own_page).click()
        expect(composer(own_page)).to_be_empty()
    assert site.posts_of(viewer) == [TEXT]
    acts(cards(own_page).first, "like").click()
    expect(acts(cards(own_page).first, "like")).to_have_attribute("aria-pressed", "true")


@only_without_scripts
def test_a_text_sent_after_the_session_ended_is_there_after_logging_in(
    own_page: Page, site: Site, viewer: User, watch: Watch
):
    watch.allow(401)
    own_page.goto("/")
    composer(own_page).fill(TEXT)
    site.signs_out_everywhere(viewer)
    send(own_page).click()
    expect(flash(own_page)).to_contain_text("Log in to go on. What you typed is kept.")
    log_in(own_page, viewer)
    expect(composer(own_page)).to_have_value(TEXT)
    send(own_page).click()
    expect(cards(own_page).first).to_contain_text("that took an hour & a half")
    assert site.posts_of(viewer) == [TEXT]


@only_without_scripts
def test_a_text_with_pictures_is_there_after_logging_in_elsewhere(
    own_page: Page, site: Site, viewer: User, watch: Watch
):
    watch.allow(413, 400)
    own_page.goto("/")
    composer(own_page).fill(TEXT)
    large = {"name": "river.png", "mimeType": "image/png", "buffer": bytes(3_000_000)}
    own_page.locator("#composer_pictures").set_input_files([large])
    own_page.context.clear_cookies()
    send(own_page).click()
    expect(own_page.get_by_role("main")).to_contain_text("You are logged out")
    site.signs_in(own_page.context, viewer)
    own_page.reload()
    expect(own_page.get_by_label("Text")).to_have_value(TEXT)
    expect(own_page.get_by_label("Pictures")).to_be_visible()
    own_page.get_by_role("button", name="Send again").click()
    assert site.posts_of(viewer) == [TEXT]


@only_with_scripts
def test_without_a_connection_the_text_stays_and_can_be_sent_later(
    own_page: Page, site: Site, viewer: User, watch: Watch
):
    watch.allow("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    own_page.goto("/")
    composer(own_page).fill(TEXT)
    with no_page_load(own_page):
        own_page.context.set_offline(True)
        send(own_page).click()
        expect(flash(own_page)).to_contain_text("No connection. Nothing is lost: try again.")
        expect(composer(own_page)).to_have_value(TEXT)
        is_quiet(own_page)
        own_page.context.set_offline(False)
        send(own_page).click()
        expect(cards(own_page)).to_have_count(1)
        expect(composer(own_page)).to_be_empty()
    assert site.posts_of(viewer) == [TEXT]


@only_with_scripts
def test_a_server_that_is_too_busy_keeps_the_text(
    own_page: Page, site: Site, viewer: User, watch: Watch
):
    """The server refuses a request before it reaches the application, as plain HTML."""
    watch.allow(503)
    own_page.goto("/")
    composer(own_page).fill(TEXT)
    own_page.route("**/posts", lambda route: route.fulfill(status=503, body="<h1>Busy</h1>"))
    with no_page_load(own_page):
        send(own_page).click()
        expect(flash(own_page)).to_contain_text("Nothing is lost: try again.")
        expect(composer(own_page)).to_have_value(TEXT)
        own_page.unroute("**/posts")
        send(own_page).click()
        expect(composer(own_page)).to_be_empty()
    assert site.posts_of(viewer) == [TEXT]


@only_with_scripts
@pytest.mark.parametrize("trouble", ["no connection", "signed out", "no database"])
def test_polling_fails_silently_and_goes_on(
    own_page: Page, site: Site, viewer: User, watch: Watch, trouble: str
):
    watch.allow("ERR_INTERNET_DISCONNECTED", "Failed to fetch", 401, 500)
    own_page.goto("/")
    with no_page_load(own_page), ExitStack() as troubled:
        if trouble == "no connection":
            own_page.context.set_offline(True)
        elif trouble == "signed out":
            site.signs_out_everywhere(viewer)
        else:
            troubled.enter_context(site.without_table("notification"))
        own_page.evaluate(POLL)
        until(own_page, lambda: own_page.evaluate("window.polled"))
        assert flash(own_page).text_content() == ""
        expect(own_page.locator("#unread")).to_have_count(1)
        assert cards(own_page).count() == 0


@only_with_scripts
def test_a_server_error_keeps_the_text_and_shows_a_message(
    own_page: Page, site: Site, viewer: User, watch: Watch
):
    watch.allow(500)
    own_page.goto("/")
    composer(own_page).fill(TEXT)
    with site.without_table("post"), no_page_load(own_page):
        send(own_page).click()
        expect(flash(own_page)).to_contain_text("Something broke on our side.")
        expect(composer(own_page)).to_have_value(TEXT)
        is_quiet(own_page)
    send(own_page).click()
    expect(composer(own_page)).to_be_empty()
    assert site.posts_of(viewer) == [TEXT]


@pytest.mark.parametrize("path", ["/", "/settings/account"])
def test_back_after_logging_out_shows_no_private_page(own_page: Page, viewer: User, path: str):
    own_page.goto(path)
    private = own_page.locator("#composer, [name=current_password]")
    expect(private).to_be_visible()
    in_own_menu(own_page, "Log out").click()
    expect(flash(own_page)).to_contain_text("You are logged out.")
    own_page.go_back(wait_until="commit")
    own_page.wait_for_load_state()
    own_page.wait_for_url(re.compile(r"/$|/login"))
    expect(own_page.locator("main").get_by_role("heading").first).to_be_visible()
    expect(private).to_have_count(0)
    expect(own_page.get_by_text(viewer.email)).to_have_count(0)
