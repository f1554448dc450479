"""Fixtures of this domain: what the worker works out, at once."""

import pytest

from app.discover.jobs import suggest_to, work_out_now


@pytest.fixture
def work_out(app):
    """Give a function that does what the worker does, with suggestions for some users."""

    def work(*users):
        with app.app_context():
            work_out_now()
            for user in users:
                suggest_to(user.id)

    return work
