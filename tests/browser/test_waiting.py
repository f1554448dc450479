"""A first post with a link waits, and a moderator lets it through; many are suspended at once."""

import re

from playwright.sync_api import Page, expect

from app.accounts.models import User as Account
from app.data.database import db
from app.site import change_site

from .conftest import Browse
from .served import Site, User
from .steps import flash


def in_charge(site: Site, role: str) -> User:
    person = site.person()
    with site.app.app_context():
        db.session.get_one(Account, person.id).set_role(role)
    return person


def test_a_first_post_with_a_link_waits_and_is_let_through(
    site: Site, viewer: User, own_page: Page, browse: Browse, scripts: bool
):
    with site.app.app_context():
        change_site(links_wait_days=7)
    try:
        desk = browse(as_=in_charge(site, "moderator"), java_script_enabled=scripts)
        own_page.goto("/")
        composer = own_page.locator("form.composer").first
        composer.get_by_role("textbox").first.fill("See https://bargains.example/loaf")
        composer.get_by_role("button", name="Post", exact=True).click()
        expect(own_page).to_have_url(re.compile("/posts/waiting$"))
        expect(own_page.get_by_text("It waits for a moderator.")).to_be_visible()
        expect(flash(own_page)).to_contain_text("A moderator reads your post before others do.")

        desk.goto("/desk?reason=held")
        desk.get_by_role("link", name=f"Post by @{viewer.username}").click()
        desk.get_by_label("Let it through").check()
        desk.get_by_role("button", name="Decide").click()
        expect(flash(desk)).to_contain_text("Post let through")
        desk.goto("/explore")
        expect(desk.get_by_text("bargains.example/loaf").first).to_be_visible()
    finally:
        with site.app.app_context():
            change_site(links_wait_days=0)


def test_all_accounts_of_a_network_are_suspended(site: Site, browse: Browse, scripts: bool):
    network = f"203.0.{113 + scripts}."
    spammers = [site.person() for _ in range(2)]
    with site.app.app_context():
        for n, each in enumerate(spammers):
            user = db.session.get_one(Account, each.id)
            user.sign_in(address=f"{network}{n}", agent="", remembered=False)
    page = browse(as_=in_charge(site, "administrator"), java_script_enabled=scripts)
    page.goto(f"/admin/people?network={network}")
    page.get_by_role("link", name="Act on all of them").click()
    page.get_by_label("Suspend:").check()
    page.get_by_label("Why").fill("Spam")
    page.get_by_role("button", name="Decide").click()
    expect(page.get_by_role("status").filter(has_text="2 of 2 accounts")).to_be_visible()
