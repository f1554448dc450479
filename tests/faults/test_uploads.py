"""Forms with files: from whom they are taken, how slowly they come, and what becomes of them."""

import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from app.web import receiving
from tests.faults.conftest import Site
from tests.faults.sending import answer_to, head, status
from tests.faults.sending import multipart as form
from tests.html import one
from tests.machines import Browser, wait_until

pytestmark = pytest.mark.machines

MB = 1000**2
TYPED = "The bridge, seen from the ferry"


@pytest.fixture
def member(site, register, request):
    """The browser of a member, on a page of the site."""
    browser = register(f"sends_{abs(hash(request.node.name)) % 10**8}")
    browser.get(site, "/")
    return browser


def multipart(browser: Browser, size: int, text: str = TYPED) -> bytes:
    """Return a form with a text, and a file that is no picture."""
    return form(browser, bytes(size), body=text)


def left_behind(site: Site) -> list[str]:
    """The files in the instance folder that are neither database, log, queue nor cache."""
    known = (
        "microblog.sqlite3",
        "jobs.sqlite3",
        "secret_key",
        "output",
        "logs",
        "cache",
        "pictures",
    )
    return [p.name for p in site.instance.iterdir() if not p.name.startswith((*known, "media"))]


def test_a_member_may_send_a_form_with_files(site, member):
    body = multipart(member, 35 * MB)
    answer = answer_to(site, head(member, len(body)) + body)
    # It was read: what it sends is no picture, and the text stays.
    assert status(answer) == 422
    assert TYPED in answer
    assert left_behind(site) == []


@pytest.mark.parametrize(
    ("who", "details"),
    [
        ("anonymous", {}),
        ("anonymous with a forged cookie", {}),
        ("member", {"to": "/login"}),
        ("member", {"to": "/settings/account"}),
        ("member", {"to": "/nowhere"}),
        ("member", {"mime": "application/x-www-form-urlencoded"}),
        ("member", {"mime": "text/plain"}),
    ],
)
def test_nobody_else_may_and_the_body_is_not_read(site, member, who, details):
    browser = Browser() if who.startswith("anonymous") else member
    sent = head(browser, 20 * MB, **details)
    if "forged" in who:
        sent = sent.replace(b"\r\n\r\n", b"\r\nCookie: session=.eJwlzj0\r\n\r\n")
    start = time.monotonic()
    # Nothing but the head is sent, and yet there is an answer.
    assert status(site.answer_to(sent)) in (404, 413)
    assert time.monotonic() - start < 5


@pytest.mark.parametrize("token", ["valid", "expired"])
def test_a_session_that_has_ended_sends_no_files_and_loses_no_text(site, member, token):
    fields = {"csrf_token": token} if token == "expired" else {}
    body = form(
        member, bytes(20 * MB), bytes(2 * MB), body=TYPED, description_1="A ferry", **fields
    )
    sent = head(member, len(body)) + body
    assert member.post(site, "/logout").status_code == 200
    answer = answer_to(site, sent)
    if token == "valid":
        assert status(answer) == 401
        assert one(answer, "[name=sent-body]").attributes["value"] == TYPED
        assert one(answer, "[name=sent-description_1]").attributes["value"] == "A ferry"
    else:
        assert status(answer) == 400
        assert one(answer, "main textarea[name=body]").text().strip() == TYPED
        assert one(answer, "main input[type=file][name=pictures]")
    assert left_behind(site) == []


def test_without_a_cookie_the_answer_asks_to_log_in(site):
    sent = head(Browser(), 20 * MB)
    answer = answer_to(site, sent)
    assert status(answer) == 413
    assert "You are logged out" in answer
    assert "Shorten" not in answer
    htmx = b"\r\nHX-Request: true\r\nHX-Request-Type: partial\r\n\r\n"
    # Then a picture in a composer can be tried again, after logging in in another tab.
    assert status(site.answer_to(sent.replace(b"\r\n\r\n", htmx))) == 401


