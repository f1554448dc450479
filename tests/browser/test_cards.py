"""The card: one grid, a menu, a press that shows at once, and opening the post."""

import re
from collections.abc import Sequence
from itertools import pairwise

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from .conftest import Browse
from .served import Post, Site, User
from .steps import (
    acts,
    card,
    cards,
    flash,
    in_menu,
    is_quiet,
    no_page_load,
    only_with_scripts,
    reply_box,
    send_reply,
    until,
)
from .watching import Watch

DESK, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture
def author(site: Site, viewer: User) -> User:
    author = site.person(display_name="Greta Sommer")
    site.follows(viewer, author)
    return author


@pytest.fixture
def post(site: Site, author: User) -> Post:
    (post,) = site.writes(author, "The first swallows are here.")
    return post


def lefts(shown: Locator) -> Sequence[int]:
    """Return where the actions of a card begin, in CSS pixels."""
    return shown.locator(".act").evaluate_all(
        "acts => acts.map(act => Math.round(act.getBoundingClientRect().x))"
    )


@pytest.mark.parametrize(("size", "height"), [(DESK, 92), (PHONE, 116)], ids=["desk", "phone"])
def test_actions_stand_below_each_other_and_a_line_takes_little_room(
    own_page: Page, site: Site, author: User, size: dict[str, int], height: int, scripts: bool
):
    busy, quiet, _newest = site.writes(author, "One line", "Another", "And another")
    for _ in range(12):
        site.likes(site.person(), busy)
    own_page.set_viewport_size(size)
    own_page.goto("/")
    columns = lefts(card(own_page, quiet))
    assert len(columns) == 5
    assert lefts(card(own_page, busy)) == columns
    widths = [after - before for before, after in pairwise(columns)]
    assert max(widths) - min(widths) <= 1
    if scripts:  # Without them the full date has a line of its own on a phone.
        assert card(own_page, quiet).bounding_box()["height"] == pytest.approx(height, abs=1)
    assert acts(card(own_page, busy), "like").bounding_box()["height"] >= (
        44 if size == PHONE else 24
    )


def test_every_card_has_a_name(own_page: Page, post: Post):
    own_page.goto("/")
    expect(own_page.get_by_role("article", name="Greta Sommer")).to_have_count(1)


# The menu


def test_the_menu_opens_in_place_and_copies_the_link(browse: Browse, viewer: User, post: Post):
    page = browse(as_=viewer, permissions=["clipboard-read", "clipboard-write"])
    page.goto("/")
    with no_page_load(page):
        in_menu(card(page, post), "Copy link").click()
        expect(flash(page)).to_have_text("The link is copied.")
    assert page.evaluate("navigator.clipboard.readText()").endswith(f"/posts/{post.id}")
    summary = card(page, post).locator("summary")
    expect(summary).to_be_focused()
    expect(card(page, post).locator(".menu-items")).to_be_hidden()
    summary.click()
    expect(card(page, post).get_by_text("Copy link")).to_be_visible()


@only_with_scripts
def test_muting_from_a_card_and_undoing_it(own_page: Page, author: User, post: Post):
    own_page.goto("/")
    in_menu(card(own_page, post), f"Mute @{author.username}").click()
    expect(flash(own_page)).to_contain_text(f"You muted @{author.username}")
    expect(cards(own_page)).to_have_count(0)
    flash(own_page).get_by_role("button", name="Undo").click()
    expect(card(own_page, post)).to_be_visible()


def test_blocking_from_a_card_leads_to_where_it_is_undone(own_page: Page, author: User, post: Post):
    own_page.goto(f"/posts/{post.id}")
    in_menu(card(own_page, post), f"Block @{author.username}").click()
    expect(own_page).to_have_url(re.compile(f"/@{author.username}$"))
    flash(own_page).get_by_role("button", name="Undo").click()
    expect(card(own_page, post)).to_be_visible()


# Pressing


@only_with_scripts
def test_a_press_shows_before_the_answer_comes(own_page: Page, site: Site, post: Post):
    own_page.goto("/")
    like = acts(card(own_page, post), "like")
    with site.delays_forms():
        like.click()
        expect(like).to_have_attribute("aria-pressed", "true")
        expect(like).to_have_text("1")
        like.click()
        expect(like).to_have_attribute("aria-pressed", "false")
        like.click()
        expect(like).to_have_text("1")
    is_quiet(own_page)
    own_page.reload()
    expect(like).to_have_attribute("aria-pressed", "true")


