"""A Redis server for a test; installed first if there is none."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import redis

from tests.ports import free_port

NAMES = ("redis-server", "valkey-server")
STARTS_WITHIN = 30  # seconds


class NoRedisError(RuntimeError):
    """No Redis server is installed, and the installation failed."""


def ensure() -> str:
    """Return the path of a Redis server: one on PATH, or Debian's package (as root).

    Safe to call from several processes at once. Raises :class:`NoRedisError`.
    """
    lock = Path(tempfile.gettempdir()) / f"microblog-redis-{os.geteuid()}.lock"
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        found = _on_path() or _install()
    if not found:
        raise NoRedisError(
            "The tests of several machines need a Redis server, and none could be installed. Put "
            f"one on PATH as {' or '.join(NAMES)}; or run, as root, apt-get install redis-server"
        )
    return found


@contextmanager
def serve() -> Iterator[str]:
    """Run an empty Redis server without persistence; give its URL."""
    with tempfile.TemporaryDirectory(prefix="microblog-redis-") as folder:
        port = free_port()
        options = f"--port {port} --bind 127.0.0.1 --appendonly no --dir {folder} --logfile log"
        server = subprocess.Popen([ensure(), *options.split(), "--save", ""])
        url = f"redis://127.0.0.1:{port}"
        try:
            _wait_for(url, server)
            yield url
        finally:
            server.terminate()
            server.wait(timeout=STARTS_WITHIN)


def _wait_for(url: str, server: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + STARTS_WITHIN
    while True:
        try:
            with redis.Redis.from_url(url) as client:
                client.ping()
            return
        except redis.ConnectionError:
            if server.poll() is not None or time.monotonic() > until:
                raise
            time.sleep(0.05)


def _on_path() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name))), None)


def _install() -> str | None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        for command in (
            ("apt-get", "update"),
            ("apt-get", "install", "--yes", "--no-install-recommends", "redis-server"),
        ):
            print(f"No Redis yet: {' '.join(command)}", file=sys.stderr, flush=True)
            subprocess.run(command, env=quiet, stdout=sys.stderr, check=False)
    return _on_path()
