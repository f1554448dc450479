"""Values that every page needs and that seldom change: each process reads them now and then."""

import time
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from .database import after_commit, committed, is_writing

Value = TypeVar("Value")


class _Entry(NamedTuple, Generic[Value]):
    value: Value
    # Monotonic clock.
    until: float


class CachedValue(Generic[Value]):
    """A value that a process keeps for ``SITE_KEPT`` seconds, unless it changes the value itself.

    ``read`` returns it from the database, ``default`` where that fails at first. A value that is
    equal to the last is that object, so that caches find it fast.
    """

    def __init__(self, name: str, read: Callable[[], Value], default: Callable[[], Value]) -> None:
        self.name, self._read, self._default = f"cached {name}", read, default

    def get(self) -> Value:
        """Return the value; where the database fails, the last one."""
        entry = self._entry()
        if entry and entry.until > time.monotonic():
            return entry.value
        try:
            return self.stored()
        except SQLAlchemyError:
            return self.last()

    def stored(self) -> Value:
        """Return the value as it is stored now."""
        entry, found = self._entry(), self._read()
        if entry and entry.value == found:
            found = entry.value
        elif entry:
            # Another process changed it: pages kept for anonymous viewers are old.
            committed.send()
        if not is_writing():
            until = time.monotonic() + current_app.config["SITE_KEPT"]
            current_app.extensions[self.name] = _Entry(found, until)
        return found

    def last(self) -> Value:
        """Return the value as this process read it last, without the database."""
        entry = self._entry()
        return entry.value if entry else self._default()

    def forget_after_commit(self) -> None:
        """Have this process read the value again, once the transaction around has committed."""
        after_commit(self._forget)

    def _forget(self) -> None:
        if entry := self._entry():
            current_app.extensions[self.name] = entry._replace(until=0)

    def _entry(self) -> _Entry[Value] | None:
        return current_app.extensions.get(self.name)
