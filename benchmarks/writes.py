"""Measures writes: likes and follows at a steady pace, beside readers at the same pace.

Half of the writes take back what the others did, so that the community stays as it was made.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import cycle, islice
from typing import Any

from flask import Flask

from app.data.database import db
from app.follows.models import Follow
from app.follows.queries import visible_by_name
from app.posts.models import Post
from app.posts.queries import visible_to
from app.reactions.models import Like

from .load import Load, pace, saturate
from .measuring import Row, fetch
from .pages import Site
from .requests import Request, Visitor, ask, statements
from .server import Server, serving

# Somebody, and what they do something to.
Pair = tuple[Visitor, Any]

A_SECOND = 100
# For so many seconds the server answers before anything is measured.
WARMING = 2
# Of 99 in 100, in milliseconds.
WITHIN = 50.0


def measure_writes(site: Site, env: Mapping[str, str], *, seconds: int) -> Iterator[Row]:
    """Yield two rows for each kind of write, measured for so many seconds: it, and the reads."""
    count = A_SECOND * seconds // 2
    with serving(env) as server:
        # Caches are filled first, as when pages are measured.
        saturate(server.url, list(_reads(site, len(site.visitors))), seconds=WARMING)
        for name, do, undo, chosen in (
            ("like", "/posts/{}/like", "/posts/{}/unlike", _chosen(site, _unliked, count)),
            ("follow", "/@{}/follow", "/@{}/unfollow", _chosen(site, _unfollowed, count)),
        ):
            writes = [
                Request(way.format(what), visitor, htmx=True, is_form=True)
                for way in (do, undo)
                for visitor, what in chosen
            ]
            yield from _rows(site.app, server, name, writes, list(_reads(site, len(writes))))


def _rows(
    app: Flask, server: Server, name: str, writes: list[Request], reads: list[Request]
) -> Iterator[Row]:
    done, undone = writes[0], writes[len(writes) // 2]
    with statements(app) as sent:
        ask(app, done)
    ask(app, undone)
    # A worker's first one makes statements and templates: as with pages, each has had its first.
    saturate(server.url, [done, undone], seconds=WARMING)
    size = len(fetch(server, done).body)
    fetch(server, undone)
    with ThreadPoolExecutor(2) as both:
        written = both.submit(pace, server.url, writes, a_second=A_SECOND)
        read = both.submit(pace, server.url, reads, a_second=A_SECOND)
    yield _row(name, written.result(), statements=len(sent), size=size, within=WITHIN)
    yield _row(f"home, beside {name}s", read.result())


def _row(name: str, load: Load, **more: float | int | None) -> Row:
    return Row(name, load.a_second, load.median, load.near_worst, failed=load.failed, **more)


def _reads(site: Site, count: int) -> Iterator[Request]:
    return (Request("/", visitor) for visitor in islice(cycle(site.visitors), count))


def _chosen(site: Site, which: Callable[[Site], Iterator[Pair]], count: int) -> list[Pair]:
    with site.app.app_context():
        return list(islice(which(site), count))


def _unliked(site: Site) -> Iterator[Pair]:
    """Yield people, by turns, with the ids of posts that they see and do not like yet."""
    for visitor, id in _pairs(site.visitors, site.posts):
        seen = db.session.scalar(visible_to(visitor.user).where(Post.id == id))
        if seen and db.session.get(Like, (visitor.user.id, id)) is None:
            yield visitor, id


def _unfollowed(site: Site) -> Iterator[Pair]:
    """Yield people, by turns, with the names of others whom they see and do not follow yet."""
    for visitor, username in _pairs(site.visitors, site.people):
        seen = db.session.scalar(visible_by_name(username, visitor.user))
        is_other = seen and seen.id != visitor.user.id
        if is_other and db.session.get(Follow, (visitor.user.id, seen.id)) is None:
            yield visitor, username


def _pairs(visitors: Sequence[Visitor], others: Sequence[Any]) -> Iterator[Pair]:
    """Yield each of the visitors with each of the others, nobody twice in a row."""
    step = max(1, len(others) // len(visitors))
    for turn in range(len(others)):
        for number, visitor in enumerate(visitors):
            yield visitor, others[(number * step + turn) % len(others)]
