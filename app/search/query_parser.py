"""The query parser: turns the text of the search field into terms, tags, filters and dates."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from flask_babel import gettext as _

from ..data.characters import USERNAME
from ..posts.text import HASH_SIGNS, fold_tag, tag_at
from .tokens import HAS_LINK, IS_REPLY, MARK, fold, marked, tag_token, words_in

# Characters of a query that are read: to fold combining marks takes quadratic time.
LONGEST_QUERY = 1_000
# Further words are ignored, which limits the cost of a query.
MOST_WORDS = 20
# Hints that are shown, and characters of what is quoted in one.
MOST_HINTS = 5
LONGEST_QUOTED = 40
# The shortest last word, in characters, that is searched as a prefix.
SHORTEST_PREFIX = 2

_QUOTES = str.maketrans(dict.fromkeys("“”„‟«»＂", '"'))
# A minus excludes where a word begins.
_PIECE = re.compile(
    r"(?P<minus>(?<!\S)-(?=[^\s-]))?"
    r'(?:"(?P<quoted>[^"]*)(?P<closed>"?)|(?P<plain>[^\s"]+))'
)
# A name, and a value without the punctuation behind it; no URL.
_OPERATOR = re.compile(r"([A-Za-z]{2,}):(?!//)(.*?)\W*", re.DOTALL)
_USERNAME = re.compile(f"[@＠]?({USERNAME})")
_DATE = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
# Operators of other searches, between or before words; all words are searched here, and a minus
# leaves posts out.
_ELSEWHERE = ("AND", "NOT")
_FILTERS = {"is:reply": IS_REPLY, "has:link": HAS_LINK}


@dataclass(frozen=True)
class Term:
    """A word, or a phrase: adjacent words in this order."""

    words: tuple[str, ...]
    # Whether the last word is a prefix, because it is still being typed.
    is_prefix: bool = False
    # Another term that will do as well.
    other: "Term | None" = None

    @property
    def in_names(self) -> "Term":
        """The same term, restricted to the names of people."""
        other = self.other.in_names if self.other else None
        return Term(tuple(marked(self.words)), self.is_prefix, other)

    def any_of(self) -> "Iterator[Term]":
        """Yield the terms of which one must match."""
        if self.other:
            yield from self.other.any_of()
        yield self


@dataclass(frozen=True)
class SearchQuery:
    """A search for posts with every term in any order, by the author, with all of the tags.

    It is false if it has no condition by which posts can be found.
    """

    terms: tuple[Term, ...] = ()
    # Usernames in lower case, of which one is the author's.
    authors: tuple[str, ...] = ()
    # Folded, without the #.
    tags: tuple[str, ...] = ()
    # Tokens of properties of a post.
    filters: tuple[str, ...] = ()
    # Terms that a post must not have.
    excluded: tuple[Term, ...] = ()
    # The first day, and the first day after the last one, in the time zone of the viewer.
    since: date | None = None
    until: date | None = None
    # The whole query, in lower case, if it can be a username.
    username: str | None = None
    # What was not understood, in words.
    hints: tuple[str, ...] = field(default=(), compare=False)

    def __bool__(self) -> bool:
        has_dates = bool(self.since or self.until) and not self.excluded
        return bool(self.terms or self.authors or self.tags or self.filters) or has_dates


def parse(text: str, me: str = "") -> SearchQuery:
    """Parse any text; never raises. ``me`` is the username of the viewer, for ``from:me``."""
    return _Parser(me.lower()).parse(text[:LONGEST_QUERY].translate(_QUOTES))


def nobody_called(name: str) -> str:
    """Return the hint that there is nobody of that name."""
    return _("Nobody is called %(name)s.", name=_shortened(name))


class _Parser:
    def __init__(self, me: str) -> None:
        self.me = me
        self.terms: list[Term] = []
        self.authors: list[str] = []
        self.tags: list[str] = []
        self.filters: list[str] = []
        self.excluded: list[Term] = []
        self.since: date | None = None
        self.until: date | None = None
        # By what was written.
        self.hints: dict[str, str] = {}
        self.words_left = MOST_WORDS

    def parse(self, text: str) -> SearchQuery:
        may_join = joins = False
        for piece in _PIECE.finditer(text):
            if piece[0] == "OR" and piece.start():
                joins = True
                continue
            if piece[0] in _ELSEWHERE and text[piece.end() :].strip():
                self._hint_at_words(piece)
            term = self._read(piece, is_last=piece.end() == len(text))
            if joins and not (may_join and term):
                self.hints["OR"] = _("OR stands between words and phrases only.")
            elif joins and term:
                term = replace(term, other=self.terms.pop())
            if term:
                self.terms.append(term)
            may_join, joins = bool(term), False
        return self._query(text)

    def _query(self, text: str) -> SearchQuery:
        name = _USERNAME.fullmatch(text.strip())
        query = SearchQuery(
            terms=tuple(self.terms),
            authors=tuple(dict.fromkeys(self.authors[:MOST_WORDS])),
            tags=tuple(dict.fromkeys(self.tags[:MOST_WORDS])),
            filters=tuple(dict.fromkeys(self.filters)),
            excluded=tuple(self.excluded[:MOST_WORDS]),
            since=self.since,
            until=self.until,
            username=name[1].lower() if name else None,
        )
        if query.excluded and not query:
            self.hints["-"] = _("A minus only leaves posts out. Add a word to look for.")
        return replace(query, hints=tuple(self.hints.values())[:MOST_HINTS])

    def _read(self, piece: re.Match[str], *, is_last: bool) -> Term | None:
        """Read a piece; return it if it is a word or a phrase that must be there."""
        plain, is_excluded = piece["plain"] or "", bool(piece["minus"])
        operator = _OPERATOR.fullmatch(plain)
        if operator and self._operate(operator[1].lower(), operator[2], piece):
            return None
        if plain.startswith(tuple(HASH_SIGNS)) and (tag := tag_at(plain, 1)):
            folded = fold_tag(tag)
            if not self._excludes(piece, tag_token(folded)):
                self.tags.append(folded)
            return None
        is_open = is_last and not piece["closed"] and not is_excluded
        term = self._term(plain or piece["quoted"], is_open=is_open)
        if term and is_excluded:
            self.excluded.append(term)
        return None if is_excluded else term

    def _term(self, text: str, *, is_open: bool) -> Term | None:
        found = words_in(text)
        words = tuple(found[: self.words_left])
        self.words_left -= len(words)
        if len(words) < len(found):
            self.hints["…"] = _("Only the first %(count)s words are searched.", count=MOST_WORDS)
        if not words:
            return None
        # After a space or punctuation the last word is complete.
        is_typed = is_open and len(words) == len(found) and fold(text).endswith(words[-1])
        return Term(words, is_typed and len(words[-1]) >= SHORTEST_PREFIX)

    def _operate(self, name: str, value: str, piece: re.Match[str]) -> bool:
        """Apply an operator; return False for one that is none, which is searched as words."""
        is_known = name in ("from", "before", "after", "on", "is", "has")
        if value and not is_known:
            self._hint_at_words(piece)
        elif is_known and not value:
            self.hints[piece[0]] = _(
                "“%(piece)s” has no value and was left out.", piece=_shortened(piece[0])
            )
        elif value and name == "from":
            self._from(value, piece)
        elif value and name in ("is", "has"):
            self._filter(f"{name}:{value.lower()}", piece)
        elif value:
            self._dates(name, value, piece)
        return is_known

    def _hint_at_words(self, piece: re.Match[str]) -> None:
        self.hints[piece[0]] = _(
            "“%(piece)s” is no operator: it was searched as words.", piece=_shortened(piece[0])
        )

    def _from(self, value: str, piece: re.Match[str]) -> None:
        match = _USERNAME.fullmatch(value)
        name = match[1].lower() if match else ""
        if not name:
            self.hints[piece[0]] = nobody_called(value)
        # The viewer is "me", and so may somebody be called.
        names = [self.me, name] if self.me and name == "me" else [name]
        if not self._excludes(piece, MARK + names[0]):
            self.authors += names

    def _filter(self, written: str, piece: re.Match[str]) -> None:
        token = _FILTERS.get(written)
        if token is None:
            self.hints[piece[0]] = _(
                "“%(piece)s” is not known and was left out.", piece=_shortened(piece[0])
            )
        elif not self._excludes(piece, token):
            self.filters.append(token)

    def _dates(self, name: str, value: str, piece: re.Match[str]) -> None:
        day = _day(value)
        if day is None or piece["minus"]:
            self.hints[piece[0]] = _(
                "“%(piece)s” was left out. A date is written as in %(example)s.",
                piece=_shortened(piece[0]),
                example=f"{name}:2026-08-28",
            )
            return
        if name != "before":
            first = day if name == "on" else _day_after(day)
            self.since = max(first, self.since or first)
        if name != "after":
            end = day if name == "before" else _day_after(day)
            self.until = min(end, self.until or end)

    def _excludes(self, piece: re.Match[str], token: str) -> bool:
        """Exclude ``token`` if the piece begins with a minus; return whether it does."""
        if piece["minus"]:
            self.excluded.append(Term((token,)))
        return bool(piece["minus"])


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text) if _DATE.fullmatch(text) else None
    except ValueError:
        return None


def _day_after(day: date) -> date:
    return day + timedelta(days=1) if day < date.max else day


def _shortened(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTED else f"{text[:LONGEST_QUOTED]}…"
