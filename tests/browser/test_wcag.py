"""WCAG 2.2 AA where axe cannot see; docs/accessibility.md has the table of all criteria."""

import pytest
from playwright.sync_api import Page, expect

from .conftest import Browse
from .served import Post, Site, User
from .steps import acts, card, flash, only_with_scripts
from .watching import Watch

DESK, PHONE = {"width": 1280, "height": 1024}, {"width": 390, "height": 844}
# What 1280 x 1024 becomes at 200 and at 400 %, and a phone that lies on its side.
TWICE, FOUR_TIMES = {"width": 640, "height": 512}, {"width": 320, "height": 256}
LANDSCAPE = {"width": 844, "height": 390}
PATHS = ["/", "/explore", "thread", "/@{name}", "/notifications", "/settings/account", "/search"]
# Those of administrators, and of pictures.
PATHS += ["/desk", "/admin", "/settings/site", "/settings/profile"]

STYLE = """css => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync(css);
  document.adoptedStyleSheets = [sheet];
}"""
# The values of 1.4.12.
TEXT_SPACING = """* { line-height: 1.5 !important; letter-spacing: 0.12em !important;
  word-spacing: 0.16em !important; } p { margin-bottom: 2em !important; }"""
# Labels of ours that do not fit into their element, or into the window.
CUT_OFF = """() => {
  const wide = document.documentElement.scrollWidth - innerWidth;
  const labels = ".btn, .nav-entry, .tabs a, .act, .picker button, h1, label, .form-text";
  const cut = [...document.querySelectorAll(labels)].filter((element) =>
    element.checkVisibility() && !element.closest(".visually-hidden") &&
    (element.scrollWidth > element.clientWidth + 1 && element.clientWidth) &&
    getComputedStyle(element).overflow !== "visible");
  return [...(wide > 0 ? [`${wide} pixels too wide`] : []), ...cut.map((each) => each.outerHTML)];
}"""
# Whether no part of the focused element shows: something lies over its corners and its middle,
# or it is outside the window.
COVERED = """() => {
  const at = document.activeElement;
  if (at === document.body) return null;
  const hidden = [...at.getClientRects()].every(({ left, right, top, bottom }) => {
    const points = [[left + 2, top + 2], [right - 2, top + 2], [left + 2, bottom - 2],
      [right - 2, bottom - 2], [(left + right) / 2, (top + bottom) / 2]];
    return points.every(([x, y]) => {
      const top = document.elementFromPoint(x, y);
      return !top || !(at.contains(top) || top.contains(at));
    });
  });
  return hidden ? at.outerHTML.slice(0, 200) : "";
}"""


@pytest.fixture(scope="module")
def reader(site: Site) -> User:
    """An administrator, with posts at home, notifications and a long name."""
    reader, author = site.person(display_name="Greta Donaudampfschiff"), site.person()
    site.gives_role(reader, "administrator")
    site.follows(reader, author)
    site.follows(author, reader)
    site.mentions(author, reader, 3)
    site.writes(author, *(f"{n}. The river is high today. " * 3 for n in range(5)))
    return reader


@pytest.fixture(scope="module")
def post(site: Site, reader: User) -> Post:
    (post,) = site.writes(reader, "Who was at the river?")
    site.replies(reader, post, "I was.", "Me too.")
    return post


@pytest.fixture
def visit(browse: Browse, reader: User, post: Post):
    """Give a function that opens a page of ``reader`` in a window of some size."""

    def open_page(path: str, viewport: dict[str, int], **options: object) -> Page:
        page = browse(as_=reader, viewport=viewport, **options)
        page.goto(f"/posts/{post.id}" if path == "thread" else path.format(name=reader.username))
        page.wait_for_load_state()
        return page

    return open_page


# 1.4.4 Resize text, 1.4.10 Reflow, 1.3.4 Orientation, 1.4.12 Text spacing


