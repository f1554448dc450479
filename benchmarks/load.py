"""The load: as many requests as the server answers, by wrk; or a fixed rate, by threads."""

import http.client
import json
import subprocess
import tempfile
import threading
import time
from collections import namedtuple
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from statistics import quantiles
from urllib.parse import urlsplit

from .pages import Request

# An answer that takes longer than so many seconds is a failure.
TIMEOUT = 30
# Enough to keep two workers busy; and, at a fixed rate, more than the requests that ever wait.
CONNECTIONS, PACE_CONNECTIONS = 16, 32

# How a server answered: answers a second; the median and the 99th percentile of latency, in
# milliseconds; and how many answers were errors or timed out.
Load = namedtuple("Load", "a_second median near_worst failed")


def saturate(
    url: str, requests: Sequence[Request], *, seconds: int, connections: int = CONNECTIONS
) -> Load:
    """Send ``requests`` by turns, each as soon as a connection is free."""
    host = urlsplit(url).netloc
    with tempfile.NamedTemporaryFile("w", newline="") as file:
        for method, path, headers, body in requests:
            more = {"Host": host, "Content-Length": len(body)}
            lines = (f"{name}: {value}\r\n" for name, value in (headers | more).items())
            file.write(f"{method} {path} HTTP/1.1\r\n{''.join(lines)}\r\n{body}\0")
        file.flush()
        # One thread of wrk keeps two workers busy, and leaves them the processors.
        options = f"-t1 -c{connections} -d{seconds}s --timeout {TIMEOUT}s".split()
        script = Path(__file__).with_name("wrk.lua")
        command = ["wrk", *options, "-s", str(script), url, "--", file.name]
        output = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True).stdout
    return Load(*json.loads(output.splitlines()[-1]))


def pace(url: str, requests: Sequence[Request], *, a_second: int) -> Load:
    """Send so many of ``requests`` a second, whether or not earlier ones are answered.

    Latency begins when a request is due: a server that stalls delays all that are due meanwhile.
    """
    thread = threading.local()
    # All threads have started and are connected by then.
    start = time.monotonic() + 1

    def connect() -> None:
        thread.connection = http.client.HTTPConnection(urlsplit(url).netloc, timeout=TIMEOUT)
        thread.connection.connect()

    def send(number: int, request: Request) -> tuple[float, bool]:
        due = start + number / a_second
        time.sleep(max(0, due - time.monotonic()))
        try:
            method, path, headers, body = request
            thread.connection.request(method, path, body or None, headers)
            answer = thread.connection.getresponse()
            answer.read()
            has_failed = answer.status >= 300
        except (OSError, http.client.HTTPException):
            thread.connection.close()  # The next request opens it again.
            has_failed = True
        return (time.monotonic() - due) * 1000, has_failed

    with ThreadPoolExecutor(PACE_CONNECTIONS, initializer=connect) as pool:
        took, failed = zip(*pool.map(send, range(len(requests)), requests), strict=True)
    percentiles = quantiles(took, n=100, method="inclusive")
    rate = len(took) / (time.monotonic() - start)
    return Load(rate, percentiles[49], percentiles[98], sum(failed))
