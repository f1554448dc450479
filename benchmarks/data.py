"""Makes a community of a given size, always the same one: ``python -m benchmarks.data m sqlite``.

Who it is that reads, writes and likes is drawn in SQL, so that ten million posts are a matter
of minutes; the texts are the application's own work. What is made is kept in a folder, and
made anew when the tables or the drawing have changed.
"""

import argparse
import json
import random
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import flask_migrate
from flask import Flask
from sqlalchemy import Connection, Table, text
from sqlalchemy.schema import AddConstraint, DropConstraint

from app import create_app
from app.db import Base, db, id_at
from app.posts.writing import written
from app.search import index
from config import ROOT

from .databases import running
from .words import Words

SEED = 20261124
# Goes up with every change to what is drawn below.
EDITION = 1
CACHE = ROOT / ".cache" / "bench"

BODIES = 5_000
FOLLOWS_EACH = 40
LIKES_EACH = 3
# More posts than this are not all liked, but only the newest so many.
MOST_LIKED = 1_000_000
# Who posts a hundredth of everything, each: at size l that is 100,000 times.
PROLIFIC = 20

# People join in one year and do everything else in the next: whoever acts has an id by then.
JOINING, ACTING, END = (id_at(datetime(year, 1, 1, tzinfo=UTC)) for year in (2024, 2025, 2026))
# What was done since then is told in notifications, and is not read since the later moment.
TOLD_SINCE = id_at(datetime(2025, 11, 25, tzinfo=UTC))
UNREAD_SINCE = id_at(datetime(2025, 12, 25, tzinfo=UTC))


@dataclass(frozen=True)
class Size:
    """How many people and posts."""

    people: int
    posts: int
    # At ten million posts the index would take longer to make than all the rest.
    has_search: bool = True

    @property
    def a_person(self) -> int:
        """From one person's id to the next."""
        return (ACTING - JOINING) // self.people

    @property
    def a_post(self) -> int:
        """From one post's id to the next."""
        return (END - ACTING) // (self.posts + 1)


SIZES = {
    "s": Size(4_000, 100_000),
    "m": Size(20_000, 1_000_000),
    "l": Size(100_000, 10_000_000, has_search=False),
}

# Chance, in SQL
#
# Each row of "dice" carries some numbers between 0 and this prime, out of multiplicative
# generators (Lehmer 1951; the multipliers are those of L'Ecuyer 1999, table 2), so that both
# databases draw the same.
PRIME = 2**31 - 1
DICE = {"a": 1583458089, "b": 784588716, "c": 742938285, "d": 950706376, "e": 1226874159}
# Spread the first of a ranking over everybody: without a divisor in common with any size.
SPREAD_FOLLOWED, SPREAD_FOLLOWERS, SPREAD_POSTS = 7_919, 6_389, 604_171


def dice(count: int, seed: int) -> str:
    """Begin a query that draws: ``dice`` has ``count`` rows with numbers n, a, b, c, d and e."""
    chance = random.Random(SEED + seed)
    first = ", ".join(f"CAST({chance.randrange(1, PRIME)} AS BIGINT)" for _ in DICE)
    following = ", ".join(f"{name} * {by} % {PRIME}" for name, by in DICE.items())
    return (
        f"WITH RECURSIVE dice(n, {', '.join(DICE)}) AS (SELECT CAST(1 AS BIGINT), {first} "
        f"UNION ALL SELECT n + 1, {following} FROM dice WHERE n < {count}) "
    )


def even(die: str, count: int) -> str:
    """A number below ``count``, each as likely as the other."""
    return f"({die} * {count} / {PRIME})"


def skewed(die: str, count: int, power: int = 3) -> str:
    """A rank below ``count`` by a power law: rank r is drawn in proportion to r^(1/power - 1)."""
    law = die
    for _ in range(power - 1):
        law = f"({law} * {die} / {PRIME})"
    return even(law, count)


