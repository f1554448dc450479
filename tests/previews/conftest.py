"""Fixtures of previews: other sites on this machine, and the names that lead to them."""

import pytest

from tests.previews.web import serving

# Where names lead, as our resolver finds it; it finds the others by itself.
NAMES = {
    "good.example": ["127.0.0.1"],
    "other.example": ["127.0.0.1"],
    "inside.example": ["10.0.0.1"],
    "both.example": ["127.0.0.1", "10.0.0.1"],
    "metadata.example": ["169.254.169.254"],
    "six.example": ["::1"],
    "dead.example": ["127.0.0.2", "127.0.0.1"],
    "nowhere.example": [],
}


@pytest.fixture
def web():
    """Give the server of good.example."""
    with serving() as web:
        yield web


@pytest.fixture
def network(web):
    """Give what may be reached: the server on this machine, by some names."""
    addresses = ["127.0.0.1", "127.0.0.2"]
    return {"ports": [web.port], "addresses": addresses, "names": NAMES}
