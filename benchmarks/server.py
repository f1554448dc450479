"""A server of two workers, for as long as a measurement lasts."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import NamedTuple
from urllib.request import urlopen

import psutil

from config import ROOT

WORKERS = 2
STARTS_WITHIN, STOPS_WITHIN = 60, 20
# How the bare view is served: the fastest way that Granian has for a WSGI application.
PLAIN = "--interface wsgi --blocking-threads 1 --http 1 --no-ws"


class Server(NamedTuple):
    """A running server."""

    url: str
    pid: int

    def memory(self) -> tuple[int, int]:
        """Return the memory of the largest worker in bytes: without mapped files, and with them."""
        workers = psutil.Process(self.pid).children(recursive=True)
        found = (worker.memory_info() for worker in workers)
        return max((info.rss - getattr(info, "shared", 0), info.rss) for info in found)


@contextmanager
def serving(env: Mapping[str, str], bare: str = "") -> Iterator[Server]:
    """Run ``flask web`` with the settings ``env`` on a free port; or plain Granian for ``bare``."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_WORKERS": str(WORKERS),
        "FLASK_DEBUG": "0",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    plain = f"granian {PLAIN} --port {port} --workers {WORKERS} {bare}"
    command = plain if bare else "flask --no-debug web"
    log = Path(env["INSTANCE_PATH"]) / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command.split(),
            cwd=ROOT,
            env=os.environ | settings | dict(env),
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        deadline = time.monotonic() + STARTS_WITHIN
        while not _is_ready(url := f"http://127.0.0.1:{port}", log):
            if time.monotonic() > deadline or process.poll() is not None:
                raise SystemExit(f"The server does not answer: see {log}")
            time.sleep(0.1)
        yield Server(url, process.pid)
    finally:
        process.terminate()
        try:
            process.wait(STOPS_WITHIN)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)


def _is_ready(url: str, log: Path) -> bool:
    """Whether all workers run: a worker that starts late would get none of the connections."""
    has_workers = len(set(re.findall(rb"Started (worker-\d+)", log.read_bytes()))) >= WORKERS
    with suppress(OSError):
        return has_workers and urlopen(f"{url}/healthz", timeout=5).status == 200
    return False
