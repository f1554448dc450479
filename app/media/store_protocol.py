"""What a store of files does, wherever it keeps them.

A name is ``<key>/<file>``. A file is there as a whole or not at all, and is never changed.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import IO, Protocol, TypeAlias

# The folder of files that are being written, which have no key yet.
WRITING = ".writing"

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
