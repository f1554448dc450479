"""The queue of those who write to SQLite: one at a time, and none waits for long."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Engine

try:
    import fcntl
except ImportError:  # Windows.
    fcntl = None  # type: ignore[assignment]

# In seconds: how long one waits in the queue, and how often one looks.
LONGEST_WAIT, LOOKED_AGAIN = 2.0, 0.001


@contextmanager
def turn_to_write(engine: Engine) -> Iterator[None]:
    """Wait until no thread of any process of ours writes to SQLite's file.

    SQLite itself has who waits sleep, ever longer, up to a tenth of a second: of many writers
    some wait for long. Here they look again every millisecond. It is there to be fair: whoever
    writes without asking here, or has waited for :data:`LONGEST_WAIT`, waits as SQLite has it.
    """
    file = engine.url.database
    if fcntl is None or engine.dialect.name != "sqlite" or not file or file == ":memory:":
        yield
        return
    try:
        # Of the folder: closing the file itself would end the locks that SQLite has on it. The
        # lock belongs to what is opened here, and ends with it, however that comes about.
        queue = os.open(os.path.dirname(file) or ".", os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        yield
        return
    try:
        _wait_for(queue)
        yield
    finally:
        os.close(queue)


def _wait_for(queue: int) -> None:
    end = time.monotonic() + LONGEST_WAIT
    while time.monotonic() < end:
        try:
            fcntl.flock(queue, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOOKED_AGAIN)
        except OSError:
            return  # A file system that has no such locks.
        else:
            return
