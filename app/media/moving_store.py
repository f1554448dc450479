"""Two stores as one, while files are moved from one to the other."""

import mimetypes
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress

from .store_protocol import WRITING, Content, Store, Stored


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
