"""Pictures in the composer: chosen, dropped, pasted, described, put in order; sent and failed."""

import base64
import re

from playwright.sync_api import Page, Route, expect

from .conftest import Browse
from .pictures import GIVE, arrived, attached, choose, description, drawn
from .served import Site, User
from .steps import (
    cards,
    composer,
    flash,
    in_menu,
    no_page_load,
    only_with_scripts,
    only_without_scripts,
    reply_box,
    send,
    send_reply,
    until,
)
from .test_access import is_accessible_and_fits
from .watching import Watch


def give(page: Page, event: str, shape: str, *, mime: str | None = None) -> None:
    """Drop or paste a picture."""
    file = drawn(shape)
    mime = file["mimeType"] if mime is None else mime
    data = base64.b64encode(file["buffer"]).decode()
    load_script(page)
    page.evaluate(GIVE, ["#composer_body", event, file["name"], mime, data])


def load_script(page: Page) -> None:
    """Load the script of pictures, as the first use of a composer does."""
    ours = "document.querySelector('script[src*=\"/js/\"]').src"
    page.evaluate(f"import(new URL('pictures.js', {ours}))")


def shown(page: Page):
    """The pictures on the first card of the list."""
    return cards(page).first.locator(".picture")


def typed(page: Page) -> list[str]:
    """Return the descriptions of what is attached, in order."""
    return attached(page).locator("textarea").evaluate_all("all => all.map(text => text.value)")


# Choosing


@only_with_scripts
def test_chosen_pictures_go_up_at_once_and_are_published_with_the_text(
    own_page: Page, site: Site, viewer: User
):
    own_page.goto("/")
    composer(own_page).fill("Two of the river")
    with no_page_load(own_page):
        choose(own_page, "landscape", "portrait")
        expect(arrived(own_page)).to_have_count(2)
        expect(attached(own_page).locator("img.attached-preview")).to_have_count(2)
        description(arrived(own_page).first).fill("A river")
        send(own_page).click()
        expect(shown(own_page)).to_have_count(2)
        expect(attached(own_page)).to_have_count(0)
    expect(shown(own_page).first.get_by_role("img", name="A river")).to_be_visible()
    expect(cards(own_page).first.locator(".pictures")).to_have_class("pictures columns")
    assert site.posts_of(viewer) == ["Two of the river"]


@only_without_scripts
def test_pictures_go_with_the_form_and_are_described_on_the_next_page(
    own_page: Page, site: Site, viewer: User
):
    own_page.goto("/")
    composer(own_page).fill("Two of the river")
    choose(own_page, "landscape", "portrait")
    send(own_page).click()
    expect(own_page).to_have_url(re.compile(r"/posts/\d+/pictures$"))
    expect(attached(own_page)).to_have_count(2)
    description(attached(own_page).last).fill("A mill")
    attached(own_page).last.get_by_role("button", name="Up").click()
    expect(description(attached(own_page).first)).to_have_value("A mill")
    attached(own_page).last.get_by_role("button", name="Remove").click()
    expect(attached(own_page)).to_have_count(1)
    own_page.get_by_role("button", name="Done").click()
    expect(own_page.get_by_role("img", name="A mill")).to_be_visible()
    assert site.posts_of(viewer) == ["Two of the river"]


@only_with_scripts
def test_pictures_are_dropped_and_pasted(own_page: Page):
    own_page.goto("/")
    give(own_page, "paste", "landscape")
    expect(arrived(own_page)).to_have_count(1)
    give(own_page, "dragover", "portrait")
    expect(own_page.locator("form.composer")).to_have_class(re.compile("is-dropping"))
    give(own_page, "drop", "portrait")
    expect(arrived(own_page)).to_have_count(2)
    expect(own_page.locator("form.composer")).not_to_have_class(re.compile("is-dropping"))


@only_with_scripts
def test_no_more_than_four_are_taken(own_page: Page):
    own_page.goto("/")
    choose(own_page, "landscape", "portrait", "panorama", "tower", "tiny")
    expect(flash(own_page)).to_contain_text("room for four")
    expect(arrived(own_page)).to_have_count(4)


# Order, descriptions, removing


