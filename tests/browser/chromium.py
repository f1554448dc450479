"""Finds the Chromium for the browser tests; installs it if there is none."""

import fcntl
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome")
ASK_PLAYWRIGHT = """
from playwright.sync_api import sync_playwright
with sync_playwright() as playwright:
    print(playwright.chromium.executable_path)
"""


class NoChromiumError(RuntimeError):
    """No Chromium is installed, and the installation failed."""


def ensure() -> str:
    """Return the path of a Chromium that starts; install one if there is none.

    In this order: one on PATH, Debian's package (as root), Playwright's own. Safe to
    call from several processes at once. Raises :class:`NoChromiumError`.
    """
    if found := _on_path():
        return found
    with _one_at_a_time():
        found = _on_path() or _playwrights() or _install()
    if not found:
        raise NoChromiumError(
            "The browser tests need Chromium, and none could be installed. Put one on PATH "
            f"as {', '.join(NAMES)}; or run, as root, apt-get install chromium; or run "
            "python -m playwright install --with-deps chromium"
        )
    return found


def _install() -> str | None:
    if os.geteuid() == 0 and shutil.which("apt-get"):
        quiet = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
        _runs("apt-get", "update", env=quiet)
        _runs("apt-get", "install", "--yes", "--no-install-recommends", "chromium", env=quiet)
        if found := _on_path():
            return found
    _runs(sys.executable, "-m", "playwright", "install", "chromium")
    return _playwrights()


def _on_path() -> str | None:
    return next((path for name in NAMES if (path := shutil.which(name)) and _starts(path)), None)


def _playwrights() -> str | None:
    """Return Playwright's Chromium; ask in another process, as one process runs one Playwright."""
    asked = subprocess.run(
        [sys.executable, "-c", ASK_PLAYWRIGHT], capture_output=True, text=True, check=False
    )
    path = asked.stdout.strip()
    return path if Path(path).is_file() and _starts(path) else None


def _starts(path: str) -> bool:
    """Whether the program starts: a library may be missing, or the package may be empty."""
    try:
        asked = subprocess.run([path, "--version"], capture_output=True, timeout=60, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return asked.returncode == 0


def _runs(*command: str, env: dict[str, str] | None = None) -> None:
    """Run ``command`` with its output shown; the caller checks whether Chromium starts then."""
    print(f"No Chromium yet: {' '.join(command)}", file=sys.stderr, flush=True)
    subprocess.run(command, env=env, stdout=sys.stderr, check=False)


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    file = Path(tempfile.gettempdir()) / f"microblog-chromium-{os.geteuid()}.lock"
    with file.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


if __name__ == "__main__":
    print(ensure())
