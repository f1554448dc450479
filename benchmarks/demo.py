"""The demo community, served for tools that look at its pages."""

import tempfile
from collections import namedtuple
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import select

from app import create_app
from app.community.demo import PASSWORD

from .databases import flask
from .pages import sign_in
from .server import serving

# The server's URL, the path of the longest thread, and the Cookie header of ada.
Demo = namedtuple("Demo", "url thread cookie")


@contextmanager
def serving_demo() -> Iterator[Demo]:
    """Serve the demo community on a free port."""
    with tempfile.TemporaryDirectory(prefix="microblog-") as folder:
        env = {"INSTANCE_PATH": folder}
        flask(env, "db", "upgrade")
        flask(env, "community", "demo")
        app = create_app(env)
        db = app.extensions["sqlalchemy"]
        post = db.metadata.tables["post"].c
        with app.app_context():
            thread = db.session.scalar(select(post.id).order_by(post.replies_count.desc()).limit(1))
        cookie = sign_in(app, "ada", PASSWORD).cookie
        with serving(env) as server:
            yield Demo(server.url, f"/posts/{thread}", cookie)
