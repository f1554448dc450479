"""The measures: pages beside a bare view, writes beside reads, growth of cost, and memory."""

import pickle
import tempfile
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from functools import partial
from itertools import chain, cycle, islice, zip_longest
from operator import truediv
from pathlib import Path
from statistics import median
from typing import Any

from werkzeug.test import TestResponse

from .community import KNOWN
from .load import Load, pace, saturate
from .pages import Request, Site, answer_to, get, post, sent_statements, sign_in
from .server import WORKERS, Server, serving

Row = dict[str, Any]
# A URL, and the requests that are sent to it.
Case = tuple[str, Sequence[Request]]

# The keys of a row of pages. Latency is in milliseconds; that of writes must stay within a limit.
KEYS = "page a_second median near_worst statements size compressed memory bare_a_second ratio reach"
EMPTY: Row = dict.fromkeys([*KEYS.split(), "aim", "within", "failed"])
# Headers of a connection or of a viewer, which the bare view does not send.
NOT_SENT = {"connection", "content-length", "date", "server", "set-cookie", "transfer-encoding"}
# How many answers of a kind are examined for their size and their statements.
EXAMINED = 20
# How many seconds of load warm both workers before writes are measured.
WARMING = 2
WRITES_A_SECOND, WRITES_WITHIN = 100, 50.0
# The screen that is compared with the second one.
FAR = 1_000
SECONDS_BETWEEN_SAMPLES = 5


def measure_pages(site: Site, only: str, seconds: int, rounds: int) -> Iterator[Row]:
    """Yield a row for each kind of page with ``only`` in its name."""
    kinds = [kind for kind in site.kinds() if only in kind[0]]
    examined = [_examine(site, requests) for *_kind, requests in kinds]
    with serving(site.env) as server, _serving_bare(site, [one[1] for one in examined]) as bare:
        for number, (page, reach, aim, requests) in enumerate(kinds):
            request, answer, count = examined[number]
            case, base = (server.url, requests), (bare.url, [get(f"/{number}")])
            loads, bares = _interleave(case, base, rounds, seconds=seconds)
            accepting = request.headers | {"Accept-Encoding": "br, gzip"}
            compressed = answer_to(request._replace(headers=accepting), site.app)
            yield EMPTY | {
                "page": page,
                "a_second": median(loads.a_second),
                "median": median(loads.median),
                "near_worst": median(loads.near_worst),
                "statements": count,
                "size": len(answer.data),
                "compressed": len(compressed.data) if compressed.content_encoding else None,
                "memory": server.memory()[0],
                "bare_a_second": median(bares.a_second),
                "ratio": median(map(truediv, loads.a_second, bares.a_second)),
                "reach": reach,
                "aim": aim,
                "failed": sum(loads.failed),
            }