@only_with_scripts
def test_the_order_is_changed_by_buttons_which_keep_the_focus(own_page: Page):
    own_page.goto("/")
    choose(own_page, "landscape", "portrait", "tiny")
    expect(arrived(own_page)).to_have_count(3)
    for number, text in enumerate(("One", "Two", "Three")):
        description(arrived(own_page).nth(number)).fill(text)
    arrived(own_page).nth(2).get_by_role("button", name="Up").click()
    expect(own_page.locator("#announced")).to_have_text("Picture 2 of 3")
    own_page.keyboard.press("Enter")
    assert typed(own_page) == ["Three", "One", "Two"]
    # At the end of the list, the other button has the focus.
    expect(arrived(own_page).first.get_by_role("button", name="Down")).to_be_focused()
    expect(arrived(own_page).first.get_by_role("button", name="Up")).to_be_disabled()
    composer(own_page).fill("In order")
    send(own_page).click()
    expect(shown(own_page)).to_have_count(3)
    names = shown(own_page).locator("picture img").evaluate_all("all => all.map(img => img.alt)")
    assert names == ["Three", "One", "Two"]


@only_with_scripts
def test_a_picture_is_removed_by_keyboard(own_page: Page):
    own_page.goto("/")
    choose(own_page, "landscape", "portrait")
    expect(arrived(own_page)).to_have_count(2)
    arrived(own_page).first.get_by_role("button", name="Remove").press("Enter")
    expect(arrived(own_page)).to_have_count(1)
    expect(own_page.locator("#announced")).to_have_text("The picture was removed.")
    expect(arrived(own_page).first.get_by_role("button", name="Remove")).to_be_focused()
    own_page.keyboard.press("Enter")
    expect(own_page.locator("#composer_pictures")).to_be_focused()
    expect(own_page.get_by_label("Sensitive")).to_be_hidden()


@only_with_scripts
def test_a_long_description_is_counted_and_refused_without_losing_anything(
    own_page: Page, watch: Watch
):
    watch.allow(422)
    own_page.goto("/")
    choose(own_page, "landscape")
    expect(arrived(own_page)).to_have_count(1)
    description(arrived(own_page)).fill("x" * 1450)
    expect(arrived(own_page).locator(".attached-count")).to_have_text("50")
    description(arrived(own_page)).fill("x" * 1501)
    expect(arrived(own_page).locator(".attached-count")).to_have_text("-1")
    composer(own_page).fill("A text")
    send(own_page).click()
    expect(arrived(own_page).get_by_role("alert")).to_contain_text("1500 characters")
    assert typed(own_page) == ["x" * 1501]
    expect(composer(own_page)).to_have_value("A text")


@only_with_scripts
def test_what_arrived_stays_with_the_draft(own_page: Page, site: Site, viewer: User):
    own_page.goto("/")
    choose(own_page, "landscape")
    expect(arrived(own_page)).to_have_count(1)
    description(arrived(own_page)).fill("A river")
    own_page.get_by_label("Sensitive").check()
    with own_page.expect_response("**/drafts"):
        composer(own_page).fill("Half a thought")
    until(own_page, lambda: site.drafts_of(viewer) == ["Half a thought"])
    own_page.goto("/explore")
    own_page.goto("/")
    expect(arrived(own_page).locator("img")).to_have_attribute("src", re.compile("^/pictures/"))
    assert typed(own_page) == ["A river"]
    expect(own_page.get_by_label("Sensitive")).to_be_checked()


@only_with_scripts
def test_an_animation_stands_still_while_it_goes_up(own_page: Page):
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    own_page.goto("/")
    own_page.route("**/pictures", hold)
    choose(own_page, "moving", "landscape")
    previews = attached(own_page).locator("img.attached-preview")
    expect(previews.first).to_have_attribute("src", re.compile("^data:image/png"))
    expect(previews.last).to_have_attribute("src", re.compile("^data:image/png"))
    assert previews.evaluate_all("all => all.every((image) => image.naturalWidth > 1)")
    for number in range(2):
        until(own_page, lambda number=number: len(held) > number)
        held[number].continue_()
    expect(arrived(own_page)).to_have_count(2)


# Replies and edits


def test_a_reply_has_pictures(own_page: Page, site: Site, viewer: User, scripts: bool):
    (post,) = site.writes(site.person(), "Who was at the river?")
    own_page.goto(f"/posts/{post.id}")
    reply_box(own_page).fill("I was.")
    choose(own_page, "landscape")
    if scripts:
        expect(arrived(own_page)).to_have_count(1)
    send_reply(own_page).click()
    if not scripts:
        own_page.get_by_role("button", name="Done").click()
    expect(own_page.locator("article", has_text="I was.").locator(".picture")).to_have_count(1)


