"""A made community: the rows of its tables, drawn with a fixed seed and by power laws."""

import random
from collections import Counter, namedtuple
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from operator import itemgetter
from typing import Any

from werkzeug.security import generate_password_hash

from app.posts.writing import ParsedText, parse

Row = tuple[Any, ...]

SEED = 20261124
# Everybody's password, and a fast hash method for it.
PASSWORD, CHEAP_HASH = "three unrelated words", "pbkdf2:sha256:1"
SYLLABLES = [c + v for c in "bdfghklmnprstvwz" for v in ("a", "e", "i", "o", "u", "ai", "é")]
EMOJI = ("🌧️", "🍞", "☕", "🚲", "🌻", "📚", "🎶", "🐈")
# How many different words and texts there are, and the median and maximum length of a text.
WORDS, TEXTS = 30_000, 5_000
MEDIAN_WORDS, MAX_CHARS = 15, 480
FOLLOWS_EACH, LIKES_EACH = 40, 3
# Likes, replies and reposts are of the newest posts: of so many.
MOST_LIKED = 1_000_000
# So many people write 1 % of all posts each.
PROLIFIC = 20
# So many people put pictures on all their posts, which are of these sizes.
PICTURED, PICTURE_SIZES = 20, ((1920, 1440), (1080, 1440), (1920, 640), (960, 960))
BLUR = "data:image/webp;base64,UklGRlAAAABXRUJQVlA4IEQAAACQAgCdASoUAA8APzmGuVOvKSWisAgB4CcJZQ"
# Accounts for the measures, and how many people they follow. They have no followers and no posts.
KNOWN = {"follows_20": 20, "follows_5000": 5_000, "follows_prolific": 0, "follows_pictured": 0}

Size = namedtuple("Size", "people posts")
SIZES = {"s": Size(4_000, 100_000), "m": Size(20_000, 1_000_000), "l": Size(100_000, 10_000_000)}


def id_at(year: int, month: int = 1, day: int = 1) -> int:
    """Return the first id of a day: milliseconds since 1970, above 16 low bits."""
    return int(datetime(year, month, day, tzinfo=UTC).timestamp() * 1000) << 16


# Everybody joins in 2024; everything else happens in 2025, likes within some days after the post.
JOINING, ACTING, END = id_at(2024), id_at(2025), id_at(2026)
LIKED_WITHIN = int(timedelta(days=12) / timedelta(milliseconds=1)) << 16

# Notifications are of the last weeks, and those before the last week are read.
NOTIFIED_SINCE, READ_UNTIL = id_at(2025, 11, 25), id_at(2025, 12, 25)

# Fills the tables that derive from others.
DERIVED = (
    """
    INSERT INTO bookmark (user_id, post_id, since)
    SELECT user_id, post_id, since FROM "like" WHERE since % 15 = 0""",
    f"""
    INSERT INTO notification (id, user_id, kind, actor_id, post_id, is_read)
    SELECT at + row_number() OVER (ORDER BY at), user_id, kind, actor_id, post_id, at < {READ_UNTIL}
    FROM (
        SELECT in_reply_to_author_id AS user_id, 'reply' AS kind, author_id AS actor_id,
               id AS post_id, id AS at FROM post WHERE in_reply_to_id IS NOT NULL
        UNION ALL SELECT original.author_id, 'repost', post.author_id, original.id, post.id
        FROM post JOIN post AS original ON original.id = post.repost_of_id
        UNION ALL SELECT user_id, 'mention', author_id, post_id, post_id
        FROM mention JOIN post ON id = post_id
        WHERE user_id <> coalesce(in_reply_to_author_id, -1)
        UNION ALL SELECT author_id, 'like', user_id, post_id, since
        FROM "like" JOIN post ON id = post_id
        UNION ALL SELECT followed_id, 'follow', follower_id, NULL, since FROM follow
    ) AS event
    WHERE at >= {NOTIFIED_SINCE} AND user_id <> actor_id ORDER BY at""",
)


