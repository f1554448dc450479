"""Stores: where the files of pictures are, in a folder or in an S3-compatible object store.

A name is ``<key>/<file>``. A file is there as a whole or not at all, and is never changed.
"""

import mimetypes
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Protocol, TypeAlias, cast

from flask import Flask, current_app
from flask.sansio.blueprints import BlueprintSetupState

from ..web.server import answer_elsewhere

# The folder within the instance folder, and within it that of files which are being written.
FOLDER, WRITING = "media", ".writing"

Content: TypeAlias = IO[bytes] | bytes


class StoreUnavailableError(Exception):
    """The store does not answer, or refuses us. Trying again later may succeed."""


@dataclass(frozen=True)
class Stored:
    """A file in a store: its name, its size in bytes, and when it was written."""

    name: str
    size: int
    written_at: datetime


class Store(Protocol):
    """A store of files. All methods raise :class:`StoreUnavailableError`."""

    def put(self, name: str, content: Content, content_type: str) -> None:
        """Write a file, all of it or nothing. Raises :class:`OSError` for a full disk."""

    def open(self, name: str) -> tuple[Iterator[bytes], int]:
        """Return the content of a file, in parts, and its size in bytes.

        Raises :class:`FileNotFoundError`.
        """

    def delete(self, names: Iterable[str]) -> None:
        """Delete the files that are there."""

    def files(self, prefix: str = "") -> Iterator[Stored]:
        """Yield the files in a folder, such as ``<key>/``; by default all."""

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names of :meth:`files`."""


def store() -> Store:
    """Return the store of this application's settings."""
    return cast(Store, current_app.extensions["media_store"])


def path_in_folder(name: str) -> Path | None:
    """Return where a file is on this machine; None if it is elsewhere, or nowhere."""
    found = store()
    stores = (found.current, found.other) if isinstance(found, MovingStore) else (found,)
    paths = (each.path_of(name) for each in stores if hasattr(each, "path_of"))
    return next(filter(None, paths), None)


def init_app(state: BlueprintSetupState) -> None:
    """Give the application of ``state`` its store."""
    app = cast(Flask, state.app)
    app.extensions["media_store"] = store_of(app)


def reads_store(endpoint: str) -> Callable[[BlueprintSetupState], None]:
    """Have readers of ``endpoint`` wait for the object store, where there is one, and nobody else.

    For ``record_once()`` of the endpoint's blueprint.
    """

    def init_app(state: BlueprintSetupState) -> None:
        app = cast(Flask, state.app)
        if app.config["MEDIA_STORE_URL"]:
            answer_elsewhere(app, endpoint)

    return init_app


def store_of(app: Flask) -> Store:
    """Return the store in use; while there is another with older files, both as one."""
    # Imported here because they are built on what this module has.
    from .file_store import FileStore  # noqa: PLC0415

    folder = FileStore(Path(app.instance_path) / FOLDER)
    if not app.config["MEDIA_STORE_URL"]:
        return folder
    # And because most sites have no object store.
    from .object_store import ObjectStore  # noqa: PLC0415

    objects = ObjectStore.of(app.config)
    is_folder = app.config["MEDIA_STORE"] == "folder"
    return MovingStore(folder, objects) if is_folder else MovingStore(objects, folder)


class MovingStore:
    """Two stores as one: ``current`` gets what is new, ``other`` has what was not moved yet."""

    def __init__(self, current: Store, other: Store) -> None:
        self.current, self.other = current, other

    def put(self, name: str, content: Content, content_type: str) -> None:
        """Write a file to the current store."""
        self.current.put(name, content, content_type)

    def open(self, name: str) -> tuple[Iterator[bytes], int]:
        """Open a file of either store."""
        # The current one once more: the file may have been moved meanwhile.
        for each in (self.current, self.other):
            with suppress(FileNotFoundError):
                return each.open(name)
        return self.current.open(name)

    def move(self, report: Callable[[int], None]) -> int:
        """Move the files of the other store to the current one, while both are in use.

        ``report`` is called with the number of files that are moved already. Returns that number.
        """
        number = 0
        for file in self.other.files():
            if not file.name.startswith(WRITING):
                self._move(file)
                number += 1
                report(number)
        return number

    def _move(self, file: Stored) -> None:
        with suppress(FileNotFoundError):  # Deleted meanwhile.
            parts, _size = self.other.open(file.name)
            content = b"".join(parts)
            self.current.put(file.name, content, type_of(file.name))
            if not self._other_has(file.name):
                # Deleted while it was on its way.
                self.current.delete([file.name])
            self.other.delete([file.name])

    def _other_has(self, name: str) -> bool:
        return name in set(self.other.names(f"{name.partition('/')[0]}/"))

    def delete(self, names: Iterable[str]) -> None:
        """Delete files from both stores; from the other first, or it could be moved meanwhile."""
        names = list(names)
        for each in (self.other, self.current):
            each.delete(names)

    def files(self, prefix: str = "") -> Iterator[Stored]:
        """Yield the files of both stores, the other's first: a move cannot hide one."""
        seen = set()
        for each in (self.other, self.current):
            for file in each.files(prefix):
                if file.name not in seen:
                    seen.add(file.name)
                    yield file

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names of the files."""
        return (file.name for file in self.files(prefix))


def type_of(name: str) -> str:
    """Return the content type of a file, by its name."""
    return mimetypes.guess_type(name)[0] or "application/octet-stream"
