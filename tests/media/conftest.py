"""What tests of pictures share."""

import shutil
from pathlib import Path

import pytest


@pytest.fixture
def files(app):
    """A function that lists the names in the store, which is empty after the test."""
    folder = Path(app.instance_path) / "media"

    def names():
        found = (file for file in folder.rglob("*") if file.is_file())
        return sorted(file.relative_to(folder).as_posix() for file in found)

    yield names
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture
def client(ada, signed_in, files):
    """Ada's browser, on her home page."""
    client = signed_in(ada)
    client.get("/")
    return client