def test_of_people_whose_session_has_ended_a_few_forms_are_read_at_once(site, member):
    sent = head(member, 20 * MB)
    assert member.post(site, "/logout").status_code == 200
    with ExitStack() as stack:
        for _ in range(receiving.MOST_FILES_EACH):
            stack.enter_context(closing(site.send(sent)))
        wait_until(lambda: status(site.answer_to(sent)) == 503)


def test_more_than_fits_is_refused_with_the_text(site, member):
    body = multipart(member, 50 * MB)
    answer = answer_to(site, head(member, len(body)) + body)
    assert status(answer) == 413
    assert "more than 40 MB together" in answer
    assert TYPED in answer
    assert left_behind(site) == []


def test_much_more_is_not_even_read(site, member):
    assert status(site.answer_to(head(member, 500 * MB))) == 413


def test_a_sender_who_falls_silent_is_given_up(site, member):
    body = multipart(member, 2 * MB)
    start = time.monotonic()
    # So much earns a second more.
    sent = head(member, len(body)) + body[: receiving.LOWEST_RATE]
    assert status(site.answer_to(sent)) == 408
    assert receiving.BODY_TIMEOUT <= time.monotonic() - start < receiving.BODY_TIMEOUT + 8


def test_one_person_sends_a_few_at_once(site, member):
    sent = head(member, 20 * MB) + multipart(member, 100)[:200]
    with ExitStack() as stack:
        for _ in range(receiving.MOST_FILES_EACH):
            stack.enter_context(closing(site.send(sent)))
        wait_until(lambda: status(site.answer_to(sent)) == 503)
        other = Browser()
        assert other.get(site, "/explore").status_code == 200
    # Whoever hangs up leaves room at once.
    body = multipart(member, 2 * MB, text="After the others")
    wait_until(lambda: status(answer_to(site, head(member, len(body)) + body)) == 422)


def time_of_pages(site: Site) -> float:
    """The seconds that the slowest but two of 20 pages takes."""
    taken = []
    for _ in range(20):
        start = time.monotonic()
        assert Browser().get(site, "/explore").status_code == 200
        taken.append(time.monotonic() - start)
    return sorted(taken)[-3]


def test_pages_keep_their_time_while_others_send_files_slowly(site, register):
    usual = time_of_pages(site)
    members = [register(f"slow_{number}") for number in range(16)]
    for browser in members:
        browser.get(site, "/")
    with ExitStack() as stack:
        for number in range(500):
            browser = members[number % len(members)]
            sent = head(browser, 20 * MB) + multipart(browser, 1000)[:900]
            stack.enter_context(closing(site.send(sent)))
        assert time_of_pages(site) < max(2 * usual, usual + 0.05)
        assert site.responds()


def test_a_web_process_that_is_killed_in_the_middle_leaves_nothing(site, member):
    body = multipart(member, 30 * MB, text="Never sent whole")
    half = head(member, len(body)) + body[: len(body) // 2]
    with closing(site.send(half)):
        wait_until(lambda: any(deleted_files(site)))
        granian = next(one for one in site.web_processes() if one.children() == [])
        granian.kill()
        wait_until(lambda: not granian.is_running() and site.responds())
    assert not any(deleted_files(site))
    assert left_behind(site) == []
    page = member.get(site, "/")
    assert "Never sent whole" not in page.text
    one(page, "#composer textarea")


def deleted_files(site: Site) -> list[str]:
    """The open files in the instance folder that have no name."""
    return [
        target
        for process in site.processes()
        for link in Path(f"/proc/{process.pid}/fd").iterdir()
        if (target := target_of(link)).startswith(str(site.instance)) and "(deleted)" in target
    ]


def target_of(link: Path) -> str:
    try:
        return str(link.readlink())
    except OSError:
        return ""  # Closed meanwhile.
