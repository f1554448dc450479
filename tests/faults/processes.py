"""The site as real processes, on an instance folder of its own."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from config import NAMES, ROOT
from tests.machines import wait_until
from tests.ports import free_port

STARTS_WITHIN = 60


def environment(instance: Path, **settings: str) -> dict[str, str]:
    """Return the environment of a process that has these settings and no others."""
    away = {*NAMES, "FLASK_DEBUG", "FLASK_RUN_FROM_CLI"}
    kept = {name: value for name, value in os.environ.items() if name not in away}
    programs = f"{Path(sys.executable).parent}{os.pathsep}{kept['PATH']}"
    return kept | {"INSTANCE_PATH": str(instance), "PATH": programs} | settings


def run_flask(instance: Path, *arguments: str, **settings: str) -> None:
    """Run a ``flask`` command to its end."""
    command = [sys.executable, "-m", "flask", "--no-debug", *arguments]
    subprocess.run(command, cwd=ROOT, env=environment(instance, **settings), check=True)


@contextmanager
def serve(instance: Path, **settings: str) -> Iterator[str]:
    """Serve the site until the context ends, then stop it as a service manager does (SIGTERM)."""
    port = str(free_port())
    with (instance / "output").open("w") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "flask", "--no-debug", "serve"],
            cwd=ROOT,
            env=environment(instance, PORT=port, WEB_WORKERS="1", **settings),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
        url = f"http://127.0.0.1:{port}"
        try:
            wait_until(lambda: _is_healthy(url), within=STARTS_WITHIN)
            yield url
        finally:
            process.terminate()
            try:
                process.wait(timeout=30)
            finally:
                with suppress(ProcessLookupError):
                    os.killpg(process.pid, signal.SIGKILL)


def _is_healthy(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/healthz") as answer:
            return answer.status == 200
    except (urllib.error.URLError, ConnectionError):
        return False
