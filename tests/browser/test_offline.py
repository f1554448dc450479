"""Without a connection: a page of our own, and nothing else from a cache; and pages on paper."""

from playwright.sync_api import Page, expect

from .conftest import Browse
from .served import Site, User
from .steps import cards, composer, flash, no_page_load, only_with_scripts, send, until
from .watching import Watch

READY = """async () => {
  const registered = await navigator.serviceWorker.getRegistration();
  return registered?.active?.state === "activated";
}"""
CACHED = """async () => {
  const urls = [];
  for (const name of await caches.keys())
    for (const request of await (await caches.open(name)).keys())
      urls.push(new URL(request.url).pathname);
  return urls;
}"""


def with_worker(browse: Browse, viewer: User, path: str = "/") -> Page:
    """Open a page whose service worker is at work."""
    page = browse(as_=viewer, service_workers="allow")
    page.goto(path)
    until(page, lambda: page.evaluate(READY))
    return page


def test_a_page_that_cannot_be_loaded_is_one_of_ours(
    browse: Browse, site: Site, viewer: User, watch: Watch
):
    watch.allow("ERR_INTERNET_DISCONNECTED", "Failed to load resource")
    page = with_worker(browse, viewer)
    page.context.set_offline(True)
    page.goto("/explore")
    expect(page.get_by_role("heading", name="No connection")).to_be_visible()
    assert page.url == f"{site.url}/explore"
    assert page.locator("main").evaluate("main => getComputedStyle(main).textAlign") == "center"
    page.context.set_offline(False)
    page.get_by_role("link", name="Try again").click()
    expect(page.get_by_role("heading", name="Explore")).to_be_visible()


def test_nothing_but_that_page_is_in_a_cache(browse: Browse, viewer: User, site: Site):
    site.writes(viewer, "Mine")
    page = with_worker(browse, viewer)
    page.goto("/settings/account")
    page.goto("/")
    expect(cards(page)).to_have_count(1)
    kept = page.evaluate(CACHED)
    assert len(kept) == 2
    assert kept[0] == "/offline"
    assert kept[1].endswith("/css/offline.css")


def test_a_request_of_htmx_fails_as_before(browse: Browse, site: Site, viewer: User, watch: Watch):
    watch.allow("ERR_INTERNET_DISCONNECTED", "Failed to fetch")
    page = with_worker(browse, viewer)
    composer(page).fill("Kept")
    with no_page_load(page):
        page.context.set_offline(True)
        send(page).click()
        expect(flash(page)).to_contain_text("No connection. Nothing is lost: try again.")
        expect(composer(page)).to_have_value("Kept")
        page.context.set_offline(False)
        send(page).click()
        expect(cards(page)).to_have_count(1)
    assert site.posts_of(viewer) == ["Kept"]


def test_an_error_of_the_site_is_shown_as_it_is(browse: Browse, viewer: User, watch: Watch):
    watch.allow(404)
    page = with_worker(browse, viewer)
    page.goto("/@nobody_at_all")
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()


@only_with_scripts
def test_on_paper_there_is_what_people_wrote_and_where(own_page: Page, site: Site, viewer: User):
    (post,) = site.writes(viewer, "For the notice board")
    site.replies(viewer, post, "And a reply")
    own_page.goto(f"/posts/{post.id}")
    expect(own_page.locator(".printed")).to_be_hidden()
    own_page.emulate_media(media="print")
    expect(own_page.get_by_text("For the notice board").first).to_be_visible()
    expect(own_page.get_by_text("And a reply")).to_be_visible()
    expect(own_page.get_by_text(f"{site.url}/posts/{post.id}")).to_be_visible()
    faces = own_page.locator(".post-author bdi, .post-body").evaluate_all(
        "parts => parts.map(part => getComputedStyle(part).fontFamily)"
    )
    assert len(set(faces)) == 1
    for css in (".site-header", ".site-aside", ".post-acts", "main form", ".btn"):
        for shown in own_page.locator(css).all():
            expect(shown).to_be_hidden()


def test_paper_is_as_narrow_as_a_phone_and_has_no_bar(browse: Browse, viewer: User):
    page = browse(as_=viewer, viewport={"width": 718, "height": 1000})
    page.emulate_media(media="print")
    page.goto("/about")
    title, text = page.locator("main > h1"), page.locator(".about")
    expect(title).to_have_css("position", "static")
    above = title.bounding_box()
    assert above["y"] + above["height"] <= text.bounding_box()["y"]
    page.goto(f"/@{viewer.username}")
    expect(page.locator(".bar-title")).to_be_hidden()