@only_with_scripts
def test_an_edit_replaces_a_picture_and_cancelling_it_does_not(
    own_page: Page, site: Site, viewer: User
):
    own_page.goto("/")
    choose(own_page, "landscape", "portrait")
    expect(arrived(own_page)).to_have_count(2)
    composer(own_page).fill("Two")
    send(own_page).click()
    expect(shown(own_page)).to_have_count(2)
    in_menu(cards(own_page).first, "Edit").click()
    form = own_page.locator("form[id^=composer_edit]")
    expect(form.locator(".attached-picture")).to_have_count(2)
    form.get_by_role("button", name="Remove").first.click()
    form.get_by_role("link", name="Cancel").click()
    expect(shown(own_page)).to_have_count(2)
    own_page.reload()
    expect(shown(own_page)).to_have_count(2)


@only_with_scripts
def test_an_edit_of_ready_pictures_shows_what_the_server_has(own_page: Page, viewer: User):
    own_page.goto("/")
    choose(own_page, "landscape")
    expect(arrived(own_page)).to_have_count(1)
    send(own_page).click()
    expect(shown(own_page).locator("picture img")).to_be_visible()
    own_page.reload()
    load_script(own_page)
    asked = []
    own_page.on("request", lambda request: asked.append(request.url))
    in_menu(cards(own_page).first, "Edit").click()
    preview = own_page.locator("form[id^=composer_edit] img.attached-preview")
    expect(preview).to_have_attribute("src", re.compile("^/pictures/"))
    own_page.wait_for_load_state("networkidle")
    assert not [url for url in asked if url.endswith("undefined")]


# Failing


@only_with_scripts
def test_without_a_connection_a_picture_waits_and_goes_up_later(
    own_page: Page, site: Site, viewer: User, watch: Watch
):
    watch.allow("net::ERR_INTERNET_DISCONNECTED", "net::ERR_FAILED")
    own_page.goto("/")
    load_script(own_page)
    own_page.context.set_offline(True)
    choose(own_page, "landscape")
    alert = attached(own_page).get_by_role("alert")
    expect(alert).to_contain_text("No connection")
    description(attached(own_page)).fill("Typed meanwhile")
    own_page.context.set_offline(False)
    expect(arrived(own_page)).to_have_count(1)
    assert typed(own_page) == ["Typed meanwhile"]
    expect(description(arrived(own_page))).to_be_focused()


@only_with_scripts
def test_a_picture_that_failed_is_tried_again_and_holds_the_post_back(
    own_page: Page, site: Site, viewer: User, watch: Watch
):
    watch.allow("net::ERR_FAILED")
    own_page.goto("/")
    composer(own_page).fill("From the train")
    own_page.route("**/pictures", lambda route: route.abort())
    choose(own_page, "landscape")
    expect(attached(own_page).get_by_role("alert")).to_contain_text("No connection")
    send(own_page).click()
    again = attached(own_page).get_by_role("button", name="Try again")
    expect(again).to_be_focused()
    expect(flash(own_page)).to_contain_text("A picture did not go up.")
    assert site.posts_of(viewer) == []
    is_accessible_and_fits(own_page)
    own_page.unroute("**/pictures")
    again.click()
    expect(arrived(own_page)).to_have_count(1)
    send(own_page).click()
    expect(shown(own_page)).to_have_count(1)
    assert site.posts_of(viewer) == ["From the train"]


def test_a_picture_that_cannot_be_read_is_tried_again_in_the_composer(
    own_page: Page, site: Site, viewer: User, scripts: bool
):
    own_page.goto("/")
    composer(own_page).fill("From the train")
    broken = drawn("landscape") | {"buffer": drawn("landscape")["buffer"][:1000]}
    own_page.locator("#composer_pictures").set_input_files([broken, drawn("portrait")])
    if scripts:
        expect(arrived(own_page)).to_have_count(2)
        with own_page.expect_response("**/drafts"):
            composer(own_page).press_sequentially("!")
    else:
        own_page.get_by_role("button", name="Keep as a draft").click()
    again = attached(own_page).get_by_role("button", name="Try again")
    until(own_page, lambda: bool(own_page.goto("/") and again.count()))
    described = description(arrived(own_page).first)
    described.fill("A river")
    again.click()
    expect(described).to_have_value("A river")
    expect(arrived(own_page)).to_have_count(2)
    if scripts:
        expect(described).to_be_focused()
    assert site.posts_of(viewer) == []


