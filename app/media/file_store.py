"""A store of files in a folder of this machine, or of a network file system."""

import os
import re
import secrets
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from errno import ENOSPC, ENOTEMPTY
from pathlib import Path
from typing import IO

from .store_protocol import WRITING, Content, Stored, StoreUnavailableError

NAME = re.compile(r"[A-Za-z0-9_-]+/[A-Za-z0-9_-]+(\.[a-z0-9]+)?")
BLOCK = 256 * 1024


class FileStore:
    """A store in ``folder``, which is made when it is needed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, name: str, content: Content, content_type: str) -> None:
        """Write a file: under another name first, which a crash leaves to the sweep."""
        with _available():
            target = self._path(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            writing = self.folder / WRITING / secrets.token_hex(16)
            writing.parent.mkdir(exist_ok=True)
            try:
                with writing.open("xb") as file:
                    for part in _parts(content):
                        file.write(part)
                    file.flush()
                    os.fsync(file.fileno())
                writing.replace(target)
            except BaseException:
                writing.unlink(missing_ok=True)
                raise
            for folder in (target.parent, target.parent.parent):
                _sync(folder)

    def open(self, name: str) -> tuple[Iterator[bytes], int]:
        """Open a file. It can be read although it is deleted meanwhile."""
        with _available():
            file = self._path(name).open("rb")
            parts = _read(file)
            # Begun, so that the file is closed even if nobody reads on.
            next(parts)
            return parts, os.fstat(file.fileno()).st_size

    def path_of(self, name: str) -> Path | None:
        """Return where a file is; None if it is not there."""
        path = self._path(name)
        return path if path.is_file() else None

    def delete(self, names: Iterable[str]) -> None:
        """Delete files, and the folders that are empty then."""
        with _available():
            for name in names:
                path = self._path(name)
                path.unlink(missing_ok=True)
                with _if_empty():
                    path.parent.rmdir()

    def files(self, prefix: str = "") -> Iterator[Stored]:
        """Yield the files, with those that a crash left half written."""
        with _available():
            within = self._path(prefix + "any").parent if prefix else self.folder
            for folder, _folders, files in os.walk(within):
                for file in files:
                    with suppress(FileNotFoundError):  # Deleted meanwhile.
                        yield _stored(Path(folder, file))

    def names(self, prefix: str = "") -> Iterator[str]:
        """Yield the names of the files."""
        return (file.name for file in self.files(prefix))

    def _path(self, name: str) -> Path:
        """Return where a file is. Folders have thousands of entries, not a million."""
        key, _, file = name.partition("/")
        if key == WRITING and re.fullmatch("[0-9a-f]+", file):
            return self.folder / WRITING / file
        if not NAME.fullmatch(name):
            raise FileNotFoundError(f"No file has the name {name!r}.")
        return self.folder / key[:2] / key / file


@contextmanager
def _available() -> Iterator[None]:
    """Distinguish a store that fails from a missing file and from a full disk."""
    try:
        yield
    except FileNotFoundError:
        raise
    except OSError as error:
        if error.errno == ENOSPC:
            raise
        raise StoreUnavailableError(f"The folder of the pictures fails: {error}") from error


@contextmanager
def _if_empty() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        pass
    except OSError as error:
        if error.errno != ENOTEMPTY:
            raise


def _parts(content: Content) -> Iterator[bytes]:
    if isinstance(content, bytes):
        yield content
    else:
        yield from iter(lambda: content.read(BLOCK), b"")


def _read(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        yield b""
        yield from iter(lambda: file.read(BLOCK), b"")


def _stored(path: Path) -> Stored:
    about = path.stat()
    written_at = datetime.fromtimestamp(about.st_mtime, UTC)
    return Stored(f"{path.parent.name}/{path.name}", about.st_size, written_at)


def _sync(folder: Path) -> None:
    """Have the names in ``folder`` survive a loss of power."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
