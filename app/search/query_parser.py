"""The query parser: turns the text of the search field into terms, tags and a username."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..data import characters
from ..posts.text import HASH_SIGNS, tag_at
from .tokens import fold, marked, words_in

# Characters of a query that are read: to fold combining marks takes quadratic time.
LONGEST_QUERY = 1_000
# Further words are ignored, which limits the cost of a query.
MOST_WORDS = 20
# The shortest last word, in characters, that is searched as a prefix.
SHORTEST_PREFIX = 2

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_PIECE = re.compile(r'"(?P<quoted>[^"]*)(?P<closed>"?)|(?P<plain>[^\s"]+)')
_FROM = re.compile(r"from:@?([a-z0-9_]{0,30})", re.IGNORECASE | re.ASCII)
_NAME = re.compile(r"@?([a-z0-9_]{1,30})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Term:
    """A word, or a phrase: adjacent words in this order."""

    words: tuple[str, ...]
    # Whether the last word is a prefix, because it is still being typed.
    is_prefix: bool = False

    @property
    def in_names(self) -> "Term":
        """The same term, restricted to the names of people."""
        return Term(tuple(marked(self.words)), self.is_prefix)


@dataclass(frozen=True)
class SearchQuery:
    """A search for posts with every term in any order, by the author, with all of the tags.

    It is false if it has no condition.
    """

    terms: tuple[Term, ...] = ()
    # In lower case.
    from_username: str | None = None
    # Folded, without the #.
    tags: tuple[str, ...] = ()
    # The whole query, in lower case, if it can be a username.
    username: str | None = None

    def __bool__(self) -> bool:
        return bool(self.terms or self.from_username or self.tags)


def parse(text: str) -> SearchQuery:
    """Parse any text; never raises."""
    text = text[:LONGEST_QUERY].translate(_QUOTES)
    from_username, tags, terms = None, [], []
    for piece in _PIECE.finditer(text):
        plain = piece["plain"]
        if plain and (by := _FROM.fullmatch(plain)):
            from_username = by[1].lower() or from_username
        elif plain and plain[0] in HASH_SIGNS and (tag := tag_at(plain, 1)):
            tags.append(characters.fold(tag))
        else:
            ends_open = piece.end() == len(text) and not piece["closed"]
            terms.append(_term(plain or piece["quoted"], is_prefix=ends_open))
    name = _NAME.fullmatch(text.strip())
    return SearchQuery(
        terms=tuple(_first_words(terms)),
        from_username=from_username,
        tags=tuple(tags[:MOST_WORDS]),
        username=name[1].lower() if name else None,
    )


def _term(text: str, *, is_prefix: bool) -> Term:
    words = tuple(words_in(text))
    # After a space or punctuation the last word is complete.
    is_open = is_prefix and bool(words) and fold(text).endswith(words[-1])
    return Term(words, is_open and len(words[-1]) >= SHORTEST_PREFIX)


def _first_words(terms: list[Term]) -> Iterator[Term]:
    left = MOST_WORDS
    for term in terms:
        if left and term.words:
            kept = term.words[:left]
            yield Term(kept, term.is_prefix and kept == term.words)
            left -= len(kept)
