"""Inputs and clients that are meant to do harm, compared with usual ones."""

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from operator import truediv
from statistics import median
from threading import Thread
from typing import Any
from urllib.parse import urlencode, urlsplit

from .community import PASSWORD
from .load import pace, saturate
from .pages import Request, Site, answer_to, get, log_in_form
from .server import serving

Row = dict[str, Any]

MARKS = "a" + "\u0315\u0300" * 60_000  # marks of two classes by turns, which NFC has to sort
SLOW_SENDERS, LOG_INS = 500, 40
SLOW = b"POST /login HTTP/1.1\r\nHost: %s\r\nContent-Length: 100\r\n\r\n"


def measure_hostile(site: Site, seconds: int, rounds: int) -> Iterator[Row]:
    """Yield the time of harmful requests to that of usual ones, and that of pages beside them."""
    for name, hostile, usual in inputs(site):
        pairs = [(_time_of(hostile, site), _time_of(usual, site)) for _round in range(rounds + 1)]
        yield _row(name, "a usual one", pairs[1:])
    with serving(site.env) as server:
        home = site.homes[:1]
        for name, beside in (("500 slow senders", _slow_senders), ("40 log-ins", _log_ins)):
            pairs = []
            for _round in range(rounds + 1):
                alone = saturate(server.url, home, seconds=seconds, connections=1)
                with beside(server.url, site, seconds):
                    load = saturate(server.url, home, seconds=seconds, connections=1)
                pairs.append((load.median, alone.median))
            yield _row(f"home beside {name}", "home alone", pairs[1:])


def _row(name: str, base: str, pairs: list[tuple[float, float]]) -> Row:
    took, base_took = (median(times) for times in zip(*pairs, strict=True))
    ratio = median(truediv(*pair) for pair in pairs)
    figures = {"took": took, "base_took": base_took, "ratio": ratio, "at_most": None}
    return {"name": name, "base": base, **figures}


def inputs(site: Site) -> Iterator[tuple[str, Request, Request]]:
    """Yield names, harmful requests, and usual requests for the same."""
    viewer = site.viewers[0]

    def form(path: str, **fields: str) -> Request:
        headers = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": viewer.cookie}
        return Request("POST", path, headers, urlencode(fields | {"csrf_token": viewer.csrf_token}))

    def search(text: str) -> Request:
        return get(f"/search?{urlencode({'q': text})}", viewer)

    profile, account = "/settings/profile", "/settings/account"
    yield (
        "a name of 240 KB of marks",
        form(profile, display_name=MARKS),
        form(profile, display_name="x" * 61),
    )
    yield (
        "an address of 240 KB of marks",
        form(account, email=f"{MARKS}@example.org", current_password="?"),
        form(account, email="nobody", current_password="?"),
    )
    yield "a search for 64 KB of marks", search(MARKS[:10_000]), search("xyzzy")
    yield "a search for 1,000 wildcards", search("%_*" * 333), search("xyzzy")
    yield "a tag of 64 KB", get("/tags/" + "a" * 64_000, viewer), get("/tags/xyzzy", viewer)
    fields = Request(*form("/posts", body="")[:3], "&".join(["a="] * 300_000))
    yield "a form of 300,000 fields", fields, form("/posts", body="")
    yield "a post of 900 KB", form("/posts", body="@a #b " * 100_000), form("/posts", body="")


def _time_of(request: Request, site: Site) -> float:
    """Return how many milliseconds the answer takes, in this process."""
    start = time.perf_counter()
    answer_to(request, site.app, may_fail=True)
    return (time.perf_counter() - start) * 1000


@contextmanager
def _slow_senders(url: str, _site: Site, _seconds: int) -> Iterator[None]:
    """Keep so many forms open whose fields do not come."""
    host = urlsplit(url).netloc
    with ExitStack() as stack:
        for _sender in range(SLOW_SENDERS):
            name, _, port = host.partition(":")
            connection = stack.enter_context(socket.create_connection((name, int(port))))
            connection.sendall(SLOW % host.encode())
        yield


@contextmanager
def _log_ins(url: str, site: Site, seconds: int) -> Iterator[None]:
    """Have so many people log in each second, each hashing a password."""
    forms = [log_in_form(site.app, person[2:], PASSWORD) for person in site.people[:LOG_INS]]
    sender = Thread(target=pace, args=(url, forms * seconds), kwargs={"a_second": LOG_INS})
    sender.start()
    yield
    sender.join()
