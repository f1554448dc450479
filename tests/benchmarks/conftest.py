"""A tiny community, made once as the large ones are."""

import pytest

from benchmarks.data import make
from benchmarks.sizes import Size

TINY = Size(people=400, posts=2_000)


@pytest.fixture(scope="package")
def made(make_app, make_database):
    """Give an application in which a tiny community lives."""
    app = make_app({"DATABASE_URL": make_database()})
    make(app, TINY)
    return app
