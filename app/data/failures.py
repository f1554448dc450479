"""Failures of the database that are no bug: what happened, for the operator and for the browser."""

from errno import ENOSPC

from sqlalchemy.exc import DBAPIError

# SQLITE_FULL and SQLITE_IOERR_SHMSIZE (sqlite.org/rescode), and PostgreSQL's disk_full.
SQLITE_FULL, POSTGRESQL_FULL = (13, 4874), "53100"
SQLITE_BUSY = 5


def reason(error: BaseException) -> str:
    """Return in one line why the driver failed, without the statement."""
    return " ".join(str(getattr(error, "orig", None) or error).split())


def is_disk_full(error: BaseException | None) -> bool:
    """Whether ``error`` says that there is no room to write."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return (
        getattr(original, "sqlite_errorcode", None) in SQLITE_FULL
        or getattr(original, "sqlstate", None) == POSTGRESQL_FULL
        or getattr(original, "errno", None) == ENOSPC
    )


def is_busy(error: BaseException | None) -> bool:
    """Whether ``error`` says that another program kept writing to the SQLite file for too long."""
    original = error.orig if isinstance(error, DBAPIError) else error
    return getattr(original, "sqlite_errorcode", None) == SQLITE_BUSY