@only_with_scripts
def test_buttons_of_pictures_work_before_their_script_is_there(
    own_page: Page, site: Site, viewer: User
):
    own_page.goto("/")
    choose(own_page, "landscape", "portrait")
    expect(arrived(own_page)).to_have_count(2)
    with own_page.expect_response("**/drafts"):
        composer(own_page).fill("Two")
    own_page.route("**/js/pictures.js", lambda route: None)
    own_page.goto("/")
    description(arrived(own_page).first).fill("A river")
    arrived(own_page).first.get_by_role("button", name="Down").click()
    expect(description(arrived(own_page).last)).to_have_value("A river")
    arrived(own_page).first.get_by_role("button", name="Remove").click()
    expect(arrived(own_page)).to_have_count(1)
    expect(composer(own_page)).to_have_value("Two")
    assert site.posts_of(viewer) == []


@only_with_scripts
def test_a_post_waits_for_its_pictures_on_a_slow_line(own_page: Page, site: Site, viewer: User):
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    own_page.goto("/")
    composer(own_page).fill("From the train")
    own_page.route("**/pictures", hold)
    choose(own_page, "landscape")
    expect(attached(own_page).get_by_role("progressbar")).to_be_visible()
    send(own_page).click()
    expect(flash(own_page)).to_contain_text("as soon as its pictures are up")
    assert site.posts_of(viewer) == []
    until(own_page, lambda: bool(held))
    with no_page_load(own_page):
        held[0].continue_()
        expect(shown(own_page)).to_have_count(1)
    assert site.posts_of(viewer) == ["From the train"]


@only_with_scripts
def test_a_picture_goes_up_again_after_a_log_in_in_another_tab(
    own_page: Page, site: Site, viewer: User, watch: Watch
):
    watch.allow(401, 400)
    own_page.goto("/")
    own_page.context.clear_cookies()
    choose(own_page, "landscape")
    expect(attached(own_page).get_by_role("alert")).to_contain_text("You are logged out.")
    description(attached(own_page)).fill("A river")
    site.signs_in(own_page.context, viewer)
    attached(own_page).get_by_role("button", name="Try again").click()
    expect(arrived(own_page)).to_have_count(1)
    composer(own_page).fill("Signed in again")
    send(own_page).click()
    expect(shown(own_page).get_by_role("img", name="A river")).to_be_visible()
    assert site.posts_of(viewer) == ["Signed in again"]


@only_with_scripts
def test_what_is_no_picture_is_refused_in_words(own_page: Page, watch: Watch):
    watch.allow(422)
    own_page.goto("/")
    field = own_page.locator("#composer_pictures")
    wrong = [
        ("notes.txt", "text/plain", b"A", "is not a picture"),
        ("IMG_1.HEIC", "", b"A", "HEIC"),
        ("large.jpg", "image/jpeg", b"x" * 10_000_001, "larger than 10 MB"),
        ("feigned.png", "image/png", b"A text", "no picture that can be shown"),
    ]
    for name, mime, content, words in wrong:
        field.set_input_files([{"name": name, "mimeType": mime, "buffer": content}])
        expect(attached(own_page).get_by_role("alert")).to_contain_text(words)
        expect(attached(own_page).get_by_role("button", name="Try again")).to_be_hidden()
        attached(own_page).get_by_role("button", name="Remove").click()
        expect(attached(own_page)).to_have_count(0)


@only_with_scripts
def test_a_picture_whose_type_the_system_does_not_know_goes_up(own_page: Page):
    own_page.goto("/")
    give(own_page, "drop", "landscape", mime="")
    expect(arrived(own_page)).to_have_count(1)


@only_with_scripts
def test_what_was_removed_takes_no_room_any_more(own_page: Page, site: Site, viewer: User):
    own_page.goto("/")
    choose(own_page, "landscape", "portrait")
    expect(arrived(own_page)).to_have_count(2)
    # The same file once more is the same picture.
    choose(own_page, "portrait")
    expect(attached(own_page)).to_have_count(2)
    for left in (1, 0):
        arrived(own_page).first.get_by_role("button", name="Remove").click()
        until(own_page, lambda left=left: site.keeps_pictures_of(viewer) == left)


# Accessibility


def test_attached_pictures_are_accessible_and_fit(browse: Browse, viewer: User):
    page = browse(as_=viewer)
    page.goto("/")
    choose(page, "landscape", "portrait", "panorama", "tiny")
    expect(arrived(page)).to_have_count(4)
    is_accessible_and_fits(page)


def test_the_page_of_descriptions_is_accessible_and_fits(browse: Browse, viewer: User):
    page = browse(as_=viewer, java_script_enabled=False)
    page.goto("/")
    choose(page, "landscape", "portrait")
    composer(page).fill("Two")
    send(page).click()
    path = page.url
    scripted = browse(as_=viewer)
    scripted.goto(path)
    is_accessible_and_fits(scripted)
