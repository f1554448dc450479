"""Fixtures: a served site, a Chromium, and pages whose problems fail the test."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Playwright, expect, sync_playwright

from . import chromium
from .served import Site, User, serve
from .steps import PATIENCE, WITH_SCRIPTS, WITHOUT_SCRIPTS
from .watching import Watch

HERE = Path(__file__).parent
# View transitions make tests slow. Only the tests about transitions turn them on.
# The service worker answers without a connection, and requests that it makes are not routed.
USUAL = {"locale": "en-GB", "reduced_motion": "reduce", "service_workers": "block"}
ARGS = [
    "--no-sandbox",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-quic",
    "--no-first-run",
]
# Disables timers of five seconds and more (the end of a message, polling), so that a page does not
# change while a slow test runs. Short timers, such as the delay of a search, still run.
NO_LONG_TIMERS = """for (const name of ["setTimeout", "setInterval"]) {
  const wait = window[name];
  window[name] = (act, delay, ...rest) => delay >= 5000 ? 0 : wait(act, delay, ...rest);
}"""

# The development server leaves a file open when the browser goes away while it is sent.
FILES_LEFT_OPEN = "ignore:unclosed file <_io.BufferedReader name='[^']*/static/:ResourceWarning"

Browse = Callable[..., Page]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.filterwarnings(FILES_LEFT_OPEN))


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
    """The problems of every page of the test; those that are not allowed fail the test."""
    watch = Watch(site.url)
    yield watch
    assert not watch.troubles


@pytest.fixture
def browse(browser: Browser, site: Site, watch: Watch) -> Iterator[Browse]:
    """Open a page in a browser context of its own: ``browse(as_=user, viewport=…)``."""
    contexts = []

    def open_page(as_: User | None = None, within: Browser = browser, **options: object) -> Page:
        context = within.new_context(**USUAL | {"base_url": site.url} | options)
        contexts.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(NO_LONG_TIMERS)
        watch.attach(context)
        if as_:
            site.signs_in(context, as_)
        return context.new_page()

    yield open_page
    for context in contexts:
        watch.check_ids(context)
        for page in context.pages:
            # The page may still ask for what the test had held up or answered.
            page.unroute_all(behavior="ignoreErrors")
        context.close()


@pytest.fixture(params=[WITH_SCRIPTS, WITHOUT_SCRIPTS])
def scripts(request: pytest.FixtureRequest) -> bool:
    """Whether JavaScript runs in ``page``."""
    return request.param


@pytest.fixture
def viewer(site: Site) -> User:
    """A new user, whose session ``own_page`` has."""
    return site.person()


@pytest.fixture
def author(site: Site, viewer: User) -> User:
    """A new user whom the viewer follows."""
    author = site.person()
    site.follows(viewer, author)
    return author


@pytest.fixture
def page(browse: Browse, scripts: bool) -> Page:
    """A page of an anonymous viewer, with JavaScript and without."""
    return browse(java_script_enabled=scripts)


@pytest.fixture
def own_page(browse: Browse, scripts: bool, viewer: User) -> Page:
    """A page of ``viewer``, with JavaScript and without."""
    return browse(as_=viewer, java_script_enabled=scripts)
