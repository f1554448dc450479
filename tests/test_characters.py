"""Characters: what can be seen, how text is folded, and what a name of one line keeps."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.characters import fold, is_visible, one_line

NOT_VISIBLE = {
    "Braille blank": "\u2800",
    "Hangul filler": "\u3164",
    "Hangul choseong filler": "\u115f",
    "halfwidth Hangul filler": "\uffa0",
    "Khmer inherent vowel": "\u17b4",
    "combining grapheme joiner": "\u034f",
    "variation selector": "\ufe0f",
    "object replacement": "\ufffc",
    "zero width joiner": "\u200d",
    "no-break space": "\xa0",
    "lone combining mark": "\u0301",
    "lone vowel sign": "\u093e",
    "unassigned": "\u0378",
    "noncharacter": "\uffff",
    "private use": "\ue000",
    "lone surrogate": "\ud800",
    "tag character": "\U000e0061",
    "null notehead": "\U0001d159",
    "nothing": "",
}


@pytest.mark.parametrize("text", NOT_VISIBLE.values(), ids=NOT_VISIBLE)
def test_what_leaves_no_trace_is_not_visible(text):
    assert not is_visible(text)
    assert not is_visible(f" {text}\n{text * 3}\t")
    assert is_visible(f"{text}x")


@pytest.mark.parametrize(
    "text", ["a", "é", "1", ".", "_", "ㄱ", "क", "①", "👍", "🇪🇺", "⠁", "\u06dd"]
)
def test_letters_digits_punctuation_and_symbols_are_visible(text):
    assert is_visible(text)


@pytest.mark.parametrize("emoji", ["\U0001fae9", "\U0001fadf", "\U0001f6d8", "\U0001fac8"])
def test_emoji_that_are_newer_than_the_tables_of_python_are_visible(emoji):
    assert is_visible(emoji)


@given(st.text(st.characters(categories=["Cc", "Cf", "Cs", "Co", "Mn", "Mc", "Me", "Z"])))
def test_no_text_of_controls_marks_and_spaces_is_visible(text):
    prepended = {"\u06dd", "\u070f", "\u0890", "\u0891", "\u08e2", "\U000110bd", "\U000110cd"}
    assert is_visible(text) == any(c in prepended or "\u0600" <= c <= "\u0605" for c in text)


@given(st.characters(categories=["Lu", "Ll", "Nd", "Po", "Sc", "Sm"]))
def test_every_cased_letter_digit_and_sign_is_visible(char):
    assert is_visible(char)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Straße", "strasse"),
        ("ＦＵＬＬ", "full"),
        ("cafe\u0301", "café"),
        ("e\u034f\u0301", "é"),
        ("a\ufe0f", "a"),
        ("نرم\u200cافزار", "نرمافزار"),
        ("coŀlecció", "col·lecció"),
        ("ΣΊΣΥΦΟΣ", "σίσυφοσ"),
        ("soft\xadhyphen", "softhyphen"),
    ],
)
def test_folding_drops_case_compatibility_and_what_is_ignorable(text, folded):
    assert fold(text) == folded


@given(st.text())
def test_folding_is_idempotent(text):
    assert fold(fold(text)) == fold(text)


@pytest.mark.parametrize(
    "name",
    [
        "Ana López",
        "👩\u200d💻 Ana",
        "👩🏽\u200d🚀",
        "👩\u200d❤\ufe0f\u200d👨",
        "🏳\ufe0f\u200d🌈 Bo",
        "1\ufe0f\u20e3",
        "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f",
        "علی\u200cرضا",
        "葛\U000e0100飾",
        "辻\U000e0101",
        "ශ\u0dca\u200dර\u0dd3",
        "O'Brien-Smith, PhD (she/her)",
        "𝓐𝓷𝓪 ﷽ ½",
    ],
)
def test_words_and_emoji_of_a_name_are_kept_whole(name):
    assert one_line(name) == name


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("Ana\tL", "Ana L"),
        ("  Ana \r\n \u3000 L\u2028", "Ana L"),
        ("A\u202ena\u2066", "Ana"),
        ("A\u200bn\ufeffa\u2060\xad\u061c", "Ana"),
        ("Ana \u200b L", "Ana L"),
        ("\u2800Ana\u2800 \ufffc", "Ana"),
        ("⠁\u2800\u2800⠇", "⠁ ⠇"),
        ("\u2800", ""),
        ("Ana\u200d \u200cL\u200d", "Ana L"),
        ("a\u200d\u200cb", "ab"),
        ("\u034f\u200da", "a"),
        ("a\ufe0f", "a"),
        ("a\U000e0100", "a"),
        ("か\U000e0100", "か"),
        ("葛\U000e0100\U000e0100", "葛\U000e0100"),
        ("1\ufe0f", "1"),
        ("👍\u200d", "👍"),
        ("a\U000e0061\U000e007f", "a"),
        ("Ana\u3164\u115f", "Ana"),
        ("A\x00n\x07a\ue000", "Ana"),
        ("Jose\u0301", "José"),
        ("Jose\u200b\u0301", "José"),
    ],
)
def test_a_name_loses_controls_and_hidden_characters(typed, kept):
    assert one_line(typed) == kept


HIDDEN = "\u200b\u200c\u200d\u034f\ufe0f\u202e\u3164\u20e3\U000e0067\U000e007f"
odd = st.text(st.sampled_from(HIDDEN + "aé\u0301👩🏽🏴1# \t") | st.characters())


@given(odd)
def test_a_name_is_one_line_in_nfc_and_stays_so(text):
    line = one_line(text)
    assert one_line(line) == line
    assert unicodedata.is_normalized("NFC", line)
    assert line == line.strip()
    assert not any(c.isspace() and c != " " for c in line)
    assert not any("\u202a" <= c <= "\u202e" or "\u2066" <= c <= "\u2069" for c in line)
    assert not set(line) & set("\u200b\u200e\u200f\u061c\u2060\ufeff")
