"""A fair lock for the one writer that SQLite has at a time."""

import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

try:
    import fcntl
except ImportError:  # Windows.
    fcntl = None  # type: ignore[assignment]

# Seconds: the longest wait for the lock, and the time between two attempts.
LONGEST_WAIT, RETRY_AFTER = 2.0, 0.001

# Held by the thread of this process that writes.
_held = threading.Lock()


def let_writer_finish(within: float) -> None:
    """Wait until no thread of this process has the lock, for at most ``within`` seconds."""
    if _held.acquire(timeout=within):
        _held.release()


@contextmanager
def write_lock(engine: Engine, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock of all threads and processes that write to the SQLite file of ``engine``.

    SQLite's busy handler sleeps longer after each attempt, so among many writers some wait for
    long; this lock is tried at a short, constant interval. It is only for fairness: if another
    process holds it for longer than :data:`LONGEST_WAIT`, SQLite waits for that process. Threads of
    this process wait for each other without a limit. No effect on PostgreSQL.
    With ``wait=False`` it raises :class:`BlockingIOError` while another writer has the lock.
    """
    file = engine.url.database
    if fcntl is None or engine.dialect.name != "sqlite" or not file or file == ":memory:":
        yield
        return
    try:
        # The folder and not the file: closing the file would drop SQLite's own locks on it
        # (fcntl(2)). flock is tied to this file descriptor; the kernel releases it if the
        # process dies.
        lock = os.open(os.path.dirname(file) or ".", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield
        return
    try:
        is_mine = _acquire(lock, LONGEST_WAIT if wait else 0)
        if not wait and (not is_mine or _held.locked()):
            raise BlockingIOError("Another writer has the lock.")
        with _held:
            yield
    finally:
        os.close(lock)


def _acquire(lock: int, within: float) -> bool:
    """Whether the lock was acquired, or the file system has no such locks."""
    end = time.monotonic() + within
    while True:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() >= end:
                return False
            time.sleep(RETRY_AFTER)
        except OSError:
            return True
        else:
            return True
