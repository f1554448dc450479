"""Failures of the database that are no bug: what happened, for the operator and for the browser."""

import os
from errno import ENOSPC

from sqlalchemy.exc import DBAPIError, OperationalError

# Codes of SQLite (sqlite.org/rescode), and PostgreSQL's disk_full. pysqlite3 gives primary codes.
SQLITE_BUSY, SQLITE_IOERR, SQLITE_FULL, SQLITE_CANTOPEN = 5, 10, 13, 14
POSTGRESQL_FULL = "53100"
# PostgreSQL stops, has crashed, starts, or has no connection left; and connection_exception.
POSTGRESQL_AWAY, CONNECTION_FAILED = ("57P01", "57P02", "57P03", "53300"), "08"
# Bytes by which SQLite's wal-index grows (sqlite.org/walformat).
SHARED_MEMORY = 32 * 1024


def reason(error: BaseException) -> str:
    """Return in one line why the driver failed, without the statement."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def is_disk_full(error: BaseException | None) -> bool:
    """Whether ``error`` says that there is no room to write."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return (
        getattr(original, "sqlite_errorcode", None) == SQLITE_FULL
        or getattr(original, "sqlstate", None) == POSTGRESQL_FULL
        or getattr(original, "errno", None) == ENOSPC
    )


def is_busy(error: BaseException | None) -> bool:
    """Whether ``error`` says that another program kept writing to the SQLite file for too long."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlite_errorcode", None) == SQLITE_BUSY


def is_away(error: BaseException | None) -> bool:
    """Whether ``error`` says that PostgreSQL does not answer, or has ended the connection."""
    if not isinstance(error, OperationalError):
        return False
    state = getattr(error.orig, "sqlstate", "")
    if state is None:
        # From the driver, before there was a connection; a statement that it cannot send is a bug.
        return error.connection_invalidated or error.statement is None
    return (
        error.connection_invalidated
        or state in POSTGRESQL_AWAY
        or state.startswith(CONNECTION_FAILED)
    )


def is_no_bug(error: BaseException | None) -> bool:
    """Whether ``error`` comes from the machine, and lasts until somebody has mended that."""
    return is_disk_full(error) or is_busy(error) or is_away(error)


def name_full_disk(error: BaseException, folder: str) -> None:
    """Give ``error`` of SQLite the code of a full disk if that is what ``folder`` is on.

    A database in it that is opened then fails with the code of an I/O error, for reading too,
    because the shared memory of its connections is a file beside it.
    """
    code = getattr(error, "sqlite_errorcode", None) or 0
    if code & 0xFF in (SQLITE_IOERR, SQLITE_CANTOPEN) and not _has_room(folder):
        error.sqlite_errorcode = SQLITE_FULL  # type: ignore[attr-defined]
        error.args = (f"{os.strerror(ENOSPC)} ({error})",)


def _has_room(folder: str) -> bool:
    try:
        disk = os.statvfs(folder)
    except OSError:
        return True  # Where there is no such folder, the error says so.
    # File systems without a fixed number of files say that they have none.
    has_files = disk.f_favail or not disk.f_files
    return bool(has_files) and disk.f_bavail * disk.f_frsize >= SHARED_MEMORY
