"""Like, repost and bookmark a post, and undo each."""

import re

import pytest
from playwright.sync_api import Page, expect

from .conftest import Browse
from .served import Post, Site, User
from .steps import acts, card, cards, is_quiet, no_page_load, only_with_scripts, until

VERBS = ["like", "repost", "bookmark"]


@pytest.fixture
def post(site: Site, author: User) -> Post:
    (post,) = site.writes(author, "The first swallows are here.")
    return post


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("path", ["/", "/posts/{id}"], ids=["timeline", "thread"])
def test_a_button_does_and_undoes_its_action(own_page: Page, post: Post, verb: str, path: str):
    own_page.goto(path.format(id=post.id))
    button = acts(card(own_page, post), verb)
    for pressed in ("true", "false"):
        button.click()
        expect(button).to_have_attribute("aria-pressed", pressed)
        counted = verb != "bookmark" and pressed == "true"
        expect(button).to_have_text("1" if counted else "")
        expect(button).to_have_accessible_name(f"{verb.title()}{' 1' if counted else ''}")
    is_quiet(own_page)
    own_page.reload()
    expect(button).to_have_attribute("aria-pressed", "false")


@only_with_scripts
@pytest.mark.parametrize("verb", VERBS)
def test_pressing_takes_no_page_load_and_keeps_the_focus(own_page: Page, post: Post, verb: str):
    own_page.goto("/")
    button = acts(card(own_page, post), verb)
    button.focus()
    with no_page_load(own_page):
        for pressed in ("true", "false", "true"):
            own_page.keyboard.press("Enter")
            expect(button).to_have_attribute("aria-pressed", pressed)
            expect(button).to_be_focused()
    is_quiet(own_page)
    # A press before the answer to the last one is sent after it.
    pressed = f'<button id="{verb}_{post.id}" [^>]*aria-pressed="true"'
    until(own_page, lambda: re.search(pressed, own_page.request.get(f"/posts/{post.id}").text()))
    is_quiet(own_page)
    own_page.reload()
    expect(button).to_have_attribute("aria-pressed", "true")


@only_with_scripts
def test_a_button_changes_no_other_button(own_page: Page, post: Post):
    own_page.goto("/")
    with no_page_load(own_page):
        for verb in VERBS:
            acts(card(own_page, post), verb).click()
            expect(acts(card(own_page, post), verb)).to_have_attribute("aria-pressed", "true")
        for verb in VERBS:
            expect(acts(card(own_page, post), verb)).to_have_attribute("aria-pressed", "true")


def test_a_repost_shows_to_followers(
    own_page: Page, browse: Browse, site: Site, viewer: User, post: Post
):
    follower = site.person()
    site.follows(follower, viewer)
    theirs = browse(as_=follower)
    theirs.goto("/")
    expect(cards(theirs)).to_have_count(0)

    own_page.goto("/")
    acts(card(own_page, post), "repost").click()
    expect(acts(card(own_page, post), "repost")).to_have_attribute("aria-pressed", "true")
    is_quiet(own_page)
    theirs.reload()
    expect(card(theirs, post)).to_contain_text(f"@{viewer.username} reposted")

    acts(card(own_page, post), "repost").click()
    expect(acts(card(own_page, post), "repost")).to_have_attribute("aria-pressed", "false")
    is_quiet(own_page)
    theirs.reload()
    expect(cards(theirs)).to_have_count(0)


def test_a_bookmark_is_listed_for_its_owner_only(
    own_page: Page, browse: Browse, author: User, post: Post
):
    own_page.goto("/")
    acts(card(own_page, post), "bookmark").click()
    expect(acts(card(own_page, post), "bookmark")).to_have_attribute("aria-pressed", "true")
    is_quiet(own_page)
    own_page.goto("/bookmarks")
    expect(card(own_page, post)).to_contain_text("The first swallows are here.")
    acts(card(own_page, post), "bookmark").click()
    expect(own_page.locator("main [aria-pressed=true]")).to_have_count(0)
    is_quiet(own_page)
    own_page.reload()
    expect(own_page.get_by_text("Nothing yet.")).to_be_visible()
    theirs = browse(as_=author)
    theirs.goto(f"/posts/{post.id}")
    expect(acts(card(theirs, post), "bookmark")).to_have_attribute("aria-pressed", "false")


@pytest.mark.parametrize(("verb", "link"), [("like", "1 like"), ("repost", "1 repost")])
def test_the_page_of_a_post_links_to_the_people_who_reacted(
    own_page: Page, viewer: User, post: Post, verb: str, link: str
):
    own_page.goto("/")
    acts(card(own_page, post), verb).click()
    expect(acts(card(own_page, post), verb)).to_have_text("1")
    is_quiet(own_page)
    card(own_page, post).locator(".post-time").click()
    own_page.get_by_role("link", name=link, exact=True).click()
    expect(own_page.locator("#people")).to_contain_text(viewer.username)
    own_page.get_by_role("link", name="Back to the post").click()
    expect(card(own_page, post)).to_be_visible()


@pytest.mark.parametrize(
    ("verb", "title"), [("like", "Join to like this"), ("repost", "Join to repost this")]
)
def test_an_anonymous_viewer_is_asked_to_join(page: Page, post: Post, verb: str, title: str):
    page.goto(f"/posts/{post.id}")
    expect(card(page, post).get_by_role("button")).to_have_count(0)
    acts(card(page, post), verb).click()
    expect(page.get_by_role("heading", name=title)).to_be_visible()
