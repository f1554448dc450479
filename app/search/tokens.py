"""Tokens: the words by which a text is found, the same for both databases."""

import re
import unicodedata
from collections.abc import Iterable

# PostgreSQL takes no word above 2,046 bytes; nobody searches for a word of this length.
LONGEST_WORD = 100
# Han, kana and bopomofo are written without spaces: there each character is a word.
_ALONE = (
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u30ff\u3105-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_ALONE}]|[^\W_{_ALONE}]+")
# No word contains this character: a token that begins with it is of a name.
MARK = "@"


def fold(text: str) -> str:
    """Return ``text`` without case and accents: ``Straße`` as ``strasse``, ``Café`` as ``cafe``.

    Compatibility characters are decomposed (NFKD), combining marks dropped, and the rest
    case-folded (Unicode 3.13, default caseless matching).
    """
    if text.isascii():
        return text.lower()
    decomposed = unicodedata.normalize("NFKD", text)
    return "".join(c for c in decomposed if unicodedata.category(c) != "Mn").casefold()


def words_in(text: str) -> list[str]:
    """Return the folded words of ``text``, in order. They are letters and digits only."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


def marked(words: Iterable[str]) -> list[str]:
    """Return ``words`` as tokens of a name, which differ from those of a text."""
    return [MARK + word for word in words]


def tokens_of_post(username: str, body: str) -> list[str]:
    """Return the tokens of a post: its author's username, marked, and its words."""
    # In one piece, with its underscores: usernames do not change.
    return [MARK + username.lower(), *words_in(body)]


def tokens_of_person(username: str, display_name: str, about_me: str) -> list[str]:
    """Return the tokens of a person: both names, marked, and all their words."""
    names = words_in(f"{username} {display_name}")
    return [*marked(names), *names, *words_in(about_me)]
