"""Tests of the ``watch`` fixture, which checks the pages of all browser tests."""

import pytest
from playwright.sync_api import Page, expect

from .served import Site
from .steps import only_with_scripts, only_without_scripts
from .watching import Watch

INLINE_SCRIPT = "document.head.append(Object.assign(document.createElement('script'), {text: 1}))"
TROUBLES = [
    ("console", "document.body.setAttribute('style', 'color: red')", "violation: style-src"),
    ("console", INLINE_SCRIPT, "violation: script-src"),
    ("console", "new Image().src = 'http://127.0.0.1:9/'", "violation: img-src"),
    ("console", "fetch('/missing')", "status of 404"),
    ("weberror", "setTimeout(() => nonsense())", "nonsense is not defined"),
    ("request", "location = 'http://127.0.0.1:9/'", "another host: http://127.0.0.1:9/"),
]


@only_with_scripts
@pytest.mark.parametrize(("event", "script", "note"), TROUBLES)
def test_every_problem_is_noted(page: Page, watch: Watch, event: str, script: str, note: str):
    # The target of the navigation is not loaded, so that the page stays for the final check.
    page.route("http://127.0.0.1:9/**", lambda route: route.fulfill(status=204))
    page.goto("/login")
    with page.context.expect_event(event, lambda _noted: any(note in t for t in watch.troubles)):
        page.evaluate(f"() => {{ {script} }}")
    watch.allow("")


@only_without_scripts
def test_no_script_runs_where_scripts_are_off(page: Page, site: Site):
    site.writes(site.person(), "Hello")
    page.goto("/explore")
    expect(page.locator("article time").first).to_contain_text("UTC")
