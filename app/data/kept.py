"""Values that every page needs and that seldom change: each process reads them now and then."""

import time
from collections.abc import Callable
from typing import Generic, NamedTuple, TypeVar

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from .database import after_commit, committed, is_writing

Value = TypeVar("Value")


class _Read(NamedTuple, Generic[Value]):
    value: Value
    # Monotonic clock.
    until: float


class Kept(Generic[Value]):
    """A value that a process keeps for ``SITE_KEPT`` seconds, unless it changes the value itself.

    ``read`` returns it from the database, ``default`` where that fails at first. A value that is
    equal to the last is that object, so that caches find it fast.
    """

    def __init__(self, name: str, read: Callable[[], Value], default: Callable[[], Value]) -> None:
        self.name, self._read_value, self._default = f"kept {name}", read, default

    def get(self) -> Value:
        """Return the value; where the database fails, the last one."""
        kept = self._kept()
        if kept and kept.until > time.monotonic():
            return kept.value
        try:
            return self.now()
        except SQLAlchemyError:
            return self.last()

    def now(self) -> Value:
        """Return the value as it is stored now."""
        kept, found = self._kept(), self._read_value()
        if kept and kept.value == found:
            found = kept.value
        elif kept:
            # Another process changed it: pages kept for anonymous viewers are old.
            committed.send()
        if not is_writing():
            until = time.monotonic() + current_app.config["SITE_KEPT"]
            current_app.extensions[self.name] = _Read(found, until)
        return found

    def last(self) -> Value:
        """Return the value as this process read it last, without the database."""
        kept = self._kept()
        return kept.value if kept else self._default()

    def forget_after_commit(self) -> None:
        """Have this process read the value again, once the transaction around has committed."""
        after_commit(self._forget)

    def _forget(self) -> None:
        if kept := self._kept():
            current_app.extensions[self.name] = kept._replace(until=0)

    def _kept(self) -> _Read[Value] | None:
        return current_app.extensions.get(self.name)
