"""The production server, as the Procfile starts it, for as long as a measurement lasts."""

import http.client
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from honcho.environ import parse_procfile

from config import ROOT

WORKERS = 2
HOST = "127.0.0.1"
STARTS_WITHIN = 60


class Memory(NamedTuple):
    """What a process takes, in bytes."""

    # Its own pages. On Linux without the files that it maps, code and a database's pages: the
    # system shares those, and takes them back when it needs the room.
    own: int
    # With the files (RSS), as ps and top say it.
    resident: int


@dataclass(frozen=True)
class Server:
    """A server that runs."""

    port: int
    pid: int

    @property
    def url(self) -> str:
        """The address."""
        return f"http://{HOST}:{self.port}"

    def memory(self) -> Memory:
        """Return what the biggest of its workers takes."""
        return max(_memory_of(pid) for pid in _children(self.pid))


@contextmanager
def serving(env: Mapping[str, str], application: str = "microblog:app") -> Iterator[Server]:
    """Serve ``application`` with the settings ``env`` on a free port."""
    port = _free_port()
    command = parse_procfile((ROOT / "Procfile").read_text()).processes["web"]
    command = command.replace("microblog:app", shlex.quote(application))
    around = os.environ | {
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "FLASK_DEBUG": "0",
        "HOST": HOST,
        "PORT": str(port),
        "WEB_WORKERS": str(WORKERS),
    }
    log = Path(env["INSTANCE_PATH"]) / "server.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["sh", "-c", f"exec {command}"],
            cwd=ROOT,
            env=around | dict(env),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        _wait(process, port, log)
        yield Server(port, process.pid)
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return int(probe.getsockname()[1])


def _wait(process: subprocess.Popen[bytes], port: int, log: Path) -> None:
    """Return when the server answers; give up, with where it says why, when it does not.

    With all its workers: who is there first would be given all connections, and keep them.
    """
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline and process.poll() is None:
        if log.read_bytes().count(b"Started worker-") >= WORKERS:
            try:
                connection = http.client.HTTPConnection(HOST, port, timeout=5)
                connection.request("GET", "/healthz")
                if connection.getresponse().status == 200:
                    return
            except OSError:
                pass
        time.sleep(0.1)
    raise SystemExit(f"The server does not answer: see {log}")


def _children(pid: int) -> list[int]:
    """Return the ids of the processes that ``pid`` started, and of those that they started."""
    found = subprocess.run(
        ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=True
    )
    parents = [tuple(map(int, line.split())) for line in found.stdout.splitlines()]
    own = [child for child, parent in parents if parent == pid]
    return own + [grandchild for child in own for grandchild in _children(child)]


def _memory_of(pid: int) -> Memory:
    found = subprocess.run(
        ["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    resident = int(found.stdout.strip() or 0) * 1024
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except OSError:
        return Memory(resident, resident)
    own = next((line.split()[1] for line in lines if line.startswith("RssAnon:")), "0")
    return Memory(int(own) * 1024, resident)
