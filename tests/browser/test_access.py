"""Accessibility: keyboard, screen reader, small and large screens, light and dark."""

import re
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.test_every_page import PAGES

from .conftest import Browse
from .served import Site, User
from .steps import (
    acts,
    card,
    cards,
    composer,
    in_menu,
    no_page_load,
    only_with_scripts,
    reply_box,
    send,
)
from .watching import Watch

# What is shown to an administrator, and to people on their way in and out.
COMMUNITY_PAGES = [
    "/about",
    "/privacy",
    "/terms",
    "/moderation-log",
    "/decisions",
    "/desk",
    "/desk?by=reports",
    "/desk/{case}",
    "/desk/people",
    "/desk/people/reported",
    "/desk/people/reported/removal",
    "/desk/people/reported/delete",
    "/desk/posts/{post}",
    "/desk/reasons",
    "/posts/{post}/report",
    "/@reported/report",
    "/posts/waiting",
    "/admin",
    "/admin/people",
    "/admin/people?q=reported&role=member",
    "/admin/people/bulk?network=192.0.2.",
    "/admin/people/bulk/{bulk}",
    "/admin/mails",
    "/settings/invitations",
    "/settings/site",
    "/settings/site/look",
    "/settings/site/lists",
    "/settings/site/announcements",
    "/confirm/{confirmation}",
    "/register/waiting",
    "/login/export/{archive}",
]

AXE = (Path(__file__).parent / "axe.min.js").read_text(encoding="utf-8")
RUN_AXE = """async () => (await axe.run({
    resultTypes: ["violations"], rules: {
      "target-size": { enabled: true }, "label-content-name-mismatch": { enabled: true },
      "css-orientation-lock": { enabled: true },
    },
  })).violations
  .flatMap((violation) => violation.nodes.map((node) =>
    `${violation.id}: ${node.html.slice(0, 200)} ${node.failureSummary}`))"""
PHONE, DESK = {"width": 390, "height": 844}, {"width": 1280, "height": 800}
NARROWEST = {"width": 320, "height": 640}


class Pages(NamedTuple):
    """A user with long words, a viewer who follows them, a newcomer, and a post."""

    wordy: User
    viewer: User
    newcomer: User
    post: int
    pictured: int
    # Of a mail with which the newcomer sets a new password.
    token: str


@pytest.fixture(scope="session")
def community(site: Site) -> Pages:
    wordy = site.person("W" * 30, display_name="Donaudampfschiff" * 3, about_me="long" * 120)
    viewer = site.person("viewer", display_name="Greta Sommer", about_me="Ask me for a book.")
    site.follows(viewer, wordy)
    site.follows(wordy, viewer)
    blocked = site.person("V" * 30, display_name="Rindfleisch" * 4)
    site.blocks(viewer, blocked)
    site.mutes(viewer, blocked)
    site.writes(wordy, "x" * 500, f"https://example.org/{'path' * 100}", "One\n\nTwo\nThree")
    site.mentions(wordy, viewer, 2)
    (post,) = site.writes(viewer, "A post with a link to https://example.org/rivers in it.")
    site.edits(post, "A post with a link to https://example.org/rivers in it. #rivers")
    pictured = site.shows(viewer, "Seen from the bridge", {"landscape": "A river"})
    (reply,) = site.replies(wordy, post, "y" * 500)
    site.replies(viewer, reply, "That is a long word.")
    site.saves_draft(viewer, "z" * 500)
    site.bookmarks(viewer, post)
    site.likes(wordy, post)
    newcomer = site.person("newcomer")
    site.works_out(viewer, newcomer)
    return Pages(wordy, viewer, newcomer, post.id, pictured.id, site.reset_token(newcomer))


ANONYMOUS_PAGES = [
    "/",
    "/explore",
    "/login",
    "/register",
    "/reset-password",
    "/reset-password/sent",
    "/reset-password/{token}",
    "/explore/people",
    "/explore/tags",
    "/offline",
    "/posts/{post}/menu",
    "/@viewer/replies",
    "/@viewer",
    "/@viewer/followers",
    "/@viewer/following",
    "/posts/{post}",
    "/posts/{post}/history",
    "/tags/rivers",
    "/search",
    "/search?q=rivers",
    "/shortcuts",
    "/missing",
]
SIGNED_IN_PAGES = [
    "/",
    "/explore",
    "/explore/people",
    "/explore/tags",
    "/welcome",
    "/welcome/people",
    "/posts/new",
    "/posts/{post}",
    "/posts/{post}/menu",
    "/posts/{post}/reply",
    "/posts/{post}/edit",
    "/posts/{pictured}/pictures",
    "/posts/{pictured}/pictures/prepared",
    "/posts/{post}/history",
    "/posts/{post}/likes",
    "/posts/{post}/reposts",
    "/tags/rivers",
    "/bookmarks",
    "/drafts",
    "/search?q=viewer",
    "/search?q=path&by=relevance",
    "/search?q=viewer&by=people",
    "/@viewer",
    f"/@{'W' * 30}",
    f"/@{'W' * 30}/followers",
    "/@newcomer/following",
    "/notifications",
    "/settings/profile",
    "/settings/account",
    "/settings/sessions",
    "/settings/blocks",
    "/settings/pictures",
    "/settings/export",
    "/settings/delete",
    "/shortcuts",
    f"/@{'V' * 30}",
]
NEWCOMERS_PAGES = ["/", "/notifications", "/bookmarks", "/drafts", "/welcome/hello"]
EVERY_PAGE = [
    *(pytest.param("", path, id=f"anonymous {path}") for path in ANONYMOUS_PAGES),
    *(pytest.param("viewer", path, id=f"viewer {path}") for path in SIGNED_IN_PAGES),
    *(pytest.param("newcomer", path, id=f"newcomer {path}") for path in NEWCOMERS_PAGES),
]


