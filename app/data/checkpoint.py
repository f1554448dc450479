"""Checkpoints of SQLite's write-ahead log: what is in it goes into the database file.

So that file alone is complete when the site has stopped. While it runs, ``flask backup create``
copies it.
"""

import logging
from contextlib import closing
from pathlib import Path
from typing import Any

from .database import db, is_sqlite

log = logging.getLogger(__name__)

# Seconds to wait for readers and writers. The next checkpoint does what this one could not.
LONGEST_WAIT = 1.0


def checkpoint() -> None:
    """Empty the write-ahead log into the database file; does nothing on PostgreSQL."""
    file = db.engine.url.database
    if not is_sqlite() or not file or not _has_log(file):
        return
    driver: Any = db.engine.dialect.loaded_dbapi
    try:
        with closing(driver.connect(file, timeout=LONGEST_WAIT, isolation_level=None)) as own:
            own.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    except driver.Error as error:
        log.warning("The write-ahead log stays: %s", error)


def _has_log(file: str) -> bool:
    log_file = Path(f"{file}-wal")
    return log_file.exists() and log_file.stat().st_size > 0