@only_with_scripts
@pytest.mark.parametrize("verb", ["like", "repost", "bookmark"])
@pytest.mark.parametrize("failure", ["refused", "lost"])
def test_a_press_that_fails_is_taken_back(
    own_page: Page, post: Post, watch: Watch, verb: str, failure: str
):
    watch.allow(500, "ERR_FAILED", "Failed to fetch")

    def fail(route: Route) -> None:
        if failure == "refused":
            route.fulfill(status=500)
        else:
            route.abort()

    own_page.route(f"**/{verb}", fail)
    own_page.goto("/")
    button = acts(card(own_page, post), verb)
    with own_page.expect_request(f"**/{verb}"):
        button.click()
    is_quiet(own_page)
    expect(button).to_have_attribute("aria-pressed", "false")
    expect(button).to_have_text("")


# Opening


def test_the_card_beside_its_text_opens_the_post(own_page: Page, post: Post):
    own_page.goto("/")
    card(own_page, post).click(position={"x": 20, "y": 70})
    expect(own_page).to_have_url(re.compile(f"/posts/{post.id}$"))


@only_with_scripts
def test_a_click_into_the_text_opens_the_post_and_a_selection_does_not(own_page: Page, post: Post):
    own_page.goto("/")
    text = card(own_page, post).locator(".post-body")
    box = text.bounding_box()
    own_page.mouse.move(box["x"] + 2, box["y"] + 10)
    own_page.mouse.down()
    own_page.mouse.move(box["x"] + 90, box["y"] + 10, steps=3)
    own_page.mouse.up()
    assert own_page.evaluate("getSelection().toString()")
    text.click()
    expect(own_page).to_have_url(re.compile("/$"))
    text.click()
    expect(own_page).to_have_url(re.compile(f"/posts/{post.id}$"))


def test_a_reply_in_a_list_shows_the_first_line_of_its_parent(
    own_page: Page, site: Site, viewer: User, post: Post
):
    (reply,) = site.replies(viewer, post, "Where?")
    own_page.goto(f"/@{viewer.username}/replies")
    why = card(own_page, reply).locator(".post-why")
    expect(why).to_contain_text("The first swallows are here.")
    assert why.bounding_box()["height"] <= 24
    why.get_by_role("link").click()
    expect(own_page).to_have_url(re.compile(f"/posts/{post.id}$"))


@pytest.mark.parametrize("depth", [1, 6, 11])
def test_one_lands_on_the_opened_post_with_an_ancestor_above(
    own_page: Page, site: Site, author: User, post: Post, depth: int, scripts: bool
):
    line = [post]
    for n in range(depth):
        line += site.replies(author, line[-1], f"Then {n}: " + "it goes on and on, " * 12)
    own_page.set_viewport_size(PHONE)
    own_page.goto(f"/@{author.username}/replies")
    for _way in ("by a link", "by going forward again"):
        if _way == "by a link":
            card(own_page, line[-1]).locator(".post-time").click()
        else:
            own_page.go_back()
            own_page.go_forward()
        expect(own_page).to_have_url(re.compile(f"/posts/{line[-1].id}$"))
        expect(card(own_page, line[-2])).to_be_in_viewport()
        opened = card(own_page, line[-1]).bounding_box()
        assert 60 < opened["y"] < 420


def test_the_opened_post_has_its_date_and_its_counts_in_words_above_its_actions(
    own_page: Page, site: Site, author: User, post: Post
):
    site.likes(site.person(), post)
    own_page.goto(f"/posts/{post.id}")
    opened = card(own_page, post)
    facts = opened.locator(".post-facts")
    expect(facts).to_contain_text("1 like")
    expect(facts).not_to_contain_text("repl")
    reply_box(own_page).fill("And now?")
    send_reply(own_page).click()
    expect(facts).to_contain_text("1 reply")
    date, row = (opened.locator(css).bounding_box() for css in (".post-date", ".post-acts"))
    assert date["y"] < row["y"]


