"""Reads a page of another site in a child process, which has limits of time and memory."""

import json
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

from flask import current_app

from .content import LONGEST_DESCRIPTION, LONGEST_SITE, LONGEST_TITLE, Preview, cleaned
from .fetcher import PICTURE, RESULT
from .fetcher.addresses import RefusedError, UnreachableError
from .links import network

# The program imports nothing of the application, which is large: its package is found by a path.
_PROGRAM = "import sys; sys.path.append(sys.argv[1]); from fetcher.main import main; main()"
_FOLDER = str(Path(__file__).parent)
# Seconds for a page and its picture together; after some more the program is killed.
SECONDS, GRACE = 10, 2


def fetch(url: str, folder: Path) -> tuple[Preview, Path | None]:
    """Return the preview of the page at ``url``, and its picture, a file in the empty ``folder``.

    Nothing has looked at the bytes of the picture yet. Raises :class:`RefusedError` if there is no
    preview, and :class:`UnreachableError` if there may be one later.
    """
    request = {"url": url, "agent": user_agent(), "network": asdict(network())}
    _run(request | {"seconds": SECONDS}, folder)
    page = _result(folder / RESULT)
    if "failure" in page:
        raise (UnreachableError if page.get("may_work_later") else RefusedError)(page["failure"])
    title = cleaned(page.get("title"), LONGEST_TITLE)
    if not title:
        raise RefusedError("no title")
    description = cleaned(page.get("description"), LONGEST_DESCRIPTION)
    preview = Preview(
        url=url,
        title=title,
        description="" if description == title else description,
        site=cleaned(page.get("site"), LONGEST_SITE),
    )
    picture = folder / PICTURE
    return preview, picture if picture.is_file() else None


def user_agent() -> str:
    """Return the header by which we say who asks, and why."""
    config = current_app.config
    return f"Microblog/{config['VERSION']} (link preview; +{config['BASE_URL']})"


def _run(request: dict[str, Any], folder: Path) -> None:
    try:
        subprocess.run(
            [sys.executable, "-I", "-c", _PROGRAM, _FOLDER],
            input=json.dumps(request).encode(),
            cwd=folder,
            # Nothing else of our environment, which may hold secrets.
            env=current_app.config["CERTIFICATES"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=SECONDS + GRACE,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise UnreachableError("time") from error


def _result(file: Path) -> dict[str, Any]:
    try:
        result = json.loads(file.read_bytes())
    except (OSError, ValueError) as error:
        # The process was ended by one of its limits.
        raise UnreachableError("no result") from error
    return result if isinstance(result, dict) else {}
