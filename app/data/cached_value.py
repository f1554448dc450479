"""Values that every page needs and that seldom change: each process reads them now and then."""

import time
from collections.abc import Callable, Sequence
from typing import Any, Generic, NamedTuple, TypeVar

from flask import current_app
from sqlalchemy.exc import SQLAlchemyError

from .database import AnySelect, after_commit, committed, db, is_writing
from .reading import read_latest

Value = TypeVar("Value")


class _Entry(NamedTuple, Generic[Value]):
    value: Value
    # Monotonic clock.
    until: float


class CachedValue(Generic[Value]):
    """A value that a process keeps for ``SITE_KEPT`` seconds, unless it changes the value itself.

    ``of_rows`` returns it, given the rows of the statement that ``select`` builds. It is the value
    of no rows where the database fails at first. A value that is equal to the last is that object,
    so that caches find it fast.
    """

    def __init__(
        self, name: str, select: Callable[[], AnySelect], of_rows: Callable[[Sequence[Any]], Value]
    ) -> None:
        self.name, self._select, self._of_rows = f"cached {name}", select, of_rows

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
        # Inside writing(), its session has what is not committed yet.
        run = db.session.execute if is_writing() else read_latest
        entry, found = self._entry(), self._of_rows(run(self._select()).all())
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
        return entry.value if entry else self._of_rows(())

    def forget_after_commit(self) -> None:
        """Have this process read the value again, once the transaction around has committed."""
        after_commit(self._forget)

    def _forget(self) -> None:
        if entry := self._entry():
            current_app.extensions[self.name] = entry._replace(until=0)

    def _entry(self) -> _Entry[Value] | None:
        return current_app.extensions.get(self.name)
