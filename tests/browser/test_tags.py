"""Links of tags and mentions."""

from playwright.sync_api import Page, expect

from .served import Site, User
from .steps import (
    card,
    card_ids,
    cards,
    composer,
    element_ids,
    follow_link,
    scroll_down_until,
    send,
)

PAGE = 25


def test_a_tag_links_to_the_posts_with_it(own_page: Page, site: Site, viewer: User):
    tag = f"Gehölz_{viewer.username}"
    posts = site.writes(site.person(), f"One #{tag}", f"Two #{tag.upper()}", "Three #other")
    own_page.goto(f"/posts/{posts[0].id}")
    follow_link(card(own_page, posts[0]).get_by_role("link", name=f"#{tag}"))
    expect(own_page.get_by_role("heading", name=f"#{tag.lower()}")).to_be_visible()
    assert card_ids(own_page) == element_ids(posts[:2])


def test_the_page_of_an_unused_tag_says_so(page: Page):
    page.goto("/tags/never_used")
    expect(page.get_by_text("Nobody has written anything with this tag yet.")).to_be_visible()


def test_tags_and_mentions_of_a_new_post_are_links(own_page: Page, site: Site, viewer: User):
    friend = site.person()
    own_page.goto("/")
    composer(own_page).fill(f"Bread by @{friend.username.upper()}, #rye, not @nobody_here")
    send(own_page).click()
    fresh = cards(own_page).first
    expect(fresh.get_by_role("link", name="@nobody_here")).to_have_count(0)
    fresh.get_by_role("link", name="#rye").click()
    expect(cards(own_page).first).to_contain_text("Bread by")
    cards(own_page).first.get_by_role("link", name=f"@{friend.username.upper()}").click()
    expect(own_page).to_have_url(f"{site.url}/@{friend.username}")


def test_a_long_list_of_a_tag_has_pages(own_page: Page, site: Site, viewer: User, scripts: bool):
    tag = f"long_{viewer.username}"
    posts = site.writes(viewer, *(f"Loaf {n} #{tag}" for n in range(PAGE + 3)))
    own_page.goto(f"/tags/{tag}")
    if scripts:
        scroll_down_until(own_page, cards(own_page).nth(len(posts) - 1))
        assert card_ids(own_page) == element_ids(posts)
    else:
        follow_link(own_page.get_by_role("link", name="Older posts"))
        assert card_ids(own_page) == element_ids(posts)[PAGE:]
