"""Leaving the site: taking one's data along, being gone everywhere, and changing one's mind."""

import json
import re
from zipfile import ZipFile

from playwright.sync_api import Page, expect

from .conftest import Browse
from .served import PASSWORD, Site, User
from .steps import card, flash, log_in
from .watching import Watch


def test_taking_data_along_leaving_and_staying(
    site: Site, author: User, own_page: Page, browse: Browse, scripts: bool, watch: Watch
):
    watch.allow(403, 422)
    post = site.writes(author, "Rye again")[0]
    theirs, second = (browse(as_=author, java_script_enabled=scripts) for _ in range(2))

    theirs.goto("/settings/export")
    theirs.get_by_role("button", name="Prepare my archive").click()
    with theirs.expect_download() as download:
        theirs.get_by_role("link", name="Download", exact=True).click()
    archive = ZipFile(download.value.path())
    assert [each["text"] for each in json.loads(archive.read("posts.json"))] == ["Rye again"]

    theirs.get_by_role("link", name="Delete my account").click()
    theirs.get_by_label("Current password").fill("something else")
    theirs.get_by_role("button", name="Delete my account").click()
    expect(theirs.get_by_text("This is not your current password.")).to_be_visible()
    theirs.get_by_label("Current password").fill(PASSWORD)
    theirs.get_by_role("button", name="Delete my account").click()
    expect(flash(theirs)).to_contain_text("Your account is hidden.")
    second.goto("/settings/sessions")
    expect(second).to_have_url(re.compile("/login"))
    own_page.goto("/")
    expect(card(own_page, post)).to_have_count(0)

    log_in(second, author)
    expect(second.get_by_role("heading", level=1)).to_have_text("Your account is being deleted")
    second.get_by_role("button", name="Prepare my archive").click()
    expect(second.get_by_role("link", name="Download", exact=True)).to_be_visible()
    second.goto("/login")
    log_in(second, author)
    second.get_by_role("button", name="Keep my account").click()
    expect(flash(second)).to_contain_text("Your account stays.")
    log_in(second, author)
    expect(second.locator(".nav-me, header").first).to_be_visible()
    own_page.goto("/")
    expect(card(own_page, post)).to_be_visible()
