"""On a phone: targets, the number of new things, the opened post of a thread, and times."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from .conftest import Browse
from .served import Site, User
from .steps import acts, card, cards, only_with_scripts, reply_box

PHONE, NARROWEST = {"width": 390, "height": 844}, {"width": 320, "height": 640}
# As moment writes it, and as the server does.
DATE = re.compile(r"^\w+ \d+, \d{4} \d+:\d\d [AP]M$|^\d+ \w+ \d{4}, \d\d:\d\d UTC$")
# Links in a sentence are exempt (WCAG 2.2, 2.5.8).
SMALL_TARGETS = """() => [...document.querySelectorAll(
    "a[href], button, summary, textarea, select, input:not([type=hidden])"
  )]
  .filter((target) => target.checkVisibility({ visibilityProperty: true }))
  // One chooses files by a press on the label.
  .map((target) => target.matches("[type=file]") ? target.labels[0] : target)
  .filter((target) => !target.closest(".post-body, [id^=sentence_]"))
  .map((target) => [target.getBoundingClientRect(), target])
  .filter(([box]) => box.width < 24 || box.height < 24)
  .map(([box, target]) => `${box.width} x ${box.height}: ${target.outerHTML.slice(0, 150)}`)"""


@pytest.fixture(scope="session")
def author(site: Site) -> User:
    return site.person("phone", display_name="Greta Sommer", about_me="Ask me for a book.")


@pytest.fixture(scope="session")
def reader(site: Site, author: User) -> User:
    """A follower of ``author``, with cards of each kind at home, and notifications."""
    reader = site.person("phone_reader")
    site.follows(reader, author)
    site.follows(author, reader)
    edited, other = site.writes(reader, "Rivres", "A link to https://example.org/rivers in it.")
    site.edits(edited, "Rivers")
    site.likes(author, other)
    site.reposts(author, other)
    (reply,) = site.replies(author, other, "I was there.")
    site.replies(reader, reply, "When?")
    site.mentions(author, reader, 2)
    site.saves_draft(reader, "Half a thought")
    return reader


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/explore",
        "/@phone_reader",
        "/@phone/followers",
        "thread",
        "/search?q=rivers",
        "/search?q=phone&by=people",
        "/notifications",
        "/bookmarks",
        "/drafts",
        "/login",
        "/settings/profile",
        "/settings/sessions",
        "/settings/blocks",
    ],
)
@pytest.mark.parametrize("signed_in", [True, False], ids=["viewer", "anonymous"])
def test_targets_are_large_enough(
    browse: Browse, site: Site, author: User, reader: User, path: str, signed_in: bool
):
    page = browse(as_=reader if signed_in else None, viewport=PHONE)
    page.goto("/@phone/replies" if path == "thread" else path)
    if path == "thread":
        page.locator("article", has_text="I was there.").locator(".post-time").click()
        expect(page.locator(".thread > .post")).to_have_count(1)
    page.wait_for_load_state()
    assert page.evaluate(SMALL_TARGETS) == []


def test_a_small_target_is_found(browse: Browse, author: User, reader: User):
    page = browse(as_=reader, viewport=PHONE)
    page.goto("/")
    page.locator(".post-time").first.evaluate("time => { time.style.lineHeight = 0.5 }")
    assert "post-time" in page.evaluate(SMALL_TARGETS)[0]


# Going back


def test_what_sends_a_reply_is_one_row(browse: Browse, author: User, reader: User):
    # 360 pixels beside a scrollbar.
    page = browse(as_=reader, viewport={"width": 375, "height": 800})
    page.goto("/")
    acts(cards(page).first, "reply").click()
    expect(reply_box(page)).to_be_visible()
    buttons = page.locator(".composer:has([data-cancel]) .composer-foot .btn:visible")
    assert len({round(button.bounding_box()["y"] / 8) for button in buttons.all()}) == 1
    assert buttons.count() == 3


@only_with_scripts
def test_going_back_does_not_scroll_smoothly(
    browse: Browse, site: Site, reader: User, scripts: bool
):
    page = browse(as_=reader, viewport=PHONE, reduced_motion="no-preference")
    page.goto("/")
    behaviour = "getComputedStyle(document.documentElement).scrollBehavior"
    assert page.evaluate(behaviour) == "auto"


# The number of new things


def test_the_only_badge_is_the_number_of_new_things(browse: Browse, viewer: User):
    page = browse(as_=viewer)
    for path in ("/", "/settings/sessions", "/notifications"):
        page.goto(path)
        expect(page.locator(".badge")).to_have_count(0)


# The opened post of a thread


@pytest.mark.parametrize(
    "body", ["W" * 500, "a\n" * 249 + "b", "Short"], ids=["W", "lines", "short"]
)
@pytest.mark.parametrize("signed_in", [True, False], ids=["viewer", "anonymous"])
def test_the_opened_post_begins_on_the_first_screen(
    browse: Browse, site: Site, author: User, scripts: bool, body: str, signed_in: bool
):
    viewer = site.person()
    (post,) = site.writes(author, body)
    (reply,) = site.replies(author, post, "And this?")
    page = browse(as_=viewer if signed_in else None, viewport=PHONE, java_script_enabled=scripts)
    page.goto(f"/posts/{reply.id}")
    expect(card(page, post)).to_be_visible()
    assert card(page, reply).bounding_box()["y"] < 600


# Times


@only_with_scripts
def test_every_time_has_the_full_date_as_title(own_page: Page, site: Site, viewer: User):
    (post,) = site.writes(viewer, "Hello")
    for path in ("/", f"/@{viewer.username}", f"/posts/{post.id}"):
        own_page.goto(path)
        expect(cards(own_page).first if path == "/" else card(own_page, post)).to_be_visible()
        times = own_page.locator("time")
        for n in range(times.count()):
            expect(times.nth(n)).to_have_attribute("title", re.compile(r"\d{4} \d?\d:\d\d [AP]M$"))


def test_the_page_of_a_post_shows_the_full_date(own_page: Page, site: Site, viewer: User):
    (post,) = site.writes(viewer, "Hello")
    own_page.goto(f"/posts/{post.id}")
    expect(own_page.locator(".post-date")).to_have_text(DATE)


@only_with_scripts
@pytest.mark.parametrize("behind", [timedelta(seconds=20), timedelta(hours=1)], ids=str)
def test_a_time_in_the_future_is_just_now(
    own_page: Page, site: Site, viewer: User, behind: timedelta
):
    (post,) = site.writes(viewer, "Hello")
    own_page.clock.set_fixed_time(datetime.now(UTC) - behind)
    own_page.goto("/")
    expect(card(own_page, post).locator("time")).to_have_text("now")


@pytest.mark.parametrize(
    ("path", "title"),
    [("/@phone", "Greta Sommer"), ("thread", "Post"), ("/drafts", "Drafts"), ("/", "Microblog")],
)
def test_the_bar_at_the_top_says_where_one_is(
    browse: Browse, site: Site, reader: User, path: str, title: str
):
    page = browse(as_=reader, viewport=PHONE)
    (post,) = site.writes(reader, "Where am I?")
    page.goto(f"/posts/{post.id}" if path == "thread" else path)
    in_bar = page.locator(".brand, main > h1:not(.visually-hidden), .bar-title")
    shown = [each.inner_text() for each in in_bar.all() if each.is_visible()]
    assert shown == [title]
    expect(page.locator(".site-back")).to_be_visible(visible=path != "/")
