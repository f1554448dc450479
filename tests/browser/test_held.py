"""A first post with a link: its author takes it back while it waits."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from app.site import change_site

from .served import Site
from .steps import composer, flash, send


@pytest.fixture(autouse=True)
def links_wait(site: Site) -> Iterator[None]:
    """Have first posts with links wait, and later ones not."""
    with site.app.app_context():
        change_site(links_wait_days=7)
    yield
    with site.app.app_context():
        change_site(links_wait_days=0)


def test_who_wrote_a_post_that_waits_withdraws_it(own_page: Page):
    own_page.goto("/")
    composer(own_page).fill("Quaggas at https://quagga.example")
    send(own_page).click()
    waiting = own_page.get_by_role("article", name="Quaggas at")
    expect(waiting).to_contain_text("It waits for a moderator.")
    waiting.get_by_role("button", name="Delete").click()
    expect(flash(own_page)).to_contain_text("Your post is deleted.")
    own_page.goto("/posts/waiting")
    expect(waiting).to_have_count(0)
