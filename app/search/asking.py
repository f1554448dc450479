"""What a person types into the search field, read as what they look for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ..posts.text import fold_tag, tag_at
from .words import marked, words_in

# Further words are not looked for: a query of any length costs the same.
MOST_WORDS = 20
# A word that is still being typed finds longer ones from this many letters on.
SHORTEST_BEGINNING = 2

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
_PIECE = re.compile(r'"(?P<quoted>[^"]*)(?P<closed>"?)|(?P<plain>[^\s"]+)')
_FROM = re.compile(r"from:@?([a-z0-9_]{0,30})", re.IGNORECASE | re.ASCII)
_NAME = re.compile(r"@?([a-z0-9_]{1,30})", re.IGNORECASE | re.ASCII)


@dataclass(frozen=True)
class Term:
    """Words that stand side by side, in this order; one word, most of the time."""

    words: tuple[str, ...]
    # The last word is still being typed: longer ones that begin so are meant too.
    is_begun: bool = False

    @property
    def in_names(self) -> "Term":
        """The same, but found in names only."""
        return Term(tuple(marked(self.words)), self.is_begun)


@dataclass(frozen=True)
class Asked:
    """What to look for: every term in any order, by that author, with all of the tags.

    It is false when there is nothing to look for.
    """

    terms: tuple[Term, ...] = ()
    # In lower case.
    from_name: str | None = None
    # Folded, without the sign.
    tags: tuple[str, ...] = ()
    # The whole query, in lower case, where it could be somebody's username.
    username: str | None = None

    def __bool__(self) -> bool:
        return bool(self.terms or self.from_name or self.tags)


def read(text: str) -> Asked:
    """Read any text as a query; never raises."""
    text = text.translate(_QUOTES)
    from_name, tags, terms = None, [], []
    for piece in _PIECE.finditer(text):
        plain = piece["plain"]
        if plain and (by := _FROM.fullmatch(plain)):
            from_name = by[1].lower() or from_name
        elif plain and plain[0] in "#＃" and (tag := tag_at(plain, 1, len(plain))):
            tags.append(fold_tag(tag))
        else:
            ends_open = piece.end() == len(text) and not piece["closed"]
            terms.append(_term(plain or piece["quoted"], is_begun=ends_open))
    name = _NAME.fullmatch(text.strip())
    return Asked(
        terms=tuple(_first_words(terms)),
        from_name=from_name,
        tags=tuple(tags[:MOST_WORDS]),
        username=name[1].lower() if name else None,
    )


def _term(text: str, *, is_begun: bool) -> Term:
    words = tuple(words_in(text))
    # After a space or a sign the last word is complete.
    is_open = is_begun and bool(words) and text[-1:].isalnum()
    return Term(words, is_open and len(words[-1]) >= SHORTEST_BEGINNING)


def _first_words(terms: list[Term]) -> Iterator[Term]:
    left = MOST_WORDS
    for term in terms:
        if left and term.words:
            kept = term.words[:left]
            yield Term(kept, term.is_begun and kept == term.words)
            left -= len(kept)
