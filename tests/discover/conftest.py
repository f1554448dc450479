"""Fixtures of this domain: what the worker computes, at once."""

import pytest

from app.discover.jobs import refresh_discover, suggest_to


@pytest.fixture
def refresh(app):
    """Give a function that does what the worker does, with suggestions for some users."""

    def compute(*users):
        with app.app_context():
            refresh_discover()
            for user in users:
                suggest_to(user.id)

    return compute
