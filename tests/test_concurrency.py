"""Concurrent writes: counts stay right, and a form sent repeatedly is saved once."""

import tempfile
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from multiprocessing.synchronize import Barrier
from pathlib import Path
from random import Random

import flask_migrate
import pytest
from flask import Flask
from sqlalchemy import func, or_, select

from app import create_app
from app.accounts.models import User
from app.accounts.registering import register
from app.data.database import db
from app.follows.models import Block, Follow, block, follow, unblock, unfollow
from app.posts.models import Post
from app.posts.reposting import repost, unrepost
from app.posts.writing import publish
from app.reactions.models import Like, like, unlike
from tests.conftest import DATABASE

pytestmark = pytest.mark.thorough

PROCESSES = 8
ACTS = 1250
PEOPLE = 20
POSTS = 40
MEMORY = Path("/dev/shm")

# The weight of each action.
BETWEEN_PEOPLE = {follow: 6, unfollow: 4, block: 1, unblock: 1}
WITH_POSTS = {like: 6, unlike: 4, repost: 6, unrepost: 4}


@pytest.fixture
def shared(make_app: Callable[..., Flask], make_database: Callable[[], str]) -> Iterator[Flask]:
    """The application on a database of its own, in memory, so that a slow disk does not matter."""
    in_memory = MEMORY if MEMORY.is_dir() else None
    with tempfile.TemporaryDirectory(prefix="microblog-", dir=in_memory) as folder:
        file = Path(folder) / "microblog.sqlite3"
        url = f"sqlite:///{file}" if DATABASE == "sqlite" else make_database()
        app = make_app({"DATABASE_URL": url})
        with app.app_context():
            flask_migrate.upgrade()
            yield app
            db.session.remove()
            db.engine.dispose()


def arrive(env: dict[str, str], everybody: Barrier) -> None:
    """Start a process: make its application, and wait until all processes have one."""
    create_app(env=env, TESTING=True).app_context().push()
    everybody.wait(timeout=600)


def act_at_random(seed: int) -> int:
    """Do :data:`ACTS` random actions; return how many of them changed something."""
    random = Random(seed)
    people = db.session.scalars(select(User).order_by(User.id)).all()
    posts = db.session.scalars(
        select(Post).where(Post.repost_of_id.is_(None)).order_by(Post.id)
    ).all()
    weights = BETWEEN_PEOPLE | WITH_POSTS
    changed = 0
    for verb in random.choices(list(weights), list(weights.values()), k=ACTS):
        viewer, author = random.sample(people, 2)
        what = author if verb in BETWEEN_PEOPLE else random.choice(posts)
        changed += bool(verb(viewer, what))
    db.session.remove()
    db.engine.dispose()
    return changed


def test_ten_thousand_acts_of_eight_processes_leave_every_count_right(shared, tmp_path):
    people = [register(f"person{n}") for n in range(PEOPLE)]
    for n in range(POSTS):
        publish(people[n % PEOPLE], "Tea, then the allotment.")
    url = db.engine.url.render_as_string(hide_password=False)
    env = {"INSTANCE_PATH": str(tmp_path), "DATABASE_URL": url}
    db.session.remove()
    context = get_context("forkserver")
    context.set_forkserver_preload([__name__])
    everybody = context.Barrier(PROCESSES)
    with ProcessPoolExecutor(PROCESSES, context, arrive, (env, everybody)) as pool:
        changed = list(pool.map(act_at_random, range(PROCESSES)))
    # Each process changed something.
    assert min(changed) > ACTS / 4

    check = shared.test_cli_runner().invoke(args=["counters", "check"])
    assert check.exit_code == 0, check.output
    for table in (Like, Follow, Block):
        assert db.session.scalar(select(func.count()).select_from(table))
    assert db.session.scalar(select(func.sum(Post.reposts_count)))

    beside = or_(
        (Block.blocker_id == Follow.follower_id) & (Block.blocked_id == Follow.followed_id),
        (Block.blocker_id == Follow.followed_id) & (Block.blocked_id == Follow.follower_id),
    )
    assert db.session.execute(select(Follow, Block).join(Block, beside)).all() == []


def test_a_form_that_is_sent_twenty_times_at_once_writes_one_post(app, ada, together, rows):
    def send(_window):
        with app.app_context():
            return publish(ada, "Hello", nonce="abc").id

    ids = together(send, range(20))
    assert [row["id"] for row in rows("post")] == [ids[0]]
    assert set(ids) == {ids[0]}
    assert rows("user", "id = :id", id=ada.id)[0]["posts_count"] == 1
