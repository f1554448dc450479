"""What the people of a made community are called, and what they write: always the same."""

import random
from collections.abc import Sequence
from itertools import accumulate, islice

SYLLABLES = [c + v for c in "bdfghklmnprstvwz" for v in ("a", "e", "i", "o", "u", "ai", "é")]
WORDS = 30_000
EMOJI = ["🌧️", "🍞", "☕", "🚲", "🌻", "📚", "🎶", "🐈"]
# Of so many words is a text, in the middle: the rest lies around by a log-normal law, as in
# what people write for real, and no text is longer than the site takes.
WORDS_IN_A_TEXT = 15
LONGEST = 480


class Words:
    """A vocabulary in which, by Zipf's law, the word of rank n comes 1/n as often as the first."""

    def __init__(self, chance: random.Random) -> None:
        self.chance = chance
        made = ("".join(chance.choices(SYLLABLES, k=chance.randint(1, 4))) for _ in iter(int, 1))
        self.words = list(dict.fromkeys(islice(made, 2 * WORDS)))[:WORDS]
        self.weights = list(accumulate(1 / n for n in range(1, len(self.words) + 1)))

    def some(self, count: int) -> list[str]:
        """Return words as they come in a text."""
        return self.chance.choices(self.words, cum_weights=self.weights, k=count)

    def rare(self, low: int, high: int) -> str:
        """Return a word whose rank lies between the two."""
        return self.words[self.chance.randrange(low, high)]

    def username(self, number: int) -> str:
        """Return a name that nobody of another number has."""
        return f"{self.rare(0, WORDS).replace('é', 'e')[:20]}_{number}"

    def display_name(self) -> str:
        """Return what somebody is called."""
        return " ".join(self.some(2)).title()

    def text(self, usernames: Sequence[str]) -> str:
        """Return the text of a post; it may name one of ``usernames``, a tag or a page."""
        chance = self.chance
        length = max(2, round(chance.lognormvariate(0, 0.7) * WORDS_IN_A_TEXT))
        words = self.some(length)
        words[0] = words[0].capitalize()
        if chance.random() < 0.15:
            words.insert(0, f"@{chance.choice(usernames)}")
        if chance.random() < 0.15:
            words.append(f"https://{words[-1].lower()}.example/{'/'.join(self.some(2))}")
        if chance.random() < 0.2:
            words += [f"#{tag}" for tag in self.some(chance.randint(1, 3))]
        if chance.random() < 0.1:
            words.insert(len(words) // 2, chance.choice(EMOJI))
        if chance.random() < 0.05:
            words.insert(len(words) // 2, "\n\n")
        return " ".join(words)[:LONGEST].strip()
