"""The pages that are measured: many URLs of each kind, requested by many viewers."""

import random
from collections import namedtuple
from collections.abc import Iterator, Mapping, Sequence
from itertools import cycle
from urllib.parse import quote, urlencode

from flask import Flask
from selectolax.lexbor import LexborHTMLParser
from sqlalchemy import Engine, event, func, select
from werkzeug.test import TestResponse

from app import create_app
from app.media.stores import store

from .community import CHEAP_HASH, PASSWORD, SEED

# So many of each; the screens are those that a viewer scrolls down, the posts are recent ones.
VIEWERS, URLS, SCREENS, POSTS = 50, 300, 4, 20_000
# What stands for each thumbnail: as many bytes as usual.
THUMBNAIL = bytes(24_000)
HTMX = {"HX-Request": "true", "HX-Request-Type": "partial"}

Request = namedtuple("Request", "method path headers body", defaults=[""])
# A browser with a login session.
Viewer = namedtuple("Viewer", "cookie csrf_token")
# The statements that this process has sent to its databases.
sent_statements: list[str] = []


@event.listens_for(Engine, "before_cursor_execute")
def _note(_connection, _cursor, statement, _parameters, _context, _many) -> None:
    sent_statements.append(statement)


def get(path: str, viewer: Viewer | None = None, *, htmx: bool = False) -> Request:
    """Return the request for a page, or with ``htmx`` for its fragment."""
    cookie = {"Cookie": viewer.cookie} if viewer else {}
    return Request("GET", path, cookie | (HTMX if htmx else {}))


def post(path: str, viewer: Viewer) -> Request:
    """Return the request that htmx sends for a button."""
    form = {"Content-Type": "application/x-www-form-urlencoded", "Cookie": viewer.cookie}
    return Request("POST", path, form | HTMX, urlencode({"csrf_token": viewer.csrf_token}))


def answer_to(request: Request, app: Flask, *, may_fail: bool = False) -> TestResponse:
    """Return the answer of the application in this process."""
    method, path, headers, body = request
    client = app.test_client(use_cookies=False)
    answer = client.open(path, method=method, headers=headers, data=body, buffered=True)
    if answer.status_code >= 300 and not may_fail:
        raise SystemExit(f"{method} {path} was answered with {answer.status}")
    return answer


def attribute(name: str, css: str, answer: TestResponse) -> str:
    """Return an attribute of the first element that matches ``css``; empty if there is none."""
    element = LexborHTMLParser(answer.text).css_first(css)
    return element.attributes[name] if element else ""


def log_in_form(app: Flask, username: str, password: str) -> Request:
    """Return the request that logs in."""
    client = app.test_client()
    token = attribute("value", "[name=csrf_token]", client.get("/login"))
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    form = {"Content-Type": "application/x-www-form-urlencoded"}
    form["Cookie"] = f"{cookie.key}={cookie.value}"
    sent = urlencode({"login": username, "password": password, "csrf_token": token})
    return Request("POST", "/login", form, sent)


def sign_in(app: Flask, username: str, password: str = PASSWORD) -> Viewer:
    """Return a browser with a login session of ``username``."""
    client = app.test_client()
    token = attribute("value", "[name=csrf_token]", client.get("/login"))
    client.post("/login", data={"login": username, "password": password, "csrf_token": token})
    token = attribute("value", "#actions [name=csrf_token]", client.get("/"))
    if not token:
        raise SystemExit(f"{username} cannot log in.")
    cookie = client.get_cookie(app.config["SESSION_COOKIE_NAME"])
    return Viewer(f"{cookie.key}={cookie.value}", token)


