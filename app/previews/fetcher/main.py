"""The program: reads a request from its input, and writes files into the current folder."""

import json
import resource
import signal
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

from . import PICTURE, RESULT
from .addresses import Network, RefusedError, UnreachableError
from .download import download
from .page import Page, read_page

MEMORY = 512 * 1024 * 1024
LONGEST_PAGE = 512 * 1024
LONGEST_PICTURE = 5 * 1024 * 1024
PAGES = ("text/html", "application/xhtml+xml")
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif", "image/avif")


def main() -> None:
    """Read the page that the request names; write ``result.json`` and perhaps ``picture``.

    The request is JSON: ``url``, ``agent`` (the header User-Agent), ``seconds`` for all of it, and
    ``network`` (the fields of :class:`Network`). The result has the fields of a page, or
    ``failure`` with a reason and whether it ``may_work_later``.
    """
    asked = json.load(sys.stdin)
    limit(asked["seconds"])
    network, agent = Network(**asked["network"]), asked["agent"]
    try:
        page = fetch_page(asked["url"], agent, network)
    except (RefusedError, UnreachableError) as error:
        may_work_later = isinstance(error, UnreachableError)
        _write(RESULT, {"failure": str(error)[:500], "may_work_later": may_work_later})
        return
    _write(RESULT, page._asdict())
    # After the result: a page without its picture has a preview all the same.
    if page.title and page.picture:
        with suppress(RefusedError, UnreachableError):
            fetch_picture(page.picture, agent, network)


def limit(seconds: int) -> None:
    """Have the system end this process when it takes too much of anything."""
    limits = {
        resource.RLIMIT_CPU: seconds,
        resource.RLIMIT_AS: MEMORY,
        resource.RLIMIT_FSIZE: LONGEST_PICTURE + 1,
        resource.RLIMIT_NOFILE: 64,
        resource.RLIMIT_CORE: 0,
    }
    for kind, most in limits.items():
        resource.setrlimit(kind, (most, most))
    signal.alarm(seconds)


def fetch_page(url: str, agent: str, network: Network) -> Page:
    """Return what the page at ``url`` says."""
    headers = {"User-Agent": agent, "Accept": ", ".join(PAGES)}
    found = download(url, network, types=PAGES, most=LONGEST_PAGE, headers=headers)
    return read_page(found.data, found.charset, found.url)


def fetch_picture(url: str, agent: str, network: Network) -> None:
    """Write the picture at ``url`` into a file, unless it is too long."""
    headers = {"User-Agent": agent, "Accept": ", ".join(PICTURES)}
    found = download(url, network, types=PICTURES, most=LONGEST_PICTURE, headers=headers)
    if len(found.data) <= LONGEST_PICTURE:
        _write(PICTURE, found.data)


def _write(name: str, content: bytes | dict[str, Any]) -> None:
    unfinished = Path(f"{name}.unfinished")
    data = content if isinstance(content, bytes) else json.dumps(content).encode()
    unfinished.write_bytes(data)
    unfinished.rename(name)