@pytest.mark.parametrize(("who", "path"), EVERY_PAGE)
def test_every_page_is_accessible_and_fits(
    browse: Browse, community: Pages, watch: Watch, who: str, path: str
):
    watch.allow(*([404] if path == "/missing" else []))
    page = browse(as_=getattr(community, who) if who else None)
    page.goto(path.format(post=community.post, pictured=community.pictured, token=community.token))
    is_accessible_and_fits(page)


def test_no_page_is_forgotten(site: Site):
    views = site.app.url_map.bind("localhost")

    def view(url: str) -> str:
        return views.match(urlsplit(re.sub(r"{\w+}", "1", url)).path)[0]

    shown = {page.url for page in PAGES if page.html and page.member == 200}
    shown |= {page.url for page in PAGES if page.html and page.anonymous == "sees it"}
    tried = {*ANONYMOUS_PAGES, *SIGNED_IN_PAGES, *NEWCOMERS_PAGES, *COMMUNITY_PAGES} - {"/missing"}
    assert {view(url) for url in shown} <= {view(url) for url in tried}


def test_a_refused_form_is_accessible_and_fits(browse: Browse, watch: Watch):
    watch.allow(422)
    page = browse()
    page.goto("/register")
    page.locator("main form").evaluate("form => { form.noValidate = true }")
    page.locator("main").get_by_role("button", name="Join").click()
    expect(page.get_by_label("Username")).to_have_attribute("class", "form-control is-invalid")
    is_accessible_and_fits(page)


def test_a_refused_and_a_deleted_post_are_accessible_and_fit(
    browse: Browse, site: Site, watch: Watch
):
    watch.allow(422)
    writer = site.person()
    site.writes(writer, "To be deleted")
    page = browse(as_=writer)
    page.goto("/")
    in_menu(cards(page), "Delete").click()
    expect(cards(page).get_by_role("button", name="Undo")).to_be_visible()
    send(page).click()
    expect(page.get_by_role("alert")).to_contain_text("Write something first.")
    is_accessible_and_fits(page)


def test_an_open_menu_and_open_forms_are_accessible_and_fit(browse: Browse, site: Site):
    writer = site.person()
    _one, two, three = site.writes(writer, "One", "Two", "Three")
    page = browse(as_=writer)
    page.goto("/")
    acts(card(page, three), "reply").click()
    expect(reply_box(page)).to_be_focused()
    in_menu(card(page, two), "Edit").click()
    expect(page.get_by_label("Edit your post")).to_be_focused()
    in_menu(cards(page).last, "Delete").click(trial=True)
    is_accessible_and_fits(page)


def test_an_open_dialog_and_an_open_menu_of_a_profile_are_accessible_and_fit(
    browse: Browse, community: Pages
):
    page = browse(as_=community.viewer)
    page.goto(f"/@{community.newcomer.username}")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    is_accessible_and_fits(page)
    page.keyboard.press("Escape")
    page.locator(".profile summary").click()
    expect(page.locator(".profile .menu-items")).to_be_visible()
    is_accessible_and_fits(page)


@pytest.mark.parametrize(
    ("fault", "found"),
    [
        ("h1.style.color = '#ddd'", "color-contrast"),
        ("h1.nextElementSibling.style.width = '400px'", "pixels too wide for 390"),
    ],
)
def test_an_accessibility_fault_is_found(browse: Browse, fault: str, found: str):
    page = browse()
    page.goto("/login")
    page.locator("h1").evaluate(f"h1 => {{ {fault} }}")
    with pytest.raises(AssertionError, match=found):
        is_accessible_and_fits(page)


