"""The tokens of a text for the search index, the same for both databases.

A change of these rules goes with a migration that empties the index, as 0012 does: the worker
then fills it again.
"""

import unicodedata
from collections.abc import Iterable

import regex

from ..data import characters
from ..posts.text import pieces, tags_in

# In characters. PostgreSQL refuses a word of more than 2,046 bytes.
LONGEST_WORD = 100
# Scripts whose marks are accents or optional points. In others, marks are vowels and consonants.
# Enclosing marks are decoration everywhere.
_ACCENTED = r"\p{Latin}\p{Greek}\p{Cyrillic}\p{Hebrew}\p{Arabic}0-9"
_ACCENTS = regex.compile(rf"(?<=[{_ACCENTED}])\p{{M}}+|\p{{Me}}")
# Latin letters of living alphabets that have no decomposition in Unicode, and what people type in
# their place.
_LETTERS = str.maketrans(
    {"æ": "ae", "ɓ": "b", "đ": "d", "ð": "d", "ɖ": "d", "ɗ": "d", "ɛ": "e", "ə": "e", "ƒ": "f"}
    | {"ɠ": "g", "ħ": "h", "ı": "i", "ɨ": "i", "ƙ": "k", "ł": "l", "ŋ": "n", "ɲ": "n", "ø": "o"}
    | {"ɔ": "o", "œ": "oe", "þ": "th", "ŧ": "t", "ƴ": "y"}
)
_HANGUL = regex.compile("[가-힣]+")
# Han, kana and bopomofo are written without spaces, so each character is a word.
_SINGLE = r"\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}ー"
_WORD = regex.compile(
    rf"[{_SINGLE}]\p{{M}}*|[[\p{{L}}\p{{N}}]--[{_SINGLE}]][[\p{{L}}\p{{M}}\p{{N}}]--[{_SINGLE}]]*",
    regex.VERSION1,
)
# The first character of tokens that are not words: once before names, twice before tags, and
# three times before properties of a post.
MARK = "@"
IS_REPLY, HAS_LINK = "@@@reply", "@@@link"


def fold(text: str) -> str:
    """Return ``text`` without case and accents: ``Straße`` as ``strasse``, ``Café`` as ``cafe``.

    Marks are dropped where they are accents or optional points, and are part of the word in all
    other scripts. Hangul is in letters (jamo), so that the beginning of a syllable is found too.
    """
    if text.isascii():
        return text.lower()
    # The zero width space separates words of scripts that are written without spaces.
    decomposed = unicodedata.normalize("NFD", characters.fold(text.replace("\u200b", " ")))
    plain = _ACCENTS.sub("", decomposed).translate(_LETTERS)
    composed = unicodedata.normalize("NFC", plain)
    return _HANGUL.sub(lambda found: unicodedata.normalize("NFD", found[0]), composed)


def words_in(text: str) -> list[str]:
    """Return the folded words of ``text``, in order. They are letters, marks and digits only."""
    return [word[:LONGEST_WORD] for word in _WORD.findall(fold(text))]


def marked(words: Iterable[str]) -> list[str]:
    """Return ``words`` as tokens of a name, with :data:`MARK` in front."""
    return [MARK + word for word in words]


def tag_token(tag: str) -> str:
    """Return the token of a folded tag."""
    return MARK * 2 + tag


def tokens_of_post(username: str, body: str, is_reply: bool) -> list[str]:
    """Return the tokens of a post: its author's username, its tags, what it is, and its words."""
    found = pieces(body)
    properties = [IS_REPLY] if is_reply else []
    if any(piece.kind == "link" for piece in found):
        properties.append(HAS_LINK)
    # The username is one token, with its underscores.
    marks = [MARK + username.lower(), *map(tag_token, sorted(tags_in(found))), *properties]
    return [*marks, *words_in(body)]


def tokens_of_person(username: str, display_name: str, about_me: str) -> list[str]:
    """Return the tokens of a person: both names, marked, and the words of names and profile."""
    names = words_in(f"{username} {display_name}")
    return [*marked(names), *names, *words_in(about_me)]