@dataclass(frozen=True)
class Draw:
    """Who, what and which of a community of one size, as expressions of SQL."""

    size: Size

    def followed(self, rank: str) -> str:
        """The number of the person who has ``rank`` among the followed, and among the authors."""
        return f"(({rank} + 11) * {SPREAD_FOLLOWED} % {self.size.people})"

    def follower(self, rank: str) -> str:
        """The number of the person who has ``rank`` among those who follow many."""
        return f"(({rank} + 11) * {SPREAD_FOLLOWERS} % {self.size.people})"

    def noticed(self, die: str) -> str:
        """The number of a post that is liked, answered or reposted: a few of them very much."""
        count = min(self.size.posts, MOST_LIKED)
        rank = f"({skewed(die, count)} * {SPREAD_POSTS} % {count})"
        return f"({self.size.posts - count} + 1 + {rank})"

    def author(self) -> str:
        """The number of who writes: one of the prolific in a fifth of all cases."""
        prolific = self.followed(f"({self.size.people // 4} + d % {PROLIFIC})")
        others = self.followed(skewed("b", self.size.people, power=2))
        return f"CASE WHEN c % 5 = 0 THEN {prolific} ELSE {others} END"

    def user_id(self, number: str) -> str:
        """The id of the person of that number."""
        return f"({JOINING} + {number} * CAST({self.size.a_person} AS BIGINT))"

    def post_id(self, number: str) -> str:
        """The id of the post of that number."""
        return f"({ACTING} + {number} * CAST({self.size.a_post} AS BIGINT))"


# The people whom measurements name, by their numbers
KNOWN = ("follows_20", "follows_5000", "follows_prolific")


