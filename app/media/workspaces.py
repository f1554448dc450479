"""Folders in which the worker makes a picture. They hold the original until the worker is done."""

import shutil
import time
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

from flask import current_app

from ..jobs import every_minute

# Seconds after which such a folder is of a worker that was killed.
ABANDONED_AFTER = 60 * 60


def workspace() -> "TemporaryDirectory[str]":
    """Return a context with the path of an empty folder, which is deleted at its end."""
    return TemporaryDirectory(dir=folder_of_all())


@every_minute
def delete_abandoned() -> None:
    """Delete the folders that killed workers left."""
    before = time.time() - ABANDONED_AFTER
    for folder in folder_of_all().iterdir():
        with suppress(FileNotFoundError):  # Its worker is done by now.
            if folder.stat().st_mtime < before:
                shutil.rmtree(folder, ignore_errors=True)


def folder_of_all() -> Path:
    """Return the folder in which all of them are: within the instance folder, which is private."""
    folder = Path(current_app.instance_path) / "cache" / "pictures"
    folder.mkdir(parents=True, exist_ok=True)
    return folder
