"""Where the files of pictures are kept: in the instance folder."""

import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from shutil import copyfileobj
from typing import BinaryIO

from flask import current_app

CHUNK = 64 * 1024


class StoreUnavailableError(Exception):
    """The store cannot be reached, or has no room; it may be tried again later."""


class FileStore:
    """Files in a folder, by names such as ``key/480.avif``."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, content: bytes | BinaryIO, content_type: str) -> None:
        """Keep ``content`` as ``name``, whole or not at all."""
        file = self.folder / name
        unfinished = file.with_name(f"{file.name}.{os.getpid()}.part")
        try:
            file.parent.mkdir(parents=True, exist_ok=True)
            with unfinished.open("wb") as to:
                if isinstance(content, bytes):
                    to.write(content)
                else:
                    copyfileobj(content, to, CHUNK)
                to.flush()
                os.fsync(to.fileno())
            unfinished.replace(file)
        except OSError as error:
            with suppress(OSError):
                unfinished.unlink()
            raise StoreUnavailableError from error

    def open(self, name: str) -> tuple[Iterator[bytes], int]:
        """Return what ``name`` holds, in pieces, and its size; raise FileNotFoundError."""
        file = (self.folder / name).open("rb")

        def pieces() -> Iterator[bytes]:
            with file:
                while piece := file.read(CHUNK):
                    yield piece

        return pieces(), os.fstat(file.fileno()).st_size

    def delete(self, names: Iterable[str]) -> None:
        """Delete those of ``names`` that are there."""
        for name in names:
            file = self.folder / name
            with suppress(OSError):
                file.unlink()
            with suppress(OSError):
                file.parent.rmdir()

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names that begin with ``prefix``."""
        folder, _, _begin = prefix.rpartition("/")
        for file in sorted((self.folder / folder).rglob("*")):
            name = file.relative_to(self.folder).as_posix()
            if name.startswith(prefix) and file.is_file():
                yield name


def store() -> FileStore:
    """Return the store of this application."""
    return FileStore(Path(current_app.instance_path) / "media")
