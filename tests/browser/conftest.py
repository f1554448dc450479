"""A served site, a Chromium, and pages in it that fail their test on any trouble."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from . import chromium
from .served import Site, User, serve
from .steps import PATIENCE, WITH_SCRIPTS, WITHOUT_SCRIPTS
from .watching import Watch

HERE = Path(__file__).parent
# Moving from page to page with a picture in motion costs a third of the time: only those
# tests have it that are about moving.
USUAL = {"locale": "en-GB", "reduced_motion": "reduce"}
ARGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
# However long a test takes, nothing happens to its page by itself: no message leaves after
# eight seconds, no clock strikes after thirty. What waits for less, as a search does, still waits.
STILL = """for (const name of ["setTimeout", "setInterval"]) {
  const wait = window[name];
  window[name] = (act, delay, ...rest) => delay >= 5000 ? 0 : wait(act, delay, ...rest);
}"""

Browse = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    with serve() as served:
        yield served


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as running:
        yield running


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=chromium.ensure(), args=ARGS)
    yield launched
    launched.close()


@pytest.fixture
def watch(site: Site) -> Iterator[Watch]:
    """Troubles of every page of the test; those not allowed fail it."""
    watch = Watch(site.url)
    yield watch
    assert not watch.troubles


@pytest.fixture
def browse(browser: Browser, site: Site, watch: Watch) -> Iterator[Browse]:
    """Open a page in a browser of its own: ``browse(as_=user, viewport=…)``."""
    contexts = []

    def open_page(as_: User | None = None, within: Browser = browser, **options: object) -> Page:
        context = within.new_context(**USUAL | {"base_url": site.url} | options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(STILL)
        watch.over(context)
        if as_:
            site.signs_in(context, as_)
        return context.new_page()

    yield open_page
    for context in contexts:
        watch.looks_over(context)
        context.close()


@pytest.fixture(params=[WITH_SCRIPTS, WITHOUT_SCRIPTS])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether JavaScript runs in ``page``."""
    return request.param


@pytest.fixture
def viewer(site: Site) -> User:
    """Somebody to be, registered a moment ago."""
    return site.person()


@pytest.fixture
def page(browse: Browse, scripts: bool) -> Page:
    """A stranger's page, with JavaScript and without."""
    return browse(java_script_enabled=scripts)


@pytest.fixture
def own_page(browse: Browse, scripts: bool, viewer: User) -> Page:
    """The viewer's page, with JavaScript and without."""
    return browse(as_=viewer, java_script_enabled=scripts)
