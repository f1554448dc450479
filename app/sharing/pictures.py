"""The pictures of posts: files in the instance folder, which the worker draws.

A file is named by the post and by a version of what the picture shows. It is empty where our fonts
have not all characters of that. A post whose picture is asked for and missing is noted by an empty
file in another folder. Any of these files may be deleted at any time.
"""

import hashlib
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from flask import current_app

from ..site import site

# How many pictures are kept, and for how long, in seconds.
MOST_KEPT = 5_000
KEPT = 30 * 86_400
# Posts that wait for their picture.
MOST_WANTED = 500
# Another look of the pictures has another number.
LOOK = 1


def version_of(username: str, name: str, body_html: str, avatar_key: str | None) -> str:
    """Return the version of a picture: it changes with what the picture shows."""
    shown = "\0".join((str(LOOK), site().name, username, name, body_html, avatar_key or ""))
    return hashlib.sha256(shown.encode()).hexdigest()[:12]


def find(id: int, version: str) -> bytes | None:
    """Return the picture of a post, b"" if it cannot be drawn, None if there is none yet."""
    with suppress(OSError):
        return _file(id, version).read_bytes()
    return None


def keep(id: int, version: str, picture: bytes) -> None:
    """Keep a picture in place of earlier versions of it."""
    remove(id)
    # Two threads may draw the same picture.
    unfinished = _folder() / f"{id}-{version}.{threading.get_ident()}"
    unfinished.write_bytes(picture)
    unfinished.replace(_file(id, version))


def remove(id: int) -> None:
    """Delete the pictures of a post."""
    for file in _folder().glob(f"{id}-*"):
        file.unlink(missing_ok=True)


def want(id: int) -> None:
    """Note that somebody asked for the picture of a post, unless many posts wait already."""
    # On a full disk, nobody waits.
    with suppress(OSError):
        waiting = _folder("wanted")
        if sum(1 for _each in waiting.iterdir()) < MOST_WANTED:
            (waiting / str(id)).touch()


def take_wanted() -> Iterator[int]:
    """Yield the ids of the posts that wait for a picture; each is noted until then."""
    for note in _folder("wanted").iterdir():
        note.unlink(missing_ok=True)
        yield int(note.name)


def sweep() -> None:
    """Delete the pictures that are old, and the oldest of too many."""
    files = sorted(
        ((file.stat().st_mtime, file) for file in _folder().iterdir() if file.is_file()),
        reverse=True,
    )
    for number, (drawn_at, file) in enumerate(files):
        if number >= MOST_KEPT or drawn_at < time.time() - KEPT:
            file.unlink(missing_ok=True)


def _file(id: int, version: str) -> Path:
    return _folder() / f"{id}-{version}.png"


def _folder(name: str = "") -> Path:
    folder = Path(current_app.instance_path) / "pictures" / name
    folder.mkdir(parents=True, exist_ok=True)
    return folder
