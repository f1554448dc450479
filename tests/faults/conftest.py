"""A site of real processes, as ``flask serve`` runs them."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from pathlib import Path

import psutil
import pytest

import config
from tests.machines import STARTS_WITHIN, Browser, Machine, wait_until
from tests.ports import free_port


class Site(Machine):
    """A site that ``flask serve`` runs, with more ``settings`` if they are set before."""

    process: subprocess.Popen[bytes]
    settings: Mapping[str, str] = {}

    def start(self, command: str = "serve") -> None:
        """Start all processes, or those of another ``command``; wait until the site answers."""
        self.run("db", "upgrade")
        self.begin_to_start(command)
        wait_until(self.responds, within=STARTS_WITHIN)

    def begin_to_start(self, command: str = "serve") -> None:
        """Start as :meth:`start` does, but wait for nothing."""
        self.process = self._flask(command)

    def run(self, *command: str) -> None:
        """Run a ``flask`` command to its end."""
        assert self._flask(*command).wait(STARTS_WITHIN) == 0, self.output

    def stop(self) -> None:
        """Stop all processes as a service manager does."""
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(30)

    def _flask(self, *command: str) -> subprocess.Popen[bytes]:
        settings = {
            "INSTANCE_PATH": str(self.instance),
            "PORT": str(self.port),
            "WEB_WORKERS": "1",
            "ANONYMOUS_CACHE_SECONDS": "0",
            "REGISTRATION_MIN_SECONDS": "0",
            "FLASK_DEBUG": "0",
        }
        with (self.instance / "output").open("ab") as output:
            return subprocess.Popen(
                [sys.executable, "-m", "flask", "--no-debug", *command],
                cwd=config.ROOT,
                env=os.environ | settings | dict(self.settings),
                stdout=output,
                stderr=output,
                start_new_session=True,
            )

    @property
    def output(self) -> str:
        """What the processes printed."""
        return (self.instance / "output").read_text()

    def responds(self) -> bool:
        """Whether the site answers."""
        try:
            return Browser().get(self, "/healthz").text == "ok"
        except OSError:
            return False

    def processes(self) -> list[psutil.Process]:
        """Return the first process and all that it started."""
        first = psutil.Process(self.process.pid)
        return [first, *first.children(recursive=True)]

    def web_processes(self) -> list[psutil.Process]:
        """Return the processes of Granian: the first, and those that answer requests."""
        found = []
        for process in self.processes():
            with suppress(psutil.Error):
                if any("granian" in part for part in process.cmdline()):
                    found.append(process)
        return found

    def worker(self) -> psutil.Process | None:
        """Return the process that runs the jobs, if there is one."""
        for process in self.processes():
            with suppress(psutil.Error):
                if process.cmdline()[-1:] == ["worker"]:
                    return process
        return None

    def kill(self) -> None:
        """Kill every process at once."""
        for process in self.processes():
            process.kill()
        self.process.wait()

    def send(self, sent: bytes) -> socket.socket:
        """Open a connection, send so much of a request, and leave the connection open."""
        connection = socket.create_connection(("127.0.0.1", self.port), timeout=30)
        connection.sendall(sent.replace(b"HOST", f"127.0.0.1:{self.port}".encode()))
        return connection

    def answer_to(self, sent: bytes) -> str:
        """Return the answer to a request that is sent as it is."""
        with closing(self.send(sent)) as connection:
            return connection.recv(100_000).decode("latin-1")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Give a running site."""
    site = Site("faults", free_port(), Path(tmp_path_factory.mktemp("instance")))
    site.start()
    yield site
    if site.process.poll() is None:
        site.stop()


@pytest.fixture
def register(site: Site) -> Callable[[str], Browser]:
    """Give a function that registers a user and returns the browser."""

    def register(username: str) -> Browser:
        browser = Browser()
        details = {"email": f"{username}@example.org", "password": "rain on the tin roof"}
        assert browser.post(site, "/register", on="/register", username=username, **details)
        return browser

    return register
