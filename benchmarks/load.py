"""Load: as many requests as the server can answer, by wrk; or so many a second, by threads."""

import functools
import http.client
import itertools
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

from .requests import Request

# How many seconds an answer may take before it counts as none.
PATIENCE = 30
# Enough for two workers to be busy all the time, each with some requests waiting.
CONNECTIONS = 16
SCRIPT = Path(__file__).with_name("wrk.lua")


class Load(NamedTuple):
    """What a server made of a load. Times are in milliseconds."""

    answers: int
    a_second: float
    median: float
    near_worst: float
    # How many were errors, or did not come in time.
    failed: int

    @classmethod
    def of(cls, answers: "Sequence[Answered]", seconds: float) -> "Load":
        """Sum up what came within so many seconds."""
        took = sorted(answer.took for answer in answers)
        return cls(
            len(took),
            len(took) / seconds,
            statistics.median(took),
            took[int(len(took) * 0.99)],
            sum(answer.failed for answer in answers),
        )


class Answered(NamedTuple):
    """How many milliseconds an answer took, and whether it was an error, or none."""

    took: float
    failed: bool


def saturate(url: str, requests: Sequence[Request], *, seconds: int) -> Load:
    """Send ``requests`` to ``url``, again and again, as many as two workers can answer."""
    if find_wrk():
        return _by_wrk(url, requests, seconds, CONNECTIONS)
    return _for_so_long(url, requests, seconds, CONNECTIONS)


def one_by_one(url: str, requests: Sequence[Request], *, seconds: int) -> Load:
    """Send ``requests`` to ``url``, again and again, each when the last is answered."""
    return _for_so_long(url, requests, seconds, connections=1)


def pace(url: str, requests: Sequence[Request], *, a_second: float, connections: int = 32) -> Load:
    """Send each of ``requests`` when its time has come, whether or not others were answered.

    What an answer took counts from that time on, so that a server that halts pays for all who wait.
    """
    start = time.monotonic() + 0.1
    times = {id(request): start + n / a_second for n, request in enumerate(requests)}
    answers = _by_threads(url, requests, connections, due=lambda request: times[id(request)])
    return Load.of(answers, time.monotonic() - start)


def _for_so_long(url: str, requests: Sequence[Request], seconds: int, connections: int) -> Load:
    deadline = time.monotonic() + seconds
    endless = itertools.cycle(requests)
    within = itertools.takewhile(lambda _: time.monotonic() < deadline, endless)
    return Load.of(_by_threads(url, within, connections), seconds)


@functools.cache
def find_wrk() -> str | None:
    """Return where wrk is, installed first where that can be done (on Debian, as root)."""
    if not shutil.which("wrk") and os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in ("update", "install --yes --no-install-recommends wrk"):
            print(f"No wrk yet: apt-get {command}", file=sys.stderr, flush=True)
            subprocess.run(["apt-get", *command.split()], env=quiet, stdout=sys.stderr, check=False)
    found = shutil.which("wrk")
    if not found:
        print("Without wrk the load comes from Python, and takes its share of the machine.")
    return found


def _by_wrk(url: str, requests: Sequence[Request], seconds: int, connections: int) -> Load:
    with tempfile.NamedTemporaryFile("w", suffix=".tsv", encoding="utf-8") as lines:
        for asked in requests:
            headers = [f"{name}: {value}" for name, value in asked.headers.items()]
            print(asked.method, asked.path, asked.body, *headers, sep="\t", file=lines)
        lines.flush()
        # One thread keeps two workers busy, and leaves them the machine.
        options = ["-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", f"{PATIENCE}s"]
        command = ["wrk", *options, "-s", str(SCRIPT), url, "--", lines.name]
        found = subprocess.run(command, capture_output=True, text=True, check=True)
    said = json.loads(found.stdout.strip().splitlines()[-1])
    return Load(
        said["answers"],
        said["answers"] / said["microseconds"] * 1e6,
        said["median"] / 1000,
        said["near_worst"] / 1000,
        said["failed"],
    )


def _by_threads(
    url: str,
    requests: Iterable[Request],
    connections: int,
    due: Callable[[Request], float] | None = None,
) -> list[Answered]:
    """Send ``requests`` over so many connections."""
    coming = iter(requests)

    def work(_number: int) -> list[Answered]:
        connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=PATIENCE)
        answers = []
        # The step of a Python iterator over a list is one: no two threads get the same.
        for asked in coming:
            start = due(asked) if due else time.monotonic()
            time.sleep(max(0, start - time.monotonic()))
            failed = not _is_answered(connection, asked)
            answers.append(Answered((time.monotonic() - start) * 1000, failed))
        connection.close()
        return answers

    with ThreadPoolExecutor(connections) as pool:
        return [each for answers in pool.map(work, range(connections)) for each in answers]


def _is_answered(connection: http.client.HTTPConnection, asked: Request) -> bool:
    """Send a request, and return whether there is an answer and it is no error."""
    try:
        connection.request(asked.method, asked.path, asked.body or None, asked.headers)
        answer = connection.getresponse()
        answer.read()
    except (OSError, http.client.HTTPException):
        connection.close()  # The next request opens it again.
        return False
    return answer.status < 300
