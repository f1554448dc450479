"""What is typed while a form is sent, or before a page is left; keys; two forms of one post."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from .conftest import Browse
from .served import Post, Site, User
from .steps import (
    acts,
    card,
    cards,
    composer,
    flash,
    in_menu,
    is_quiet,
    no_page_load,
    only_with_scripts,
    reply_box,
    send,
    until,
)
from .watching import Watch


@pytest.fixture
def post(site: Site, viewer: User) -> Post:
    (post,) = site.writes(viewer, "Swallos are here.")
    return post


def edit_box(page: Page) -> Locator:
    return page.get_by_label("Edit your post")


@contextmanager
def held(page: Page, path: str) -> Iterator[None]:
    """Hold back what is sent to ``path`` until the context ends."""
    with waiting(page, path) as asked:
        yield
        until(page, lambda: bool(asked))
        asked[0].continue_()


@contextmanager
def waiting(page: Page, path: str) -> Iterator[list[Route]]:
    """Give the requests to ``path``; the test says what becomes of them."""
    asked: list[Route] = []

    def keep(route: Route) -> None:
        asked.append(route)

    page.route(f"**{path}", keep)
    yield asked
    page.unroute(f"**{path}")


# While a form is sent


@only_with_scripts
@pytest.mark.parametrize("where", ["home", "thread", "list"])
def test_what_is_typed_while_a_text_is_sent_stays(
    own_page: Page, site: Site, viewer: User, post: Post, where: str
):
    own_page.goto(f"/posts/{post.id}" if where == "thread" else "/")
    if where == "list":
        acts(card(own_page, post), "reply").click()
    box = composer(own_page) if where == "home" else reply_box(own_page)
    path = "/posts" if where == "home" else f"/posts/{post.id}/reply"
    saves: list[str] = []
    own_page.on("request", lambda asked: "/drafts" in asked.url and saves.append(asked.post_data))
    with no_page_load(own_page):
        box.press_sequentially("First")
        nonce = box.evaluate("box => box.form.elements.nonce.value")
        with held(own_page, path):
            own_page.keyboard.press("Control+Enter")
            box.press_sequentially(" and second")
            until(own_page, lambda: " and second" in site.drafts_of(viewer))
            # Publishing deletes the draft of the form that was sent, wherever the page is then.
            assert f"nonce={nonce}" not in saves[-1]
        expect(box).to_have_value(" and second")
        expect(box).to_be_focused()
        expect(own_page.locator("article.post", has_text="First")).to_have_count(1)
        box.press_sequentially(", longer")
        until(own_page, lambda: site.drafts_of(viewer) == [" and second, longer"])
        own_page.keyboard.press("Control+Enter")
        until(own_page, lambda: site.posts_of(viewer)[0] == " and second, longer")
        is_quiet(own_page)
    assert site.posts_of(viewer)[1] == "First"
    assert site.drafts_of(viewer) == []


@only_with_scripts
def test_what_is_typed_while_a_page_sends_its_text_goes_along_to_the_next(
    own_page: Page, site: Site, viewer: User
):
    own_page.goto("/posts/new")
    box = composer(own_page)
    box.press_sequentially("First")
    with held(own_page, "/posts"):
        own_page.keyboard.press("Control+Enter")
        box.press_sequentially(" and second")
    expect(own_page).to_have_url(f"{site.url}/")
    until(own_page, lambda: site.drafts_of(viewer) == [" and second"])
    assert site.posts_of(viewer) == ["First"]


@only_with_scripts
def test_what_is_typed_while_an_edit_is_sent_stays(
    own_page: Page, site: Site, viewer: User, post: Post
):
    own_page.goto("/")
    with no_page_load(own_page):
        in_menu(card(own_page, post), "Edit").click()
        edit_box(own_page).fill("Swallows are here")
        with held(own_page, f"/posts/{post.id}/edit"):
            own_page.keyboard.press("Control+Enter")
            edit_box(own_page).press_sequentially(" again")
        expect(flash(own_page)).to_contain_text("Your post is changed.")
        expect(edit_box(own_page)).to_have_value("Swallows are here again")
        assert site.posts_of(viewer) == ["Swallows are here"]
        until(own_page, lambda: site.drafts_of(viewer) == ["Swallows are here again"])
        own_page.get_by_role("link", name="Cancel").click()
        expect(card(own_page, post)).to_contain_text("Swallows are here")


@only_with_scripts
@pytest.mark.parametrize("case", ["refused", "no connection"])
def test_what_is_typed_stays_when_sending_fails(
    own_page: Page, site: Site, viewer: User, watch: Watch, case: str
):
    watch.allow(422, "ERR_FAILED", "Failed to fetch")
    too_long = "x" * 501 if case == "refused" else "First"
    own_page.goto("/")
    composer(own_page).fill(too_long)
    with waiting(own_page, "/posts") as asked:
        own_page.keyboard.press("Control+Enter")
        composer(own_page).press_sequentially(" and second")
        until(own_page, lambda: bool(asked))
        asked[0].continue_() if case == "refused" else asked[0].abort()
    told = own_page.get_by_role("alert") if case == "refused" else flash(own_page)
    expect(told).to_contain_text("500 fit" if case == "refused" else "No connection.")
    expect(composer(own_page)).to_have_value(f"{too_long} and second")
    until(own_page, lambda: f"{too_long} and second" in site.drafts_of(viewer))
    composer(own_page).fill("First and second")
    own_page.keyboard.press("Control+Enter")
    expect(cards(own_page)).to_have_count(1)
    assert site.posts_of(viewer) == ["First and second"]


# Before a page is left


@only_with_scripts
@pytest.mark.parametrize("way", ["reload", "link", "close"])
def test_what_was_just_typed_is_saved_when_the_page_is_left(
    own_page: Page, browse: Browse, site: Site, viewer: User, way: str
):
    own_page.goto("/")
    composer(own_page).press_sequentially("Half a thought")
    if way == "reload":
        own_page.reload()
        expect(composer(own_page)).to_have_value("Half a thought")
    elif way == "link":
        own_page.get_by_role("link", name="Explore").click()
    else:
        own_page.close(run_before_unload=True)
    elsewhere = browse(as_=viewer)
    elsewhere.goto("/settings/profile")
    until(elsewhere, lambda: site.drafts_of(viewer) == ["Half a thought"])


@only_with_scripts
def test_cancel_saves_what_was_just_typed(own_page: Page, site: Site, viewer: User, post: Post):
    own_page.goto("/")
    acts(card(own_page, post), "reply").click()
    reply_box(own_page).press_sequentially("Half")
    own_page.get_by_role("link", name="Cancel").click()
    until(own_page, lambda: site.drafts_of(viewer) == ["Half"])


@only_with_scripts
def test_a_save_that_failed_is_tried_again(own_page: Page, site: Site, viewer: User, watch: Watch):
    watch.allow("ERR_FAILED", "Failed to fetch")
    own_page.goto("/")
    failed: list[Route] = []

    def fail(route: Route) -> None:
        failed.append(route)
        route.abort()

    own_page.route("**/drafts", fail)
    composer(own_page).press_sequentially("Half a thought")
    expect(flash(own_page)).to_contain_text("No connection.")
    own_page.evaluate("document.getElementById('flash').replaceChildren()")
    until(own_page, lambda: len(failed) == 2)
    own_page.unroute("**/drafts")
    until(own_page, lambda: site.drafts_of(viewer) == ["Half a thought"])
    expect(flash(own_page)).to_be_empty()


@only_with_scripts
def test_a_text_that_is_refused_before_it_was_saved_survives_a_reload(
    own_page: Page, site: Site, viewer: User, watch: Watch
):
    watch.allow(422)
    own_page.goto("/")
    composer(own_page).fill("x" * 501)
    send(own_page).click()
    expect(own_page.get_by_role("alert")).to_contain_text("500 fit")
    own_page.reload()
    expect(composer(own_page)).to_have_value("x" * 501)


# The same text again


def test_the_same_text_again_is_asked_about(
    own_page: Page, site: Site, viewer: User, watch: Watch, scripts: bool
):
    watch.allow(422)
    own_page.goto("/")
    composer(own_page).fill("Hello")
    send(own_page).click()
    expect(flash(own_page)).to_contain_text("Your post is published.")
    if scripts:
        composer(own_page).fill("Hello")
    else:
        own_page.go_back()
        composer(own_page).fill("Hello")
    send(own_page).click()
    expect(own_page.get_by_role("alert")).to_have_text(
        "You posted this a minute ago. Post it again?"
    )
    assert site.posts_of(viewer) == ["Hello"]
    expect(composer(own_page)).to_have_value("Hello")
    send(own_page).click()
    expect(cards(own_page)).to_have_count(2)
    assert site.posts_of(viewer) == ["Hello", "Hello"]


# Keys


@only_with_scripts
@pytest.mark.parametrize(
    ("key", "sends"),
    [
        ({"ctrlKey": True}, True),
        ({"metaKey": True}, True),
        ({}, False),
        ({"ctrlKey": True, "metaKey": True}, False),
        ({"ctrlKey": True, "altKey": True}, False),
        ({"ctrlKey": True, "shiftKey": True}, False),
        ({"metaKey": True, "shiftKey": True}, False),
        ({"ctrlKey": True, "repeat": True}, False),
        ({"ctrlKey": True, "isComposing": True}, False),
        # The last key of a composition in Safari.
        ({"ctrlKey": True, "keyCode": 229}, False),
    ],
    ids=str,
)
def test_only_ctrl_enter_and_meta_enter_send(
    own_page: Page, site: Site, viewer: User, key: dict[str, bool], sends: bool
):
    own_page.goto("/")
    composer(own_page).fill("Hello")
    options = {"key": "Enter", "bubbles": True, "cancelable": True} | key
    composer(own_page).evaluate(
        "(box, key) => box.dispatchEvent(new KeyboardEvent('keydown', key))", options
    )
    if sends:
        expect(cards(own_page)).to_have_count(1)
    else:
        is_quiet(own_page)
        assert site.posts_of(viewer) == []


@only_with_scripts
def test_escape_closes_nothing_while_an_input_method_composes(own_page: Page, post: Post):
    own_page.goto("/")
    edit = in_menu(card(own_page, post), "Edit")
    for composing in (True, False):
        expect(edit).to_be_visible()
        own_page.evaluate(
            """(isComposing) => document.body.dispatchEvent(
                 new KeyboardEvent("keydown", { key: "Escape", isComposing, bubbles: true }))""",
            composing,
        )
    expect(edit).to_be_hidden()


# A reply to a post, and an edit of the same


@only_with_scripts
def test_a_reply_and_an_edit_of_one_post_do_not_disturb_each_other(
    own_page: Page, site: Site, viewer: User, post: Post
):
    own_page.goto("/")
    with no_page_load(own_page):
        acts(card(own_page, post), "reply").click()
        expect(reply_box(own_page)).to_be_focused()
        in_menu(card(own_page, post), "Edit").click()
        expect(edit_box(own_page)).to_be_focused()
        forms = own_page.locator("#posts form.composer")
        expect(forms).to_have_count(2)
        edit, reply = forms.first, forms.last
        for box, text, form, other in (
            (reply_box(own_page), "Where?", reply, edit),
            (edit_box(own_page), "Swallows are here.", edit, reply),
        ):
            before = other.locator(".composer-count").inner_text()
            box.fill(text.ljust(450, "."))
            expect(form.locator(".composer-count")).to_have_text("50")
            expect(other.locator(".composer-count")).to_have_text(before)
            box.fill(text)
        reply.get_by_role("link", name="Cancel").click()
        expect(reply_box(own_page)).to_have_count(0)
        expect(edit_box(own_page)).to_be_focused()
        edit.get_by_role("button", name="Save").click()
        expect(card(own_page, post)).to_contain_text("Swallows are here.")
    assert site.posts_of(viewer) == ["Swallows are here."]
