"""What tests of pictures share."""

from collections.abc import Iterator

import pytest

from tests.media.s3_server import S3Server


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