class Community:
    """Draws the rows: people by their ids, and posts by their numbers, from 1 on."""

    def __init__(self, size: Size) -> None:
        self.size, self.rng = size, random.Random(SEED)
        made = ("".join(self.rng.choices(SYLLABLES, k=1 + n % 4)) for n in range(2 * WORDS))
        self.words = list(dict.fromkeys(made))[:WORDS]
        # Zipf's law: the word of rank n is drawn 1/n times as often as the first.
        self.weights = list(accumulate(1 / n for n in range(1, len(self.words) + 1)))
        self.people = list(range(JOINING, ACTING, (ACTING - JOINING) // size.people))[: size.people]
        names = [self.rng.choice(self.words).replace("é", "e")[:20] for _ in self.people]
        self.usernames = [*KNOWN, *(f"{name}_{n}" for n, name in enumerate(names))][: size.people]
        others = self.people[len(KNOWN) :]
        # In order of rank: who is followed and writes the most, and who follows the most.
        self.popular = self.rng.sample(others, len(others))
        self.active = self.rng.sample(others, len(others))
        self.prolific = self.popular[size.people // 4 :][:PROLIFIC]
        # Few follow them, so that other pages have hardly any pictures.
        self.pictured = self.popular[size.people // 2 :][:PICTURED]
        self.blocks = dict(zip(self.popular[0::20], self.popular[1::20], strict=False))
        self.mutes = dict(zip(self.popular[2::10], self.popular[3::10], strict=False))
        self.prominent = list(range(max(1, size.posts - MOST_LIKED + 1), size.posts + 1))
        self.rng.shuffle(self.prominent)
        # By the number of a post: its author, and its text unless it is a repost.
        self.authors: list[int] = [-1]
        self.texts: list[ParsedText | None] = [None]

    def tables(self) -> Iterator[tuple[str, str, Iterator[Row]]]:
        """Yield each table with its columns and rows, in the order of the foreign keys.

        Insert the rows of a table before the next one: texts look up the users that they mention.
        """
        yield "user", "id username display_name about_me password_hash", self.users()
        yield "block", "blocker_id blocked_id", iter(self.blocks.items())
        yield "mute", "muter_id muted_id", iter(self.mutes.items())
        yield "follow", "follower_id followed_id since", self.follows()
        texts = [parse(self.text()) for _ in range(TEXTS)]
        reply = "in_reply_to_id in_reply_to_author_id"
        yield "post", f"id author_id body body_html {reply} repost_of_id", self.posts(texts)
        yield "mention", "post_id user_id", self.found_in("mentioned")
        yield "post_tag", "post_id tag", iter(sorted(self.found_in("tags"), key=itemgetter(1)))
        yield "like", "user_id post_id since", self.likes()
        measured = "state width height bytes blur"
        yield "picture", f"id owner_id post_id place description {measured}", self.pictures()

    def post_id(self, number: int) -> int:
        """Return the id of a post."""
        return ACTING + number * ((END - ACTING) // (self.size.posts + 1))

    def by_rank(self, ranked: list[int], power: int = 3) -> int:
        """Draw one of ``ranked``: rank r in proportion to r^(1/power - 1)."""
        return ranked[int(self.rng.random() ** power * len(ranked))]

    def draw(self, count: int) -> list[str]:
        """Draw words."""
        return self.rng.choices(self.words, cum_weights=self.weights, k=count)

    def text(self) -> str:
        """Draw the text of a post, with or without mention, link, tags, emoji and break."""
        rng = self.rng
        words = self.draw(max(2, round(rng.lognormvariate(0, 0.7) * MEDIAN_WORDS)))
        words[0] = words[0].capitalize()
        for share, extra in (
            (0.15, f"@{rng.choice(self.usernames)}"),
            (0.15, f"https://{words[-1].lower()}.example/{'/'.join(self.draw(2))}"),
            (0.2, " ".join(f"#{tag}" for tag in self.draw(rng.randint(1, 3)))),
            (0.1, rng.choice(EMOJI)),
            (0.05, "\n\n"),
        ):
            if rng.random() < share:
                words.insert(rng.randint(1, len(words)), extra)
        return " ".join(words)[:MAX_CHARS].strip()

    def users(self) -> Iterator[Row]:
        """Yield everybody; all have the same password."""
        password_hash = generate_password_hash(PASSWORD, CHEAP_HASH)
        for number, (id, username) in enumerate(zip(self.people, self.usernames, strict=True)):
            about_me = " ".join(self.draw(number % 20))
            yield id, username, " ".join(self.draw(2)).title()[:60], about_me, password_hash

    def follows(self) -> Iterator[Row]:
        """Yield follows, none between people of whom one has blocked the other."""
        others = set(self.popular) - set(self.prolific)
        draws = self.size.people * FOLLOWS_EACH
        counts = Counter(self.by_rank(self.active) for _ in range(draws))
        for follower, name in zip(self.people, self.usernames, strict=True):
            followed = {self.by_rank(self.popular) for _ in range(counts[follower])}
            while len(followed) < min(KNOWN.get(name, 0), len(others)):
                followed |= {self.by_rank(self.popular)} & others
            if name == "follows_prolific":
                followed = set(self.prolific)
            if name == "follows_pictured":
                followed = set(self.pictured)
            for id in sorted(followed - {follower, self.blocks.get(follower)}):
                if self.blocks.get(id) != follower:
                    yield follower, id, self.rng.randrange(ACTING, END)

    def posts(self, texts: list[ParsedText]) -> Iterator[Row]:
        """Yield posts: of ten, two are replies and one reposts a post that has a text."""
        rng, reposts = self.rng, set()
        for number in range(1, self.size.posts + 1):
            is_typical = rng.random() > PROLIFIC / 100
            author = self.by_rank(self.popular, 2) if is_typical else rng.choice(self.prolific)
            target = self.by_rank(self.prominent)
            if target >= number:
                target = max(0, number - 1 - rng.randrange(500))
            id, kind = self.post_id(target), rng.random() if self.texts[target] else 1.0
            reply, repost_of, text = (None, None), None, rng.choice(texts)
            if kind < 0.1 and (author, target) not in reposts:
                reposts.add((author, target))
                repost_of, text = id, None
            elif kind < 0.3:
                reply = id, self.authors[target]
            self.authors.append(author)
            self.texts.append(text)
            body = (text.body, text.html) if text else ("", "")
            yield self.post_id(number), author, *body, *reply, repost_of

    def found_in(self, what: str) -> Iterator[Row]:
        """Yield the id of each post with each of its mentions, or of its tags."""
        for number, text in enumerate(self.texts):
            for one in getattr(text, what, ()):
                yield self.post_id(number), one

    def likes(self) -> Iterator[Row]:
        """Yield likes."""
        each = len(self.prominent) * LIKES_EACH // self.size.people
        for person in self.people:
            for number in sorted({self.by_rank(self.prominent) for _ in range(each)}):
                if self.texts[number]:
                    id = self.post_id(number)
                    yield person, id, id + self.rng.randrange(LIKED_WITHIN)

    def pictures(self) -> Iterator[Row]:
        """Yield one to four pictures of each post by those who put some on all of theirs."""
        by = set(self.pictured)
        for number, text in enumerate(self.texts):
            if text and self.authors[number] in by:
                id = self.post_id(number)
                for place in range(1 + number % 4):
                    description = " ".join(self.draw(12))
                    width, height = PICTURE_SIZES[(number + place) % len(PICTURE_SIZES)]
                    about = (description, "ready", width, height, 200_000, BLUR)
                    yield id + place, self.authors[number], id, place, *about