@pytest.mark.parametrize("path", PATHS)
def test_nothing_is_cut_off_however_large_the_text(visit, path: str):
    for viewport in (TWICE, FOUR_TIMES, LANDSCAPE):
        page = visit(path, viewport)
        assert page.evaluate(CUT_OFF) == [], viewport
    for viewport in (DESK, PHONE, FOUR_TIMES):
        page = visit(path, viewport)
        page.evaluate(STYLE, TEXT_SPACING)
        assert page.evaluate(CUT_OFF) == [], f"text spacing, {viewport}"
    page = visit(path, DESK)
    page.evaluate(STYLE, "html { font-size: 200% }")
    assert page.evaluate(CUT_OFF) == [], "text of twice the size"


# 2.4.11 Focus not obscured


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("viewport", [DESK, PHONE, FOUR_TIMES], ids=["desk", "phone", "400%"])
def test_what_is_fixed_never_covers_the_focus(visit, path: str, viewport: dict[str, int]):
    page = visit(path, viewport)
    for key in ("Tab", "Shift+Tab"):
        for stop in range(200):
            page.keyboard.press(key)
            covered = page.evaluate(COVERED)
            if covered is None:
                break
            assert not covered, f"{key}, stop {stop}"


# 2.5.2 Pointer cancellation


@only_with_scripts
def test_a_press_that_is_let_go_elsewhere_does_nothing(own_page: Page, site: Site, viewer: User):
    (post,) = site.writes(viewer, "Hello")
    own_page.goto("/")
    box = acts(card(own_page, post), "like").bounding_box()
    own_page.mouse.move(box["x"] + 5, box["y"] + 5)
    own_page.mouse.down()
    own_page.mouse.move(5, 5)
    own_page.mouse.up()
    expect(acts(card(own_page, post), "like")).to_have_attribute("aria-pressed", "false")
    expect(own_page.locator(".htmx-request")).to_have_count(0)


# 2.2.2 Pause, stop, hide; 2.3.3 Animation from interactions


@pytest.mark.parametrize("path", ["/", "thread"])
def test_nothing_moves_for_those_who_want_no_motion(visit, path: str):
    page = visit(path, PHONE, reduced_motion="reduce")
    acts(page.locator("main article").first, "like").click()
    # What vanishes by itself, such as "Undo", ends at once or after its time.
    moving = "document.getAnimations().filter(({ effect, animationName }) =>"
    moving += " animationName !== 'gone' && effect.getComputedTiming().activeDuration > 10).length"
    assert page.evaluate(moving) == 0


# 2.2.1 Timing adjustable


@only_with_scripts
def test_a_message_stays_while_somebody_reads_it(
    browse: Browse, viewer: User, watch: Watch, scripts: bool
):
    # By the clock of this test, a request that is under way takes a minute.
    watch.allow("htmx:error: timeout")
    page = browse(as_=viewer)
    page.clock.install()
    page.goto("/settings/profile")
    page.get_by_role("button", name="Save").click()
    message = flash(page).locator(".message")
    message.hover()
    page.clock.run_for(60_000)
    expect(message).to_be_visible()
    page.mouse.move(5, 5)
    page.clock.run_for(60_000)
    expect(message).to_have_count(0)


# 3.3.8 Accessible authentication


@pytest.mark.parametrize(
    ("path", "fields"),
    [
        ("/login", {"login": "username", "password": "current-password"}),
        ("/register", {"username": "username", "email": "email", "password": "new-password"}),
    ],
)
def test_a_password_manager_can_fill_in_the_forms(page: Page, path: str, fields: dict[str, str]):
    page.goto(path)
    for name, purpose in fields.items():
        field = page.locator(f"main [name={name}]")
        expect(field).to_have_attribute("autocomplete", purpose)
        field.evaluate(
            "field => { field.focus(); document.execCommand('insertText', false, 'pasted') }"
        )
        expect(field).to_have_value("pasted")
