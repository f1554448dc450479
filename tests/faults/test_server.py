"""The server under clients that are slow, many, or wrong (app/web/server.py)."""

import re
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from app.web import receiving, server
from tests.faults.conftest import Site
from tests.machines import Browser

pytestmark = pytest.mark.machines

GET = b"GET /explore HTTP/1.1\r\nHost: HOST\r\n\r\n"
# A POST that never sends its body.
SLOW = b"POST /login HTTP/1.1\r\nHost: HOST\r\nContent-Length: 100\r\n\r\n"


@contextmanager
def held(site: Site, sent: bytes, count: int) -> Iterator[list]:
    """Keep ``count`` connections open, each with so much of a request sent."""
    connections = [site.send(sent) for _ in range(count)]
    try:
        yield connections
    finally:
        for connection in connections:
            connection.close()


@pytest.mark.parametrize(
    "sent", [SLOW, b"", b"GET /explore HTTP/1.1\r\nHost: HO", GET.replace(b"\r\n\r\n", b"\r\nA: ")]
)
def test_pages_are_answered_while_others_send_slowly(site, sent):
    with held(site, sent, 500):
        statuses = [Browser().get(site, "/explore").status_code for _ in range(10)]
    assert statuses == [200] * 10


def test_a_form_is_answered_while_others_send_slowly(site, register):
    with held(site, SLOW, 200):
        assert "@slow" in register("slow").get(site, "/").text


def test_a_body_that_does_not_come_is_given_up(site):
    with closing(site.send(SLOW)) as connection:
        start = time.monotonic()
        answer = connection.recv(10_000).decode()
    assert time.monotonic() - start >= receiving.BODY_TIMEOUT
    assert answer.startswith("HTTP/1.1 408")
    assert "content-security-policy" in answer


def test_more_bodies_than_can_wait_are_refused(site):
    with held(site, SLOW, server.MOST_BODIES):
        answer = site.answer_to(SLOW)
        assert Browser().get(site, "/explore").status_code == 200
    assert answer.startswith("HTTP/1.1 503")
    assert "retry-after: 2" in answer


def test_more_pages_than_can_wait_are_refused(site):
    with held(site, GET, server.MOST_PAGES * 3) as connections:
        answers = [connection.recv(12) for connection in connections]
    assert set(answers) <= {b"HTTP/1.1 200", b"HTTP/1.1 503"}
    assert answers.count(b"HTTP/1.1 200") >= server.MOST_PAGES
    assert Browser().get(site, "/explore").status_code == 200


@pytest.mark.parametrize(
    ("request_line", "status"),
    [
        (b"GET /explore?q=\xff\xfe HTTP/1.1", 200),
        (b"GET /%ff%fe HTTP/1.1", 404),
        (b"GET /\xc3\xa9 HTTP/1.1", 404),
        (b"GET /@%C3%A9 HTTP/1.1", 404),
        (b"HEAD /explore HTTP/1.1", 200),
        (b"GET /explore HTTP/1.0", 200),
        (b"DELETE /explore HTTP/1.1", 405),
    ],
)
def test_any_address_is_answered(site, request_line, status):
    answer = site.answer_to(request_line + b"\r\nHost: HOST\r\n\r\n")
    assert int(answer[9:12]) in (status, 400), answer


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        (b"Content-Length: 2000000\r\n", 413),
        (b"Transfer-Encoding: chunked\r\n", 411),
        (b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n", 411),
        (b"Content-Length: -1\r\n", 400),
        (b"Content-Length: 1\r\nContent-Length: 2\r\n", 400),
        (b"", 400),
    ],
)
def test_a_body_says_its_length(site, headers, status):
    answer = site.answer_to(b"POST /login HTTP/1.1\r\nHost: HOST\r\n" + headers + b"\r\n")
    assert answer.startswith(f"HTTP/1.1 {status}"), answer


def test_a_get_with_a_body_is_a_get(site):
    answer = site.answer_to(GET.replace(b"\r\n\r\n", b"\r\nContent-Length: 100\r\n\r\n"))
    assert answer.startswith("HTTP/1.1 200")


def test_the_end_of_a_body_is_not_made_up(site, register):
    """A connection that ends within a form publishes nothing."""
    browser = register("cut")
    browser.get(site, "/")
    cookies = "; ".join(f"{each.name}={each.value}" for each in browser.cookies)
    body = f"csrf_token={browser.csrf_token}&body=Half+a+sentence"
    head = f"POST /posts HTTP/1.1\r\nHost: HOST\r\nCookie: {cookies}\r\n"
    head += "Content-Type: application/x-www-form-urlencoded\r\n"
    site.send(f"{head}Content-Length: {len(body) + 20}\r\n\r\n{body}".encode()).close()
    site.answer_to(GET)
    assert "Half a sentence" not in browser.get(site, "/explore").text
    # Whoever hangs up fills no log.
    assert "ProtocolClosed" not in site.output
    assert "Traceback" not in site.output


def test_cookies_in_several_headers_are_one(site, register):
    browser = register("crumbs")
    lines = "".join(f"Cookie: {each.name}={each.value}\r\n" for each in browser.cookies)
    answer = site.answer_to(f"GET / HTTP/1.1\r\nHost: HOST\r\nCookie: a=b\r\n{lines}\r\n".encode())
    assert re.search(r"HTTP/1.1 200", answer)
    assert "@crumbs" in answer