class Site:
    """The application with the settings ``env``, and what people request of its community."""

    def __init__(self, env: Mapping[str, str]) -> None:
        self.env, self.rng = env, random.Random(SEED)
        self.app = app = create_app(env, PASSWORD_HASH=CHEAP_HASH)
        db = app.extensions["sqlalchemy"]
        user, post, tag = (db.metadata.tables[name].c for name in ("user", "post", "post_tag"))
        by_following = select(user.username, user.followers_count).order_by(user.following_count)
        recent = select(post.id).where(post.repost_of_id.is_(None)).order_by(post.id.desc())
        recent = recent.limit(POSTS)
        with_replies = recent.where(post.replies_count > 0)
        common = select(tag.tag).group_by(tag.tag).order_by(func.count().desc(), tag.tag)
        with app.app_context():
            users = db.session.execute(by_following.order_by(user.id)).all()
            self.posts = self.some("/posts/{}", db.session.scalars(recent).all())
            self.threads = self.some("/posts/{}", db.session.scalars(with_replies).all())
            self.texts = db.session.scalars(recent.with_only_columns(post.body)).all()
            self.tags = db.session.scalars(common.limit(VIEWERS)).all()
        names, followers = zip(*users, strict=True)
        self.people = self.some("/@{}", names)
        # Profiles are requested in proportion to their followers.
        self.seen = self.rng.choices(names, weights=followers, k=URLS)
        # At equal distances from who follows the fewest people to who follows the most.
        step = len(names) / VIEWERS
        self.viewers = [sign_in(app, names[int((n + 0.5) * step)]) for n in range(VIEWERS)]
        self.homes = self.by_viewers(["/"] * VIEWERS)

    def some(self, path: str, names: Sequence[object]) -> list[str]:
        """Return the paths of some of the ``names``."""
        return [path.format(name) for name in self.rng.sample(names, min(URLS, len(names)))]

    def by_viewers(self, paths: list[str]) -> list[Request]:
        """Return requests for ``paths``, by one viewer after the other."""
        return [get(path, one) for path, one in zip(paths, cycle(self.viewers), strict=False)]

    def kinds(self) -> list[tuple[str, float | None, float | None, list[Request]]]:
        """Return each kind of page with the ratio that it must reach, and the one to aim at."""
        profiles = [f"/@{name}" for name in self.seen]
        screens = [screen for one in self.viewers for screen in self.screens("/", one, SCREENS)]
        explore = [get("/explore"), *self.screens("/explore", None, 20)]
        tags = [f"/tags/{quote(tag)}" for tag in self.tags]
        pictured = sign_in(self.app, "follows_pictured")
        thumbnails = self.thumbnails(answer_to(get("/", pictured), self.app))
        css = attribute("href", "link[href*='/css/']", answer_to(explore[0], self.app))
        return [
            ("home, signed in", 0.13, 0.18, self.homes),
            ("home with pictures", None, None, [get("/", pictured)]),
            ("next screen by scroll", 0.16, 0.20, screens),
            ("profile, signed in", 0.12, 0.16, self.by_viewers(profiles)),
            ("thread, signed in", 0.12, 0.16, self.by_viewers(self.threads)),
            ("explore, anonymous", 0.80, None, explore),
            ("profile, anonymous", 0.80, None, [*map(get, profiles)]),
            ("permalink, anonymous", 0.80, None, [*map(get, self.posts)]),
            ("tag, signed in", None, None, self.by_viewers(tags)),
            ("notifications", None, None, self.by_viewers(["/notifications"] * VIEWERS)),
            ("search, first page", 0.06, None, self.by_viewers([*self.searches()])),
            ("avatar", None, None, [get(f"/avatars/{name}.svg") for name in self.seen]),
            ("thumbnail", None, None, [get(path, pictured) for path in thumbnails]),
            ("static file", None, None, [get(css)]),
        ]

    def screens(self, path: str, viewer: Viewer | None, count: int) -> Iterator[Request]:
        """Yield the requests for the next screens when ``viewer`` scrolls down ``path``."""
        request = get(path, viewer)
        for _screen in range(count):
            path = attribute("hx-get", "#more", answer_to(request, self.app))
            if not path:
                break
            request = get(path, viewer, htmx=True)
            yield request

    def thumbnails(self, page: TestResponse) -> list[str]:
        """Return the paths of the pictures of ``page``, whose files are there then."""
        shown = LexborHTMLParser(page.text).css("#posts img[src^='/pictures/']")
        paths = [img.attributes["src"] for img in shown]
        with self.app.app_context():
            for path in paths:
                store().put(path.removeprefix("/pictures/"), THUMBNAIL, "image/webp")
        return paths

    def searches(self) -> Iterator[str]:
        """Yield searches for words, phrases, prefixes, authors, tags and people."""
        rng = self.rng
        for number, text in enumerate(rng.sample(self.texts, URLS)):
            words = text.split()
            start = rng.randrange(max(1, len(words) - 2))
            one, two = words[start], " ".join(words[start : start + 2])
            person, tag = rng.choice(self.seen), rng.choice(self.tags)
            queries = (
                {"q": f"{one} "},
                {"q": f"{two} "},
                {"q": f'"{two}"'},
                {"q": one[:4]},
                {"q": f"{one} {words[0][:3]}"},
                {"q": f"from:{person} {one} "},
                {"q": f"#{tag}"},
                {"q": person[:5], "by": "people"},
                {"q": two, "by": "relevance"},
            )
            yield f"/search?{urlencode(queries[number % len(queries)])}"

    def buttons(self, verb: str, paths: list[str]) -> Iterator[tuple[str, Viewer]]:
        """Yield paths of pages and the viewers to whom they offer ``verb``, such as like."""
        step = max(1, len(paths) // len(self.viewers))
        for turn in range(len(paths)):
            for number, viewer in enumerate(self.viewers):
                path = paths[(number * step + turn) % len(paths)]
                answer = answer_to(get(path, viewer), self.app, may_fail=True)
                if f'"{path}/{verb}"' in answer.text:
                    yield path, viewer
