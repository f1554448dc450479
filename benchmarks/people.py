"""The people of a made community and the texts that they write: what Python makes of it."""

import random
from collections.abc import Iterator
from typing import Any

from app.posts.writing import parse

from .sizes import BODIES, KNOWN, PROLIFIC, SEED, SPREAD_FOLLOWED, Size
from .words import Words


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
            made = parse(
                self.words.text(self.usernames),
                lambda names: {name: numbers[name] for name in names & numbers.keys()},
            )
            row = {"number": number, "body": made.body, "html": made.html}
            yield row, made.mentioned, made.tags
