"""What tests of pictures share."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from app.media.stores import FOLDER, store
from tests.media.s3_server import S3Server


@pytest.fixture
def files(app):
    """A function that lists the names in the store, which is empty after the test."""

    def names():
        with app.app_context():
            return sorted(store().names())

    yield names
    shutil.rmtree(Path(app.instance_path) / FOLDER, ignore_errors=True)


@pytest.fixture
def client(ada, signed_in, files):
    """Ada's browser, on her home page."""
    client = signed_in(ada)
    client.get("/")
    return client


@pytest.fixture(scope="session")
def s3() -> Iterator[S3Server]:
    """Give a running S3-compatible server."""
    server = S3Server()
    yield server
    server.stop()