class Community:
    """What is written by Python: people and texts, and whom the known people follow."""

    def __init__(self, size: Size) -> None:
        self.size = size
        self.words = Words(random.Random(SEED))
        self.usernames = [self.words.username(n) for n in range(size.people)]
        self.usernames[: len(KNOWN)] = KNOWN
        self.usernames[self.followed(0)] = "followed_by_many"
        self.prolific = [self.followed(size.people // 4 + n) for n in range(PROLIFIC)]

    def followed(self, rank: int) -> int:
        """Return the number of the person who has ``rank`` among the followed."""
        return (rank + 11) * SPREAD_FOLLOWED % self.size.people

    def people(self) -> Iterator[dict[str, Any]]:
        """Yield everybody's profile."""
        for number, username in enumerate(self.usernames):
            yield {
                "number": number,
                "username": username,
                "display_name": self.words.display_name()[:60],
                "about_me": " ".join(self.words.some(number % 20)),
            }

    def known_follows(self) -> Iterator[dict[str, int]]:
        """Yield whom the known people follow."""
        chance = random.Random(SEED)
        apart = set(self.prolific) | set(range(len(KNOWN)))
        for follower, count in ((0, 20), (1, min(5_000, self.size.people - 2 * len(apart)))):
            chosen: set[int] = set()
            while len(chosen) < count:
                by_law = int(chance.random() ** 3 * self.size.people)
                chosen |= {self.followed(by_law)} - apart
            yield from ({"follower": follower, "followed": number} for number in sorted(chosen))
        yield from ({"follower": 2, "followed": number} for number in self.prolific)

    def kept_away(self) -> Iterator[tuple[str, dict[str, int]]]:
        """Yield whom people mute or block: most nobody, and nobody whom measurements name."""
        chance = random.Random(SEED)
        for who in range(len(KNOWN), self.size.people):
            whom = chance.randrange(len(KNOWN), self.size.people)
            kind = chance.choices(("mute", "block", None), (10, 5, 85))[0]
            if kind and who != whom:
                yield kind, {"who": who, "whom": whom}

    def bodies(self) -> Iterator[tuple[dict[str, Any], list[int], list[str]]]:
        """Yield texts as the application writes them: the row, who is named, and the tags."""
        numbers = {name.lower(): (n, name) for n, name in enumerate(self.usernames)}
        for number in range(BODIES):
            made = written(
                self.words.text(self.usernames),
                lambda names: {name: numbers[name] for name in names & numbers.keys()},
            )
            row = {"number": number, "body": made.body, "html": made.html}
            yield row, made.mentioned, made.tags


# Tables that are worked on, and thrown away: what is drawn is counted before it is dealt out.
SKETCHES = (
    "sketch_person (number INTEGER PRIMARY KEY, username TEXT, display_name TEXT, about_me TEXT)",
    "sketch_body (number INTEGER PRIMARY KEY, body TEXT, html TEXT)",
    "sketch_mention (body INTEGER, person INTEGER, PRIMARY KEY (body, person))",
    "sketch_tag (body INTEGER, tag TEXT, PRIMARY KEY (body, tag))",
    "sketch_block (who INTEGER PRIMARY KEY, whom INTEGER)",
    "sketch_mute (who INTEGER PRIMARY KEY, whom INTEGER)",
    "sketch_follow (follower INTEGER, followed INTEGER, since BIGINT, "
    "PRIMARY KEY (follower, followed))",
    # A post is an answer to its target, or a repost of it, or has none.
    "sketch_post (n INTEGER PRIMARY KEY, author INTEGER, kind TEXT, target INTEGER, body INTEGER)",
    "sketch_like (n INTEGER, person INTEGER, later BIGINT, PRIMARY KEY (n, person))",
)


def drawing(size: Size) -> Iterator[tuple[str, str]]:
    """Yield the statements that draw, each with what it draws."""
    draw = Draw(size)
    follows = size.people * FOLLOWS_EACH
    likes = min(size.posts, MOST_LIKED) * LIKES_EACH
    yield (
        "follows",
        "INSERT INTO sketch_follow "
        + dice(follows, seed=1)
        + f"""
        SELECT follower, followed, since FROM (
            SELECT {draw.follower(skewed("a", size.people))} AS follower,
                   {draw.followed(skewed("b", size.people))} AS followed,
                   {ACTING} + c * {(END - ACTING) // PRIME} AS since
            FROM dice) AS drawn
        WHERE follower >= {len(KNOWN)} AND follower <> followed
          AND NOT EXISTS (SELECT 1 FROM sketch_block
                          WHERE who = follower AND whom = followed
                             OR who = followed AND whom = follower)
        ON CONFLICT DO NOTHING""",
    )
    yield (
        "posts",
        "INSERT INTO sketch_post "
        + dice(size.posts, seed=2)
        + f"""
        SELECT n, author,
               CASE WHEN target < 1 THEN 'post' ELSE kind END,
               CASE WHEN kind <> 'post' AND target > 0 THEN target END, body FROM (
            SELECT n, {draw.author()} AS author,
                   CASE WHEN a % 10 < 2 THEN 'reply' WHEN a % 10 = 2 THEN 'repost'
                        ELSE 'post' END AS kind,
                   CASE WHEN {draw.noticed("e")} < n THEN {draw.noticed("e")}
                        ELSE n - 1 - e % 500 END AS target,
                   {even("c", BODIES)} AS body
            FROM dice) AS drawn""",
    )
    yield (
        "nobody reposts twice",
        """
        UPDATE sketch_post SET kind = 'post', target = NULL
        WHERE kind = 'repost' AND n NOT IN (
            SELECT min(n) FROM sketch_post WHERE kind = 'repost' GROUP BY author, target)""",
    )
    yield (
        "reposts are not answered",
        """
        UPDATE sketch_post SET kind = 'post', target = NULL
        WHERE target IN (SELECT n FROM sketch_post WHERE kind = 'repost')""",
    )
    yield (
        "likes",
        "INSERT INTO sketch_like "
        + dice(likes, seed=3)
        + f"""
        SELECT drawn.n, drawn.person, drawn.later FROM (
            SELECT {draw.noticed("a")} AS n, {even("b", size.people)} AS person,
                   c * 32768 AS later
            FROM dice) AS drawn
        JOIN sketch_post ON sketch_post.n = drawn.n AND kind <> 'repost'
        WHERE true ON CONFLICT DO NOTHING""",
    )


def dealing(size: Size) -> Iterator[tuple[str, str]]:
    """Yield the statements that put what was drawn into the tables, each with what it puts."""
    draw = Draw(size)
    user, post = draw.user_id, draw.post_id
    yield (
        "user",
        f"""
        INSERT INTO "user" (id, username, display_name, about_me, is_admin,
                            posts_count, followers_count, following_count)
        SELECT {user("number")}, username, display_name, about_me, false,
               coalesce(posts.many, 0), coalesce(followers.many, 0), coalesce(following.many, 0)
        FROM sketch_person
        LEFT JOIN (SELECT author, count(*) AS many FROM sketch_post WHERE kind <> 'repost'
                   GROUP BY author) AS posts ON author = number
        LEFT JOIN (SELECT followed, count(*) AS many FROM sketch_follow
                   GROUP BY followed) AS followers ON followed = number
        LEFT JOIN (SELECT follower, count(*) AS many FROM sketch_follow
                   GROUP BY follower) AS following ON follower = number
        ORDER BY number""",
    )
    for table, one, other in (("block", "blocker", "blocked"), ("mute", "muter", "muted")):
        yield (
            table,
            f"""
            INSERT INTO {table} ({one}_id, {other}_id, since)
            SELECT {user("who")}, {user("whom")}, {ACTING} + who FROM sketch_{table}""",
        )
    yield (
        "follow",
        f"""
        INSERT INTO follow (follower_id, followed_id, since)
        SELECT {user("follower")}, {user("followed")}, since FROM sketch_follow
        ORDER BY follower, followed""",
    )
    yield (
        "post",
        f"""
        INSERT INTO post (id, author_id, body, body_html, in_reply_to_id, in_reply_to_author_id,
                          repost_of_id, replies_count, reposts_count, likes_count)
        SELECT {post("p.n")}, {user("p.author")},
               CASE WHEN p.kind = 'repost' THEN '' ELSE b.body END,
               CASE WHEN p.kind = 'repost' THEN '' ELSE b.html END,
               CASE WHEN p.kind = 'reply' THEN {post("p.target")} END,
               CASE WHEN p.kind = 'reply' THEN {user("target.author")} END,
               CASE WHEN p.kind = 'repost' THEN {post("p.target")} END,
               coalesce(replies.many, 0), coalesce(reposts.many, 0), coalesce(likes.many, 0)
        FROM sketch_post AS p
        JOIN sketch_body AS b ON b.number = p.body
        LEFT JOIN sketch_post AS target ON target.n = p.target
        LEFT JOIN (SELECT target, count(*) AS many FROM sketch_post WHERE kind = 'reply'
                   GROUP BY target) AS replies ON replies.target = p.n
        LEFT JOIN (SELECT target, count(*) AS many FROM sketch_post WHERE kind = 'repost'
                   GROUP BY target) AS reposts ON reposts.target = p.n
        LEFT JOIN (SELECT n, count(*) AS many FROM sketch_like GROUP BY n) AS likes
               ON likes.n = p.n
        ORDER BY p.n""",
    )
    yield (
        "mention",
        f"""
        INSERT INTO mention (post_id, user_id)
        SELECT {post("p.n")}, {user("m.person")} FROM sketch_post AS p
        JOIN sketch_mention AS m ON m.body = p.body
        WHERE p.kind <> 'repost' ORDER BY p.n, m.person""",
    )
    yield (
        "post_tag",
        f"""
        INSERT INTO post_tag (tag, post_id)
        SELECT t.tag, {post("p.n")} FROM sketch_post AS p
        JOIN sketch_tag AS t ON t.body = p.body
        WHERE p.kind <> 'repost' ORDER BY t.tag, p.n""",
    )
    yield (
        "like",
        f"""
        INSERT INTO "like" (user_id, post_id, since)
        SELECT {user("person")}, {post("n")}, {post("n")} + later FROM sketch_like
        ORDER BY person, n""",
    )
    yield (
        "bookmark",
        f"""
        INSERT INTO bookmark (user_id, post_id, since)
        SELECT {user("person")}, {post("n")}, {post("n")} + later FROM sketch_like
        WHERE later / 32768 % 15 = 0 ORDER BY person, n""",
    )
    yield (
        "notification",
        f"""
        INSERT INTO notification (id, user_id, kind, actor_id, post_id, is_read)
        SELECT at + row_number() OVER (ORDER BY at), told, kind, actor, post_id,
               at < {UNREAD_SINCE} FROM (
            SELECT {user("target.author")} AS told, p.kind AS kind, {user("p.author")} AS actor,
                   CASE WHEN p.kind = 'reply' THEN {post("p.n")} ELSE {post("p.target")} END
                       AS post_id, {post("p.n")} AS at
            FROM sketch_post AS p JOIN sketch_post AS target ON target.n = p.target
            UNION ALL
            SELECT {user("m.person")}, 'mention', {user("p.author")}, {post("p.n")}, {post("p.n")}
            FROM sketch_post AS p JOIN sketch_mention AS m ON m.body = p.body
            LEFT JOIN sketch_post AS target ON target.n = p.target
            WHERE p.kind <> 'repost' AND m.person <> coalesce(target.author, -1)
            UNION ALL
            SELECT {user("p.author")}, 'like', {user("l.person")}, {post("p.n")},
                   {post("p.n")} + later
            FROM sketch_like AS l JOIN sketch_post AS p ON p.n = l.n
            UNION ALL
            SELECT {user("followed")}, 'follow', {user("follower")}, NULL, since
            FROM sketch_follow) AS done
        WHERE at >= {TOLD_SINCE} AND told <> actor ORDER BY at""",
    )


def make(app: Flask, size: Size) -> None:
    """Make the community in the empty database of ``app``."""
    community = Community(size)
    with app.app_context():
        flask_migrate.upgrade()
        connection = db.engine.connect().execution_options(writing=True)
        with connection, _built_up_later(connection):
            _sketch(connection, community)
            for statements in (drawing(size), dealing(size)):
                for what, statement in statements:
                    with _told(what):
                        connection.execute(text(statement))
                        _know_sketches(connection)
            for sketch in SKETCHES:
                connection.execute(text(f"DROP TABLE {sketch.split()[0]}"))
            connection.commit()
        if size.has_search:
            with _told("search index"):
                index.fill()
                index.tidy()
        with _told("statistics"):
            _settle()
        db.session.remove()
        db.engine.dispose()


def _sketch(connection: Connection, community: Community) -> None:
    """Make the tables to work on, with what Python writes."""
    for sketch in SKETCHES:
        connection.execute(text(f"CREATE TEMP TABLE {sketch}"))
    _put(connection, "sketch_person", list(community.people()))
    late = [{"since": ACTING + n} | row for n, row in enumerate(community.known_follows())]
    _put(connection, "sketch_follow", late)
    kept_away = list(community.kept_away())
    for kind in ("block", "mute"):
        _put(connection, f"sketch_{kind}", [row for which, row in kept_away if which == kind])
    with _told(f"{BODIES:,} texts"):
        bodies = list(community.bodies())
    _put(connection, "sketch_body", [row for row, _named, _tags in bodies])
    named = [
        {"body": row["number"], "person": person}
        for row, people, _tags in bodies
        for person in people
    ]
    _put(connection, "sketch_mention", named)
    tags = [{"body": row["number"], "tag": tag} for row, _named, tags in bodies for tag in tags]
    _put(connection, "sketch_tag", tags)


def _put(connection: Connection, table: str, rows: list[dict[str, Any]]) -> None:
    names = list(rows[0])
    values = ", ".join(f":{name}" for name in names)
    connection.execute(text(f"INSERT INTO {table} ({', '.join(names)}) VALUES ({values})"), rows)


def _know_sketches(connection: Connection) -> None:
    # PostgreSQL looks at no temporary table by itself, and joins an unknown one row by row.
    if connection.dialect.name == "postgresql":
        for sketch in SKETCHES:
            connection.execute(text(f"ANALYZE {sketch.split()[0]}"))


@contextmanager
def _built_up_later(connection: Connection) -> Iterator[None]:
    """Take indexes and foreign keys off the empty tables, and put them back on the full ones."""
    on_sqlite = connection.dialect.name == "sqlite"
    tables: list[Table] = Base.metadata.sorted_tables
    indexes = [index for table in tables for index in table.indexes]
    keys = [] if on_sqlite else [k for table in tables for k in table.foreign_key_constraints]
    if on_sqlite:
        # What is lost with the power is made anew.
        raw: Any = connection.connection.dbapi_connection
        for pragma in ("foreign_keys=OFF", "journal_mode=OFF", "synchronous=OFF"):
            raw.execute(f"PRAGMA {pragma}")
    else:
        for setting in ("temp_buffers = '512MB'", "work_mem = '256MB'"):
            connection.execute(text(f"SET {setting}"))
    for one in indexes:
        one.drop(connection)
    for key in keys:
        connection.execute(DropConstraint(key))
    yield
    with _told("indexes"):
        for one in indexes:
            one.create(connection)
        for key in keys:
            connection.execute(AddConstraint(key))
    connection.commit()


def _settle() -> None:
    """Let the database know its tables, as they are known when a site has run for a while."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="AUTOCOMMIT")
            connection.execute(text("VACUUM (ANALYZE)"))
        else:
            connection.execution_options(writing=True)
            connection.execute(text("ANALYZE"))
            connection.commit()


@contextmanager
def _told(what: str) -> Iterator[None]:
    start = time.monotonic()
    yield
    print(f"  {what}: {time.monotonic() - start:.1f} s", flush=True)


@contextmanager
def community(size: str, database: str, cache: Path = CACHE) -> Iterator[dict[str, str]]:
    """Give the settings of an application in which that community lives; made first, if need be."""
    folder = cache / f"{size}-{database}"
    note = folder / "made.json"
    as_now = {"edition": EDITION, "seed": SEED, "tables": _revision()}
    if not (note.exists() and json.loads(note.read_text()) == as_now):
        shutil.rmtree(folder, ignore_errors=True)
        start = time.monotonic()
        print(f"Making {SIZES[size].posts:,} posts on {database} …", flush=True)
        with running(folder, database) as env:
            make(create_app(env), SIZES[size])
        note.write_text(json.dumps(as_now))
        print(f"… took {time.monotonic() - start:.0f} s.", flush=True)
    with running(folder, database) as env:
        yield env


def _revision() -> str:
    return max(file.name for file in (ROOT / "migrations" / "versions").glob("*.py"))


def main() -> None:
    """Make a community, and say how to open it."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("size", choices=SIZES)
    options.add_argument("database", choices=("sqlite", "postgresql"))
    options.add_argument("--cache", type=Path, default=CACHE, help="the folder to keep it in")
    asked = options.parse_args()
    with community(asked.size, asked.database, asked.cache.resolve()) as env:
        print(" ".join(f"{name}={value}" for name, value in env.items()))


if __name__ == "__main__":
    main()