def _examine(site: Site, requests: Sequence[Request]) -> tuple[Request, TestResponse, int]:
    """Return a request whose answer is of median size, that answer, and the most statements."""
    examined = []
    for request in requests[:: max(1, len(requests) // EXAMINED)]:
        sent_statements.clear()
        examined.append((request, answer_to(request, site.app), len(sent_statements)))
    examined.sort(key=lambda one: len(one[1].data))
    request, answer, _count = examined[len(examined) // 2]
    return request, answer, max(count for _request, _answer, count in examined)


@contextmanager
def _serving_bare(site: Site, answers: Sequence[TestResponse]) -> Iterator[Server]:
    """Serve ``answers`` by the bare view, each at its number, on a server of the same kind."""
    pages = {"healthz": (b"ok", [])}
    for number, answer in enumerate(answers):
        headers = [each for each in answer.headers if each[0].lower() not in NOT_SENT]
        pages[str(number)] = answer.data, headers
    with tempfile.TemporaryDirectory(prefix="microblog-bare-") as folder:
        file = Path(folder, "pages")
        file.write_bytes(pickle.dumps(pages))
        env = {"INSTANCE_PATH": folder, "BARE_PAGES": str(file)}
        with serving(env, "benchmarks.bare:app") as server:
            yield server


def _interleave(one: Case, other: Case, rounds: int, **how: int) -> tuple[Load, Load]:
    """Return the figures of all rounds, one and the other by turns: noise slows both alike.

    The first round warms both workers and does not count.
    """
    turns = [(saturate(*one, **how), saturate(*other, **how)) for _round in range(rounds + 1)]
    first, second = (Load(*zip(*loads, strict=True)) for loads in zip(*turns[1:], strict=True))
    return first, second


def measure_writes(site: Site, seconds: int) -> Iterator[Row]:
    """Yield a row for likes and one for follows, each with one for the home pages meanwhile.

    Half of the writes undo the other half, so that the community does not change.
    """
    with serving(site.env) as server:
        saturate(server.url, site.homes, seconds=WARMING)
        for verb, paths in (("like", site.posts), ("follow", site.people)):
            buttons = list(islice(site.buttons(verb, paths), WRITES_A_SECOND * seconds // 2))
            done = [post(f"{path}/{verb}", viewer) for path, viewer in buttons]
            undone = [post(f"{path}/un{verb}", viewer) for path, viewer in buttons]
            saturate(server.url, [done[0], undone[0]], seconds=WARMING)
            _request, answer, count = _examine(site, done[:EXAMINED])
            _examine(site, undone[:EXAMINED])
            reads = list(islice(cycle(site.homes), len(done + undone)))
            at_rate = partial(pace, server.url, a_second=WRITES_A_SECOND)
            with ThreadPoolExecutor(2) as both:
                written, read = both.map(at_rate, (done + undone, reads))
            row = {"page": verb, "statements": count, "size": len(answer.data)}
            yield EMPTY | row | {"within": WRITES_WITHIN} | written._asdict()
            yield EMPTY | {"page": f"home, beside {verb}s"} | read._asdict()


def measure_flat(site: Site, *small: Site, seconds: int, rounds: int) -> Iterator[Row]:
    """Yield pairs of pages that should take about as long, with the ratio that is allowed.

    Homes of who follows few and many, screens near and far, and home in a ``small`` community.
    There is one connection, so that no request waits for another.
    """
    few, many, prolific, _pictured = (sign_in(site.app, name) for name in KNOWN)
    screens = list(site.screens("/", many, FAR - 1))
    if len(screens) < FAR - 1:
        raise SystemExit(f"The home of follows_5000 has fewer than {FAR:,} screens.")
    with ExitStack() as stack:
        url = stack.enter_context(serving(site.env)).url
        home = "home of follows_20", url, [get("/", few)]
        pairs = [
            ("home of follows_5000", url, [get("/", many)], *home, 8.0),
            ("home of follows_prolific", url, [get("/", prolific)], *home, 2.0),
            (f"screen {FAR:,}", url, screens[-1:], "screen 2", url, screens[:1], 1.2),
        ]
        for each in small:
            small_url = stack.enter_context(serving(each.env)).url
            home = "home at size s", small_url, each.homes
            pairs.append(("home at size l", url, site.homes, *home, 1.3))
        for name, url, requests, base, base_url, base_requests, at_most in pairs:
            both = (url, requests), (base_url, base_requests)
            loads, base_loads = _interleave(*both, rounds, seconds=seconds, connections=1)
            yield {
                "name": name,
                "took": median(loads.median),
                "base": base,
                "base_took": median(base_loads.median),
                "ratio": median(map(truediv, loads.median, base_loads.median)),
                "at_most": at_most,
            }


def measure_memory(site: Site, requests: int) -> Iterator[Row]:
    """Yield the memory of a worker from its start on, until it has answered ``requests``."""
    by_turns = zip_longest(*(requests for *_kind, requests in site.kinds()))
    mixed = [request for request in chain.from_iterable(by_turns) if request]
    answered = 0
    with serving(site.env) as server:
        while True:
            memory, resident = server.memory()
            yield {"requests": answered, "memory": memory, "resident": resident}
            if answered >= requests:
                break
            load = saturate(server.url, mixed, seconds=SECONDS_BETWEEN_SAMPLES)
            answered += round(load.a_second * SECONDS_BETWEEN_SAMPLES / WORKERS)
