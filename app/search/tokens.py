"""The tokens of a text for the search index, the same for both databases."""

import re
import unicodedata
from collections.abc import Iterable

# In characters. PostgreSQL refuses a word of more than 2,046 bytes.
LONGEST_WORD = 100
# Han, kana and bopomofo are written without spaces, so each character is a word.
_SINGLE = (
    "\u3005-\u3007\u3021-\u3029\u3031-\u3035\u3038-\u303b\u3041-\u30ff\u3105-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WORD = re.compile(rf"[{_SINGLE}]|[^\W_{_SINGLE}]+")
# The first character of the tokens of names; no word contains it.
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
    """Return ``words`` as tokens of a name, with :data:`MARK` in front."""
    return [MARK + word for word in words]


def tokens_of_post(username: str, body: str) -> list[str]:
    """Return the tokens of a post: its author's username, marked, and its words."""
    # The username is one token, with its underscores.
    return [MARK + username.lower(), *words_in(body)]


def tokens_of_person(username: str, display_name: str, about_me: str) -> list[str]:
    """Return the tokens of a person: both names, marked, and the words of names and profile."""
    names = words_in(f"{username} {display_name}")
    return [*marked(names), *names, *words_in(about_me)]
