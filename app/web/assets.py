"""The stylesheets and scripts of every page: file by file in development, joined when installed.

``make install`` joins them, which saves a first visit two dozen requests, and leaves out their
comments and indentation, and of stylesheets most line ends.
"""

import re
from pathlib import Path

from flask import Flask

from .urls import STATIC

# In the order of the cascade.
STYLES = (
    "tokens base layout menus navigation parts forms card post-text actions media viewer previews "
    "posts composer attach profiles search notifications access discover print"
)
SCRIPTS = "times token app composer press unread card announce keys offline"
# Comments that have their lines for themselves, empty lines, and indentation.
_COMMENT = r"/\*(?:(?!\*/)[\s\S])*\*/|//.*"
NOT_SERVED = re.compile(rf"^[ \t]*(?:{_COMMENT})?[ \t]*(?:\n|\Z)|^[ \t]+", re.MULTILINE)


def init_app(app: Flask) -> None:
    """Let templates know the files, as ``styles`` and ``scripts``."""
    app.jinja_env.globals["styles"] = _files("css", STYLES, is_joined=not app.debug)
    app.jinja_env.globals["scripts"] = _files("js", SCRIPTS, is_joined=not app.debug)


def join(static: Path = STATIC) -> None:
    """Write the joined files."""
    for kind, names in (("css", STYLES), ("js", SCRIPTS)):
        parts = (part.read_text(encoding="utf-8") for part in _parts(static, kind, names))
        text = NOT_SERVED.sub("", "\n".join(parts))
        # In a stylesheet, such a line end means nothing.
        text = re.sub(r"(?<=[{};,])\n", "", text) if kind == "css" else text
        _whole(static, kind).write_text(text, encoding="utf-8")


def _files(kind: str, names: str, *, is_joined: bool) -> list[str]:
    """Return names for ``url_for('static', …)``; of the joined file only if it is up to date."""
    whole, parts = _whole(STATIC, kind), _parts(STATIC, kind, names)
    latest = max(part.stat().st_mtime for part in parts)
    files = [whole] if is_joined and whole.exists() and whole.stat().st_mtime >= latest else parts
    return [f"{kind}/{file.name}" for file in files]


def _whole(static: Path, kind: str) -> Path:
    return static / kind / f"site.{kind}"


def _parts(static: Path, kind: str, names: str) -> list[Path]:
    return [static / kind / f"{name}.{kind}" for name in names.split()]
