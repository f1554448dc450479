"""How long a search takes: ``python -m benchmarks.search --size 1000000``.

Makes a community of that many posts, always the same one, in a folder where the next run
finds it; then asks for the first page of many searches, as a browser would, and prints
what the answers took. With ``--database`` it does so in the (empty) database of that URL.
"""

import argparse
import random
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import accumulate, islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import flask_migrate
from flask import Flask
from sqlalchemy import func, insert, select

from app import create_app
from app.accounts.models import User
from app.db import LOW_BITS, db, id_at, writing
from app.posts.models import Post
from app.search import index

SEED = 20261124
AT_ONCE = 5_000
POSTS_A_PERSON = 50
SYLLABLES = [c + v for c in "bdfghklmnprstvwz" for v in ("a", "e", "i", "o", "u", "ai", "é")]
FIRST = id_at(datetime(2024, 1, 1, tzinfo=UTC))
A_MINUTE = 60_000 << LOW_BITS


class Community:
    """Words, people and posts as they are in the wild: a few very often, most hardly ever."""

    def __init__(self, size: int) -> None:
        self.size = size
        chance = random.Random(SEED)
        made = ("".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in iter(int, 1))
        self.words = list(dict.fromkeys(islice(made, 100_000)))
        self.names = [
            f"{self.words[n % len(self.words)].replace('é', 'e')}_{n}"
            for n in range(max(10, size // POSTS_A_PERSON))
        ]
        # By Zipf's law the word of rank n comes 1/n times as often as the first.
        self.word_weights = list(accumulate(1 / n for n in range(1, len(self.words) + 1)))
        self.name_weights = list(accumulate(1 / n for n in range(1, len(self.names) + 1)))

    def people(self) -> Iterator[dict[str, Any]]:
        """Yield the columns of people."""
        for n, name in enumerate(self.names):
            yield {
                "id": FIRST + n,
                "username": name,
                "display_name": f"{self.words[n % 997]} {self.words[n % 4999]}".title(),
                "followers_count": n % 1000,
            }

    def posts(self) -> Iterator[dict[str, Any]]:
        """Yield the columns of posts, the oldest first."""
        chance = random.Random(SEED)
        for n in range(self.size):
            words = chance.choices(
                self.words, cum_weights=self.word_weights, k=chance.randint(3, 30)
            )
            if not n % 5:
                words.append(f"#{words[0]}")
            (author,) = chance.choices(range(len(self.names)), cum_weights=self.name_weights)
            body = " ".join(words)
            yield {
                "id": FIRST + A_MINUTE + n * (A_MINUTE // 10),
                "author_id": FIRST + author,
                "body": body,
                "body_html": body,
            }

    def move_in(self) -> None:
        """Fill the database, and the index with the function that the site fills it with."""
        with writing() as session:
            for model, values in ((User, self.people()), (Post, self.posts())):
                while lot := list(islice(values, AT_ONCE)):
                    session.execute(insert(model), lot)
        index.fill()
        index.tidy()


def kinds(community: Community) -> dict[str, Callable[[random.Random], dict[str, str]]]:
    """Return what people look for: by name of the kind, how to think of one."""
    some_posts = list(islice(community.posts(), 2_000))

    def said(chance: random.Random) -> list[str]:
        return str(chance.choice(some_posts)["body"]).split()

    def name(chance: random.Random) -> str:
        return chance.choice(community.names)

    def of_rank(low: int, high: int) -> Callable[[random.Random], dict[str, str]]:
        return lambda chance: {"q": community.words[chance.randrange(low, high)] + " "}

    def phrase(chance: random.Random) -> dict[str, str]:
        words = said(chance)
        start = chance.randrange(len(words) - 1)
        return {"q": f'"{" ".join(words[start : start + 2])}"'}

    return {
        "a rare word": of_rank(20_000, 40_000),
        "a word": of_rank(100, 2_000),
        "a common word": of_rank(0, 20),
        "two words": lambda c: {"q": " ".join(c.sample(said(c), 2)) + " "},
        "a phrase": phrase,
        "typing, 2 letters": lambda c: {"q": c.choice(said(c))[:2]},
        "typing, 4 letters": lambda c: {"q": c.choice(said(c))[:4]},
        "typing a second word": lambda c: {"q": f"{said(c)[0]} {c.choice(said(c))[:3]}"},
        "from:": lambda c: {"q": f"from:{name(c)}"},
        "from: and a word": lambda c: {"q": f"from:{name(c)} {said(c)[0]} "},
        "#tag": lambda c: {"q": f"#{c.choice(community.words[:5_000])}"},
        "people": lambda c: {"q": name(c)[:5], "by": "people"},
        "relevance, a common word": lambda c: of_rank(0, 20)(c) | {"by": "relevance"},
        "relevance, two words": lambda c: {"q": " ".join(said(c)[:2]), "by": "relevance"},
    }


def measure(app: Flask, community: Community, rounds: int) -> list[float]:
    """Print a row for each kind; return what every answer took, in milliseconds."""
    chance, browser, everything = random.Random(SEED), app.test_client(), []
    print(f"\n{'':26}{'median':>10}{'95 %':>10}   (milliseconds, the whole first page)")
    for kind, think in kinds(community).items():
        took = []
        for _round in range(rounds):
            path = f"/search?{urlencode(think(chance))}"
            start = time.perf_counter()
            answer = browser.get(path)
            took.append((time.perf_counter() - start) * 1000)
            if answer.status_code != 200:
                raise SystemExit(f"{path} was answered with {answer.status}")
        everything += took
        print(f"{kind:26}{statistics.median(took):10.1f}{_near_worst(took):10.1f}")
    return everything


def _near_worst(took: list[float]) -> float:
    return statistics.quantiles(took, n=20)[-1]


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    options.add_argument("--size", type=int, default=200_000, help="how many posts")
    options.add_argument("--rounds", type=int, default=40, help="how many searches of a kind")
    options.add_argument("--folder", type=Path, default=Path(".cache/benchmarks"))
    options.add_argument("--database", help="URL of an empty database, instead of SQLite")
    asked = options.parse_args()
    folder = asked.folder.resolve() / f"search-{asked.size}"
    env = {"INSTANCE_PATH": str(folder)} | (
        {"DATABASE_URL": asked.database} if asked.database else {}
    )
    app, community = create_app(env), Community(asked.size)
    with app.app_context():
        flask_migrate.upgrade()
        if db.session.scalar(select(func.count()).select_from(Post)) != asked.size:
            print(f"Writing {asked.size:,} posts …", flush=True)
            start = time.monotonic()
            community.move_in()
            print(f"… took {time.monotonic() - start:.0f} s.")
    everything = measure(app, community, asked.rounds)
    print(f"{'all':26}{statistics.median(everything):10.1f}{_near_worst(everything):10.1f}")


if __name__ == "__main__":
    main()
