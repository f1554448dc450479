"""A tiny community, made once as the large ones are."""

import pytest

from benchmarks.community import Size
from benchmarks.databases import copy, make
from benchmarks.pages import Site
from tests.conftest import DATABASE

TINY = Size(people=400, posts=2_000)


@pytest.fixture(scope="package")
def site(make_database, tmp_path_factory):
    """Give a tiny community, with what people request of it."""
    env = {"INSTANCE_PATH": str(tmp_path_factory.mktemp("source"))}
    env["DATABASE_URL"] = f"sqlite:///{env['INSTANCE_PATH']}/microblog.sqlite3"
    make(env, TINY)
    if DATABASE == "postgresql":
        source, env = env, env | {"DATABASE_URL": make_database()}
        copy(source, env)
    site = Site(env)
    yield site
    with site.app.app_context():
        site.app.extensions["sqlalchemy"].engine.dispose()
