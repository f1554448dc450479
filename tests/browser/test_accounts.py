"""Accounts: registering, logging in and out, and resetting a password."""

import re
from secrets import token_hex

from playwright.sync_api import Page, expect

from .served import PASSWORD, Site, User
from .steps import composer, flash, in_own_menu, log_in
from .watching import Watch


def test_registering_signs_in_and_welcomes(page: Page, site: Site):
    name = f"Newcomer_{token_hex(4)}"
    page.goto("/")
    page.get_by_role("navigation").get_by_role("link", name="Join").click()
    page.get_by_label("Username").fill(name)
    page.get_by_label("E-mail").fill(f"{name}@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Join").click()
    expect(flash(page)).to_contain_text(f"Welcome, {name}!")
    expect(page).to_have_url(f"{site.url}/welcome")
    page.get_by_role("link", name="Skip all").click()
    expect(page).to_have_url(f"{site.url}/")
    expect(composer(page)).to_be_visible()
    expect(page.get_by_text("It is quiet here.")).to_be_visible()


def test_a_taken_username_is_refused_at_the_field_and_the_input_is_kept(
    page: Page, viewer: User, watch: Watch
):
    watch.allow(422)
    page.goto("/register")
    page.get_by_label("Username").fill(viewer.username.upper())
    page.get_by_label("E-mail").fill("someone-else@example.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.locator("main").get_by_role("button", name="Join").click()
    expect(page.get_by_text("This name is taken. Try another.")).to_be_visible()
    expect(page.get_by_label("Username")).to_have_value(viewer.username.upper())
    expect(page.get_by_label("E-mail")).to_have_value("someone-else@example.org")


def test_logging_in_leads_to_the_requested_page(page: Page, viewer: User):
    page.goto("/settings/sessions")
    expect(page).to_have_url(re.compile(r"/login\?next="))
    expect(flash(page)).to_contain_text("Log in to go on.")
    log_in(page, viewer)
    expect(page).to_have_url(re.compile("/settings/sessions$"))
    expect(page.locator(".tag", has_text="This browser")).to_be_visible()


def test_logging_in_never_leads_to_another_site(page: Page, site: Site, viewer: User):
    page.goto("/login?next=//example.org/")
    log_in(page, viewer)
    expect(page).to_have_url(f"{site.url}/")


def test_a_wrong_password_keeps_the_username(page: Page, viewer: User, watch: Watch):
    watch.allow(422)
    page.goto("/login")
    log_in(page, viewer, password="wrong password")
    expect(page.get_by_text("The name or the password is wrong.")).to_be_visible()
    expect(page.get_by_label("Username or e-mail")).to_have_value(viewer.username)


def test_logging_out_signs_out(own_page: Page):
    own_page.goto("/settings/profile")
    in_own_menu(own_page, "Log out").click()
    expect(flash(own_page)).to_contain_text("You are logged out.")
    own_page.goto("/settings/profile")
    expect(own_page).to_have_url(re.compile(r"/login\?next="))


def test_the_link_in_a_mail_resets_a_forgotten_password(page: Page, site: Site, viewer: User):
    page.goto("/login")
    page.get_by_role("link", name="Forgotten your password?").click()
    page.get_by_label("E-mail").fill(viewer.email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.locator("main")).to_contain_text("a link is on its way")

    mail = site.mails_to(viewer.email)[0]
    link = re.search(rf"{site.url}/reset-password/\S+", mail)[0]
    page.goto(link)
    page.get_by_label("New password").fill("another good password")
    page.get_by_role("button", name="Set the password").click()
    expect(flash(page)).to_contain_text("Your password is set.")
    log_in(page, viewer, password="another good password")
    expect(composer(page)).to_be_visible()


def test_a_link_for_a_new_password_works_once(page: Page, site: Site, viewer: User):
    page.goto("/reset-password")
    page.get_by_label("E-mail").fill(viewer.email)
    page.get_by_role("button", name="Send me a link").click()
    expect(page.locator("main")).to_contain_text("a link is on its way")
    link = re.search(r"http\S+", site.mails_to(viewer.email)[0])[0]
    page.goto(link)
    page.get_by_label("New password").fill("another good password")
    page.get_by_role("button", name="Set the password").click()
    expect(flash(page)).to_contain_text("Your password is set.")
    page.goto(link)
    expect(flash(page)).to_contain_text("This link no longer works.")


def test_others_see_the_edited_profile(own_page: Page, page: Page, viewer: User):
    own_page.goto("/settings/profile")
    own_page.get_by_label("Display name").fill("Ada <b>Lindqvist</b>")
    own_page.get_by_label("About me").fill("Runs the repair café.")
    own_page.get_by_role("button", name="Save").click()
    expect(flash(own_page)).to_contain_text("Your profile is saved.")

    page.goto(f"/@{viewer.username}")
    expect(page.get_by_role("heading", level=1)).to_contain_text("Ada <b>Lindqvist</b>")
    expect(page.get_by_text("Runs the repair café.")).to_be_visible()


def test_a_session_is_revoked_from_another_browser(own_page: Page, page: Page, viewer: User):
    page.goto("/login")
    log_in(page, viewer)
    expect(composer(page)).to_be_visible()
    own_page.goto("/settings/sessions")
    own_page.locator("main").get_by_role("button", name="Log out").click()
    expect(flash(own_page)).to_contain_text("That browser is logged out.")
    page.goto("/settings/sessions")
    expect(page).to_have_url(re.compile(r"/login\?next="))
    own_page.reload()
    expect(own_page.locator(".tag", has_text="This browser")).to_be_visible()
