"""The production server, as the Procfile starts it, for as long as a measurement lasts."""

import os
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
from honcho.environ import parse_procfile

from config import ROOT

WORKERS = 2
STARTS_WITHIN, STOPS_WITHIN = 60, 20


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
def serving(env: Mapping[str, str], application: str = "microblog:app") -> Iterator[Server]:
    """Serve ``application`` with the settings ``env`` on a free port."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "HOST": "127.0.0.1",
        "PORT": str(port),
        "WEB_WORKERS": str(WORKERS),
        "FLASK_DEBUG": "0",
        "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
    }
    command = parse_procfile((ROOT / "Procfile").read_text()).processes["web"]
    log = Path(env["INSTANCE_PATH"]) / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            f"exec {command}".replace("microblog:app", application),
            shell=True,
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
    has_workers = log.read_bytes().count(b"Started worker-") >= WORKERS
    with suppress(OSError):
        return has_workers and urlopen(f"{url}/healthz", timeout=5).status == 200
    return False
