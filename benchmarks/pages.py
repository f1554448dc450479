"""The kinds of page that are measured: what is asked for, by whom, and how fast it should be.

Every kind is many addresses, and where somebody is signed in many people, so that no measure
is of one page that everything remembers.
"""

import random
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import unescape
from itertools import cycle
from urllib.parse import urlencode

from flask import Flask, url_for
from sqlalchemy import ColumnElement, func, select

from app.accounts.models import User, by_username
from app.data.database import db
from app.posts.models import Post, Tagging
from app.posts.queries import visible_to

from .requests import Request, Visitor, ask, sign_in
from .sizes import SEED

VISITORS = 50
ADDRESSES = 300
# How far people scroll.
SCREENS = 4
# Links and threads lead to what is new, most of the time.
RECENT_POSTS = 20_000
MORE = re.compile(r'id="more"[^>]* hx-get="([^"]*)"')


@dataclass(frozen=True)
class Kind:
    """One row of the table. The figures are ratios to the bare view: to be had, and to aim at."""

    name: str
    reach: float | None
    aim: float | None
    requests: list[Request] = field(repr=False)


class Site:
    """A made community, and what people look at in it."""

    def __init__(self, app: Flask) -> None:
        self.app = app
        self.chance = random.Random(SEED)
        with app.app_context():
            readers = self._readers()
            self.seen = self._seen()
            usernames = db.session.scalars(select(User.username).order_by(User.id)).all()
            self.people = self.chance.sample(usernames, ADDRESSES)
            self.posts = self._posts(Post.repost_of_id.is_(None))
            self.threads = self._posts(Post.replies_count > 0)
            self.texts = list(db.session.scalars(visible_to(None).limit(2_000)))
            self.tags = self._tags()
        self.visitors = [sign_in(app, user) for user in readers]

    def known(self, username: str) -> Visitor:
        """Return the person of that name, signed in."""
        with self.app.app_context():
            user = db.session.scalars(by_username(username)).one()
        return sign_in(self.app, user)

    def kinds(self) -> list[Kind]:
        """Return what is measured."""
        visitors, strangers = self.visitors, [None]
        return [
            Kind("home, signed in", 0.18, 0.33, _each(["/"] * VISITORS, visitors)),
            Kind("next screen by scroll", 0.20, 0.40, list(self._screens())),
            Kind("profile, signed in", 0.16, 0.30, _each(self._profiles(), visitors)),
            Kind("thread, signed in", 0.16, 0.30, _each(self._threads(), visitors)),
            Kind("explore, stranger", 0.50, 0.80, _each(self._explore(), strangers)),
            Kind("profile, stranger", 0.50, 0.80, _each(self._profiles(), strangers)),
            Kind("permalink, stranger", 0.50, 0.80, _each(self._permalinks(), strangers)),
            Kind("tag, signed in", None, None, _each(self._tagged(), visitors)),
            Kind("notifications", None, None, _each(["/notifications"] * VISITORS, visitors)),
            Kind("search, first page", 0.10, None, _each(self._searches(), visitors)),
            Kind("avatar", None, None, _each(self._avatars(), strangers)),
            Kind("static file", None, None, _each([self._static()], strangers)),
        ]

    def followed_screens(self, visitor: Visitor | None, path: str, count: int) -> Iterator[str]:
        """Yield the addresses of the screens that come when one scrolls on below ``path``."""
        for _screen in range(count):
            found = MORE.search(ask(self.app, Request(path, visitor, htmx="?" in path)))
            if not found:
                break
            path = unescape(found[1])
            yield path

    def _screens(self) -> Iterator[Request]:
        for visitor in self.visitors:
            for path in self.followed_screens(visitor, "/", SCREENS):
                yield Request(path, visitor, htmx=True)

    def _profiles(self) -> list[str]:
        return [f"/@{name}" for name in self.seen]

    def _avatars(self) -> list[str]:
        return [f"/avatars/{name}.svg" for name in self.seen]

    def _threads(self) -> list[str]:
        return [f"/posts/{id}" for id in self.threads]

    def _permalinks(self) -> list[str]:
        return [f"/posts/{id}" for id in self.posts]

    def _explore(self) -> list[str]:
        return ["/explore", *self.followed_screens(None, "/explore", 20)]

    def _tagged(self) -> list[str]:
        with self.app.test_request_context():
            return [url_for("timelines.tag", tag=tag) for tag in self.tags]

    def _static(self) -> str:
        with self.app.test_request_context():
            return url_for("static", filename="css/base.css")

    def _searches(self) -> list[str]:
        """What people type: words, names and tags, finished or not."""
        chance = self.chance

        def words(post: Post, count: int) -> str:
            found = post.body.split()
            start = chance.randrange(max(1, len(found) - count))
            return " ".join(found[start : start + count])

        thoughts = (
            lambda post: {"q": words(post, 1) + " "},
            lambda post: {"q": words(post, 2) + " "},
            lambda post: {"q": f'"{words(post, 2)}"'},
            lambda post: {"q": words(post, 1)[:4]},
            lambda post: {"q": f"{words(post, 1)} {words(post, 1)[:3]}"},
            lambda post: {"q": f"from:{chance.choice(self.seen)} {words(post, 1)} "},
            lambda post: {"q": f"#{chance.choice(self.tags)}"},
            lambda post: {"q": chance.choice(self.seen)[:5], "by": "people"},
            lambda post: {"q": words(post, 2), "by": "relevance"},
        )
        posts = chance.sample(self.texts, ADDRESSES)
        return [
            f"/search?{urlencode(think(post))}"
            for post, think in zip(posts, cycle(thoughts), strict=False)
        ]

    def _readers(self) -> list[User]:
        """People from over the whole range, from who follows few to who follows very many."""
        ids = db.session.scalars(select(User.id).order_by(User.following_count, User.id)).all()
        step = len(ids) / VISITORS
        places = [ids[int((n + 0.5) * step)] for n in range(VISITORS)]
        return list(db.session.scalars(select(User).where(User.id.in_(places))))

    def _seen(self) -> list[str]:
        """People as often as they are looked at: whoever has more followers, the more often."""
        rows = db.session.execute(select(User.username, User.followers_count)).all()
        names, weights = zip(*rows, strict=True)
        return self.chance.choices(names, weights=weights, k=ADDRESSES)

    def _posts(self, which: ColumnElement[bool]) -> list[int]:
        recent = visible_to(None).where(which).order_by(Post.id.desc()).limit(RECENT_POSTS)
        ids = list(db.session.scalars(recent.with_only_columns(Post.id)))
        return self.chance.sample(ids, min(ADDRESSES, len(ids)))

    def _tags(self) -> list[str]:
        often = func.count().desc()
        found = select(Tagging.tag).group_by(Tagging.tag).order_by(often, Tagging.tag)
        return list(db.session.scalars(found.limit(VISITORS)))


def _each(paths: list[str], visitors: Iterable[Visitor | None]) -> list[Request]:
    return [Request(path, visitor) for path, visitor in zip(paths, cycle(visitors), strict=False)]