def is_accessible_and_fits(page: Page) -> None:
    page.wait_for_load_state()
    page.evaluate(AXE)
    for size in (DESK, PHONE):
        page.set_viewport_size(size)
        for scheme in ("light", "dark"):
            page.emulate_media(color_scheme=scheme)
            assert page.evaluate(RUN_AXE) == [], f"{scheme}, {size['width']} pixels wide"
    for size in (PHONE, NARROWEST):
        page.set_viewport_size(size)
        too_wide = page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert too_wide <= 0, f"{too_wide} pixels too wide for {size['width']}"


def focused(page: Page) -> str:
    """Return the accessible name of the focused element."""
    return page.evaluate(
        """() => {
          const at = document.activeElement;
          return at.getAttribute("aria-label") || at.labels?.[0]?.textContent.trim()
            || at.textContent.trim().replace(/\\s+/g, " ");
        }"""
    )


def tab_stops(page: Page) -> list[str]:
    """Press Tab through the page; return the names of the focused elements."""
    stops = []
    while True:
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement === document.body"):
            return stops
        stops.append(focused(page))
        assert len(stops) < 100, "The keyboard is trapped."


def test_the_keyboard_goes_through_the_page_in_reading_order(
    own_page: Page, site: Site, viewer: User, scripts: bool
):
    site.writes(viewer, "Hello")
    own_page.goto("/")
    time = cards(own_page).locator("time").inner_text()
    stops = tab_stops(own_page)
    # People and tags, which are between them once the worker has found some.
    del stops[stops.index("Search posts and people") + 1 : stops.index("Feed")]
    assert stops == [
        "Skip to content",
        "Microblog",
        "Home",
        "Explore",
        "Notifications",
        "Write",
        f"Me {viewer.username}@{viewer.username}",
        "What is on your mind?",
        "Add pictures",
        *([] if scripts else ["Keep as a draft"]),
        "Post",
        f"{viewer.username} @{viewer.username}",
        time,
        "Reply",
        "Repost",
        "Like",
        "Bookmark",
        "More",
        "Search posts and people",
        "Feed",
        "Keyboard shortcuts",
        "As my device",
        "Light",
        "Dark",
        "As my browser",
        "English",
        "Español",
    ]


@pytest.mark.parametrize("path", ["/", "/settings/account"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_focus_is_visible_everywhere(
    browse: Browse, site: Site, viewer: User, path: str, scheme: str
):
    site.writes(viewer, "Hello")
    page = browse(as_=viewer, color_scheme=scheme, viewport={"width": 800, "height": 600})
    page.goto(path)
    for _stop in tab_stops(page):
        page.keyboard.press("Tab")
        at, name = page.evaluate_handle("document.activeElement"), focused(page)
        with_focus = page.screenshot(animations="disabled")
        at.evaluate("element => element.blur()")
        without_focus = page.screenshot(animations="disabled")
        assert with_focus != without_focus, f"The focus of {name} is not visible"
        at.evaluate("element => element.focus()")


def test_the_skip_link_leads_past_the_navigation(own_page: Page):
    own_page.goto("/")
    link = own_page.get_by_role("link", name="Skip to content")
    expect(link).not_to_be_in_viewport()
    own_page.keyboard.press("Tab")
    expect(link).to_be_focused()
    expect(link).to_be_in_viewport()
    own_page.keyboard.press("Enter")
    expect(own_page).to_have_url(re.compile("#main$"))
    own_page.keyboard.press("Tab")
    expect(composer(own_page)).to_be_focused()


@only_with_scripts
def test_writing_and_deleting_work_by_keyboard_alone(own_page: Page):
    own_page.goto("/")
    with no_page_load(own_page):
        own_page.keyboard.press("Tab")
        own_page.keyboard.press("Enter")
        expect(own_page).to_have_url(re.compile("#main$"))
        own_page.keyboard.press("Tab")
        own_page.keyboard.type("By keyboard alone")
        own_page.keyboard.press("Tab")
        expect(own_page.get_by_label("Add pictures")).to_be_focused()
        own_page.keyboard.press("Tab")
        expect(send(own_page)).to_be_focused()
        own_page.keyboard.press("Enter")
        expect(cards(own_page)).to_have_count(1)
        expect(send(own_page)).to_be_focused()
        for _stop in ("author", "time", "Reply", "Repost", "Like", "Bookmark", "More"):
            own_page.keyboard.press("Tab")
        own_page.keyboard.press("Enter")
        expect(cards(own_page).locator("summary")).to_be_focused()
        for _stop in ("Edit", "Pin", "Copy link", "Delete"):
            own_page.keyboard.press("Tab")
        expect(cards(own_page).get_by_role("button", name="Delete")).to_be_focused()
        own_page.keyboard.press("Enter")
        expect(cards(own_page).get_by_role("button", name="Undo")).to_be_focused()
        own_page.keyboard.press("Enter")
        expect(cards(own_page)).to_contain_text("By keyboard alone")
        expect(cards(own_page)).to_be_focused()
