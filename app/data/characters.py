"""Characters: which can be seen, which are ignorable, and how text is folded.

The tables are those of the ``regex`` library: they are newer than Python's, which decides whether
the latest emoji count.
"""

import unicodedata

import regex

# Blank on purpose, although Unicode calls them letters or symbols: Braille blank, object
# replacement, null notehead, full and half blank of hieroglyphs.
_BLANK = r"\u2800\ufffc\U0001d159\U00013441\U00013442"
_SPACE = regex.compile(rf"[\s{_BLANK}]+")
_VISIBLE = regex.compile(
    rf"[[\p{{L}}\p{{N}}\p{{P}}\p{{S}}\p{{Extended_Pictographic}}\p{{Prepended_Concatenation_Mark}}]"
    rf"--[\p{{Default_Ignorable_Code_Point}}{_BLANK}]]",
    regex.VERSION1,
)
# A character of a username, and a whole one.
IN_USERNAME = "[A-Za-z0-9_]"
LONGEST_USERNAME = 30
USERNAME = rf"{IN_USERNAME}{{1,{LONGEST_USERNAME}}}"
# A letter, mark or digit.
IN_WORD = r"[[\p{L}\p{M}\p{N}]--\p{Default_Ignorable_Code_Point}]"
_IGNORABLE = regex.compile(r"\p{Default_Ignorable_Code_Point}")
# What has no shape of its own, wherever it is.
_SHAPELESS = regex.compile(
    rf"[[\p{{Cc}}\p{{Cf}}\p{{Cs}}\p{{Co}}\p{{Default_Ignorable_Code_Point}}{_BLANK}]"
    r"--[\s\p{Prepended_Concatenation_Mark}]]",
    regex.VERSION1,
)
# Controls, private use and what is ignorable, unless it belongs to a word or an emoji: joiners
# between letters, digits and marks (Unicode Standard Annex 31, 2.3), and between the parts of an
# emoji; emoji presentation; the subdivision of a flag (Unicode Technical Standard 51, ED-14a); the
# variant of a Han character (Unicode Technical Standard 37).
_HIDDEN = regex.compile(
    rf"(?<={IN_WORD}) [\u200c\u200d] (?={IN_WORD}) (*SKIP)(*FAIL) |"
    r"""
    (?<=\p{Extended_Pictographic}[\ufe0f\p{Emoji_Modifier}]?) \u200d
    (?=\p{Extended_Pictographic}) (*SKIP)(*FAIL)
    | (?<=\p{Extended_Pictographic}) [\ufe0e\ufe0f] (*SKIP)(*FAIL)
    | (?<=[0-9\#*]) \ufe0f (?=\u20e3) (*SKIP)(*FAIL)
    | (?<=\U0001f3f4) [\U000e0030-\U000e0039\U000e0061-\U000e007a]{3,6} \U000e007f (*SKIP)(*FAIL)
    | (?<=\p{Han}) [\U000e0100-\U000e01ef] (*SKIP)(*FAIL)
    | [[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Default_Ignorable_Code_Point}]
      --[\s\p{Prepended_Concatenation_Mark}]]
    """,
    regex.VERSION1 | regex.VERBOSE,
)


def is_visible(text: str) -> bool:
    """Whether anything in ``text`` can be seen.

    White space, controls, lone combining marks, private use and unassigned characters are not.
    """
    return _VISIBLE.search(text) is not None


def fold(text: str) -> str:
    """Return ``text`` for comparison, without case, compatibility forms and ignorable characters.

    This is Unicode's NFKC_Casefold. Limit the length before: it takes quadratic time in the
    number of combining marks.
    """
    if text.isascii():
        return text.lower()
    kept = unicodedata.normalize("NFKC", _IGNORABLE.sub("", text))
    return unicodedata.normalize("NFKC", kept.casefold())


def as_seen(text: str) -> str:
    """Return ``text`` without what nobody sees: ignorable characters, controls and blanks.

    White space stays, and case. Joiners and variants, which shape words and emoji, are dropped.
    """
    return _SHAPELESS.sub("", text)


def one_line(text: str) -> str:
    """Return ``text`` in NFC and on one line, with single spaces and without hidden characters.

    Bidi controls and zero-width characters are hidden, except in a word or an emoji. What is blank
    on purpose is a space. Limit the length before, as for :func:`fold`.
    """
    return _SPACE.sub(" ", unicodedata.normalize("NFC", _HIDDEN.sub("", text))).strip()
