"""What every page is measured against: a Flask view that returns the same bytes from memory.

The server loads ``benchmarks.bare:app``; the folder ``BARE_PAGES`` holds what it answers.
"""

import json
import os
from pathlib import Path

from flask import Flask, Response

app = Flask(__name__)


def keep(folder: Path, name: str, body: bytes, headers: list[tuple[str, str]]) -> None:
    """Put an answer into ``folder``, to be found at ``/<name>``."""
    (folder / f"{name}.body").write_bytes(body)
    (folder / f"{name}.json").write_text(json.dumps(headers))


def _kept(folder: Path) -> dict[str, tuple[bytes, list[tuple[str, str]]]]:
    return {
        file.stem: (file.with_suffix(".body").read_bytes(), json.loads(file.read_text()))
        for file in folder.glob("*.json")
    }


pages = _kept(Path(os.environ["BARE_PAGES"])) if "BARE_PAGES" in os.environ else {}


@app.get("/<name>")
def page(name: str) -> Response:
    """Answer with what is kept under that name."""
    body, headers = pages[name]
    return Response(body, headers=headers)
