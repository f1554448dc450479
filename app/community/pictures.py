"""The pictures of the posts that are loaded: from files, into the store and the table."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import insert

from ..data.database import db, now
from ..data.ids import moment_of
from ..data.types import is_storable
from ..jobs import enqueue
from ..media.failures import LARGEST_FILE
from ..media.jobs import process
from ..media.models import LONGEST_DESCRIPTION, MOST_PICTURES, Picture, new_key
from ..media.signatures import LENGTH, failure_of
from ..media.stores import store
from .csv_files import row_error
from .free_ids import free_ids

Row = dict[str, str]
# Returns the content of a file of that name; raises OSError.
ReadFile = Callable[[str], bytes]
# The columns of the pictures of a row, in their order.
Stored = list[dict[str, Any]]
# What the column sensitive may say.
ON, OFF = ("yes", "true", "1"), ("", "no", "false", "0")


def files_of(folder: Path) -> ReadFile:
    """Return a function that reads the files of ``folder``, and no others."""

    def read(name: str) -> bytes:
        if not is_storable(name):
            raise OSError("no file is called so")
        file = folder / name
        if not file.resolve().is_relative_to(folder.resolve()):
            raise OSError("it is in another folder")
        if file.stat().st_size > LARGEST_FILE:
            raise OSError("it has more than 10 MB")
        return file.read_bytes()

    return read


def no_files(name: str) -> bytes:
    """Have no files to read."""
    raise FileNotFoundError(name)


@contextmanager
def stored(rows: list[Row], read_file: ReadFile) -> Iterator[list[Stored]]:
    """Store the pictures of ``rows`` of posts.csv for as long as the context does not fail.

    A row names its files in ``pictures``, one a line, and has a line for each in ``descriptions``.
    Raises :class:`app.community.csv_files.LoadError`.
    """
    done: list[Stored] = []
    try:
        for row in rows:
            done.append([])
            for columns, content in _pictures(row, read_file):
                done[-1].append(columns)
                name = f"{columns['key']}/original"
                store().put(name, content, "application/octet-stream")
        yield done
    except BaseException:
        store().delete(f"{columns['key']}/original" for each in done for columns in each)
        raise


def insert_pictures(posts: Iterable[tuple[int, int]], pictures: Iterable[Stored]) -> None:
    """Insert the pictures of posts, given by id and author id; the worker makes them ready."""
    values = [
        columns | {"post_id": id, "owner_id": author_id}
        for (id, author_id), each in zip(posts, pictures, strict=True)
        for columns in each
    ]
    values.sort(key=lambda columns: (columns["post_id"], columns["place"]))
    keys = free_ids(Picture, [moment_of(columns["post_id"]) for columns in values])
    for columns, id in zip(values, keys, strict=True):
        columns |= {"id": id, "due_at": now()}
    if values:
        db.session.execute(insert(Picture), values)
        enqueue(process)


def _pictures(row: Row, read_file: ReadFile) -> Iterator[tuple[dict[str, Any], bytes]]:
    """Yield the columns and the content of each picture of a row."""
    names = row.get("pictures", "").split("\n") if row.get("pictures") else []
    descriptions = row.get("descriptions", "").splitlines()
    if len(names) > MOST_PICTURES:
        raise row_error(row, f"a post has at most {MOST_PICTURES} pictures")
    if len(descriptions) > len(names):
        raise row_error(row, "there are more descriptions than pictures")
    sensitive = row.get("sensitive", "").strip().lower()
    if sensitive not in (*ON, *OFF):
        raise row_error(row, f"sensitive takes yes or no, not {sensitive!r}")
    for place, name in enumerate(names):
        description = descriptions[place].strip() if place < len(descriptions) else ""
        if len(description) > LONGEST_DESCRIPTION or not is_storable(description):
            raise row_error(row, f"the description of {name} is too long, or cannot be kept")
        try:
            content = read_file(name.strip())
        except OSError as error:
            raise row_error(row, f"{name}: {error.strerror or error}") from error
        if failure_of(content[:LENGTH]):
            raise row_error(row, f"{name} is no picture that can be shown here")
        yield (
            {
                "key": new_key(),
                "place": place,
                "description": description,
                "sensitive": sensitive in ON,
                "bytes": len(content),
            },
            content,
        )
