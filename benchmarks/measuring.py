"""Measures pages: each against a bare view of the same bytes, in turns, in one run."""

import http.client
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from flask import Flask

from . import bare
from .load import Load, saturate
from .pages import Kind
from .requests import Request, ask, statements
from .server import Server, serving

# What tells of the connection, or of one reader, and not of the page.
NOT_KEPT = {"connection", "content-length", "date", "server", "set-cookie", "transfer-encoding"}
# How many answers of a kind are looked at for their size and their statements.
LOOKED_AT = 20


@dataclass(frozen=True)
class Answer:
    """What came over the wire."""

    request: Request
    body: bytes
    headers: list[tuple[str, str]]

    @property
    def encoding(self) -> str | None:
        """How the body is compressed."""
        return {name.lower(): value for name, value in self.headers}.get("content-encoding")


@dataclass(frozen=True)
class Row:
    """What was measured of one kind of page. Times are in milliseconds, sizes in bytes."""

    page: str
    a_second: float
    median: float
    near_worst: float
    statements: int | None = None
    size: int | None = None
    # None where the server does not compress.
    compressed: int | None = None
    memory: int | None = None
    bare_a_second: float | None = None
    ratio: float | None = None
    reach: float | None = None
    aim: float | None = None
    # The near worst that is allowed, for what has no bare view.
    within: float | None = None
    # How many answers were errors, or did not come in time.
    failed: int = 0


def fetch(server: Server, request: Request, **headers: str) -> Answer:
    """Return what the server answers; ends the program when it is an error."""
    connection = http.client.HTTPConnection(urlsplit(server.url).netloc, timeout=30)
    connection.request(
        request.method, request.path, request.body or None, request.headers | headers
    )
    answer = connection.getresponse()
    body = answer.read()
    connection.close()
    if answer.status != 200:
        raise SystemExit(f"{request.path} was answered with {answer.status}")
    return Answer(request, body, answer.getheaders())


def measure(
    app: Flask, env: Mapping[str, str], kinds: Sequence[Kind], *, seconds: int, rounds: int
) -> Iterator[Row]:
    """Yield a row for each of ``kinds`` when it is measured, so many rounds of so many seconds."""
    with serving(env) as server:
        usual = [_usual(server, kind) for kind in kinds]
        with _serving_bare(env, usual) as beside:
            for number, (kind, answer) in enumerate(zip(kinds, usual, strict=True)):
                pairs = in_turns(
                    partial(saturate, server.url, kind.requests, seconds=seconds),
                    partial(saturate, beside.url, [Request(f"/{number}")], seconds=seconds),
                    rounds,
                )
                yield _row(app, server, kind, answer, pairs)


def _usual(server: Server, kind: Kind) -> Answer:
    """Return an answer of middling size."""
    step = max(1, len(kind.requests) // LOOKED_AT)
    answers = [fetch(server, request) for request in kind.requests[::step]]
    return sorted(answers, key=lambda answer: len(answer.body))[len(answers) // 2]


@contextmanager
def _serving_bare(env: Mapping[str, str], answers: Sequence[Answer]) -> Iterator[Server]:
    """Serve ``answers`` from memory, each at its number, on a server of the same kind."""
    with tempfile.TemporaryDirectory(prefix="microblog-bare-") as name:
        folder = Path(name)
        bare.keep(folder, "healthz", b"ok", [])
        for number, answer in enumerate(answers):
            kept = [(k, v) for k, v in answer.headers if k.lower() not in NOT_KEPT]
            bare.keep(folder, str(number), answer.body, kept)
        around = dict(env) | {"BARE_PAGES": name, "INSTANCE_PATH": name}
        with serving(around, "benchmarks.bare:app") as server:
            yield server


def in_turns(
    one: Callable[[], Load], other: Callable[[], Load], rounds: int
) -> list[tuple[Load, Load]]:
    """Measure both by turns, so that what else the machine does hits both.

    The first round fills caches, and is not counted.
    """
    return [(one(), other()) for _round in range(rounds + 1)][1:]


def _row(
    app: Flask, server: Server, kind: Kind, usual: Answer, pairs: Sequence[tuple[Load, Load]]
) -> Row:
    pages, bares = zip(*pairs, strict=True)
    compressed = fetch(server, usual.request, **{"Accept-Encoding": "br, gzip"})
    return Row(
        kind.name,
        a_second=median(load.a_second for load in pages),
        median=median(load.median for load in pages),
        near_worst=median(load.near_worst for load in pages),
        statements=_statements(app, kind),
        size=len(usual.body),
        compressed=len(compressed.body) if compressed.encoding else None,
        memory=server.memory().own,
        bare_a_second=median(load.a_second for load in bares),
        ratio=median(page.a_second / beside.a_second for page, beside in pairs),
        reach=kind.reach,
        aim=kind.aim,
        failed=sum(load.failed for load in pages),
    )


def _statements(app: Flask, kind: Kind) -> int:
    """Return how many statements an answer takes; the most, where that differs."""
    step = max(1, len(kind.requests) // LOOKED_AT)
    counts = []
    for request in kind.requests[::step]:
        with statements(app) as sent:
            ask(app, request)
        counts.append(len(sent))
    return max(counts)