# The composer


@only_with_scripts
def test_a_reply_that_is_opened_again_has_what_is_still_being_saved(
    own_page: Page, site: Site, viewer: User, post: Post
):
    own_page.goto("/")
    reply = acts(card(own_page, post), "reply")
    reply.click()
    box = own_page.get_by_label("Your reply")
    box.fill("Half a thought")
    with site.delays_forms():
        own_page.keyboard.press("Escape")
        expect(box).to_have_count(0)
        reply.click()
        expect(box).to_have_value("Half a thought")
        expect(box).to_be_focused()
    until(own_page, lambda: site.drafts_of(viewer) == ["Half a thought"])


@only_with_scripts
def test_a_reply_whose_save_failed_is_saved_when_it_is_opened_again(
    own_page: Page, site: Site, viewer: User, post: Post, watch: Watch
):
    watch.allow(503)
    own_page.goto("/")
    reply = acts(card(own_page, post), "reply")
    reply.click()
    box = own_page.get_by_label("Your reply")
    own_page.route("**/drafts", lambda route: route.fulfill(status=503))
    box.fill("Half a thought")
    with own_page.expect_response("**/drafts"):
        own_page.keyboard.press("Escape")
    own_page.unroute("**/drafts")
    assert not site.drafts_of(viewer)
    reply.click()
    until(own_page, lambda: site.drafts_of(viewer) == ["Half a thought"])


@only_with_scripts
def test_escape_closes_a_reply_and_keeps_what_was_typed(
    own_page: Page, site: Site, viewer: User, post: Post
):
    own_page.goto("/")
    reply = acts(card(own_page, post), "reply")
    reply.click()
    box = own_page.get_by_label("Your reply")
    box.fill("Half a thought")
    own_page.keyboard.press("Escape")
    expect(box).to_have_count(0)
    expect(reply).to_be_focused()
    is_quiet(own_page)
    reply.click()
    expect(box).to_have_value("Half a thought")
    until(own_page, lambda: site.drafts_of(viewer) == ["Half a thought"])


@only_with_scripts
def test_the_last_sixty_characters_are_counted(own_page: Page):
    own_page.goto("/")
    box, count = own_page.get_by_label("What is on your mind?"), own_page.locator("#composer_count")
    box.fill("x" * 439)
    expect(count).to_have_text("Up to 500 characters")
    box.fill("x" * 440)
    expect(count).to_have_text("60")
    box.fill("x" * 501)
    expect(count).to_have_text("-1")
    expect(count).to_have_class(re.compile("over"))


# Motion


def test_a_card_turns_into_the_opened_post(browse: Browse, viewer: User, post: Post):
    page = browse(as_=viewer, reduced_motion="no-preference")
    page.add_init_script(
        """window.joined = new Promise((answer) => {
          addEventListener("pagereveal", async ({ viewTransition }) => {
            await viewTransition?.ready.catch(() => {});
            answer(document.querySelector(".posts-single > .post")?.style.viewTransitionName);
          });
          addEventListener("load", () => setTimeout(answer, 2000));
        });"""
    )

    def turns() -> bool:
        page.goto("/")
        card(page, post).locator(".post-time").click()
        expect(page.locator(".posts-single")).to_be_visible()
        return page.evaluate("window.joined") == "opened"

    # A page that is shown before its script has run appears without the motion.
    until(page, turns)


# Where one left off


@only_with_scripts
def test_home_has_a_line_above_what_was_the_newest_when_the_viewer_left(
    own_page: Page, site: Site, author: User, post: Post
):
    line = own_page.get_by_text("You are all caught up")
    own_page.goto("/")
    expect(card(own_page, post)).to_be_visible()
    expect(line).to_have_count(0)
    own_page.goto("/explore")
    (newer,) = site.writes(author, "And the storks.")
    own_page.goto("/")
    expect(line).to_be_visible()
    order = own_page.locator("#posts > *").evaluate_all("all => all.map(each => each.id)")
    assert order[:3] == [f"post_{newer.id}", "", f"post_{post.id}"]
    own_page.reload()
    expect(card(own_page, newer)).to_be_visible()
    expect(line).to_have_count(0)
