"""The query parser, and the tokens of a text."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.search.query_parser import MOST_HINTS, MOST_WORDS, SearchQuery, Term, parse
from app.search.tokens import LONGEST_WORD, fold, tokens_of_person, tokens_of_post, words_in


def words(text):
    return [" ".join(term.words) for term in parse(text).terms]


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("Café CRÈME", "cafe creme"),
        ("Straße", "strasse"),
        ("GROẞ", "gross"),
        ("ﬁn", "fin"),
        ("Ὀδυσσεύς", "οδυσσευσ"),
        ("İstanbul", "istanbul"),
        ("ｆｕｌｌ", "full"),
        ("Łódź Đường Ærø ışık", "lodz duong aero isik"),
        ("Ёлка Йод", "елка иод"),
        ("שָׁלוֹם", "שלום"),
        ("مُحَمَّد أحمد", "محمد احمد"),
        ("می\u200cخواهم", "میخواهم"),
        ("1\ufe0f\u20e3", "1"),
    ],
)
def test_case_and_accents_are_folded(text, folded):
    assert fold(text) == folded
    assert fold(unicodedata.normalize("NFD", text)) == folded


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("パリ ﾊﾟﾘ バリ", [*"パリパリバリ"]),
        ("कल कुल काला कीला", ["कल", "कुल", "काला", "कीला"]),
        ("កម្ពុជា", ["កម្ពុជា"]),
        ("กะ กา กำ", ["กะ", "กา", "ก\u0e4dา"]),
        ("தமிழ் கெ கொ", ["தமிழ்", "கெ", "கொ"]),
        ("か\u309a", ["か\u309a"]),
        ("ジョン・スミス", [*"ジョンスミス"]),
        ("ខ្មែរ\u200bភាសា", ["ខ្មែរ", "ភាសា"]),
        ("葛\U000e0100", ["葛"]),
    ],
)
def test_marks_of_other_scripts_are_part_of_the_word(text, found):
    assert words_in(text) == words_in(unicodedata.normalize("NFD", text)) == found


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Rye, bread—and 6.4 °C", ["rye", "bread", "and", "6", "4", "c"]),
        ("old_maps night-bus don't", ["old", "maps", "night", "bus", "don", "t"]),
        ("東京タワーへ行く2回", [*"東京タワーへ行く", "2", "回"]),
        ("пекарня 𝔯𝔶𝔢", ["пекарня", "rye"]),
        ("😀 ... %_*\x00\ud800", []),
        ("x" * 500, ["x" * LONGEST_WORD]),
    ],
)
def test_a_text_is_split_into_tokens_of_letters_and_digits(text, found):
    assert words_in(text) == found


def test_tokens_of_usernames_are_marked():
    assert tokens_of_post("Old_Maps", "Maps!", False) == ["@old_maps", "maps"]
    assert tokens_of_person("ada", "Ada L.", "Tea") == [
        *("@ada", "@ada", "@l"),
        *("ada", "ada", "l"),
        "tea",
    ]


def test_tags_and_properties_of_a_post_are_tokens():
    body = "#Rye_Bread https://a.example"
    assert tokens_of_post("ada", body, True) == [
        *("@ada", "@@rye_bread", "@@@reply", "@@@link"),
        *("rye", "bread", "https", "a", "example"),
    ]


def test_words_phrases_authors_and_tags_are_parsed():
    asked = parse('Rye "new loaf" from:Bruno #Bread tea ')
    assert asked == SearchQuery(
        (Term(("rye",)), Term(("new", "loaf")), Term(("tea",))), ("bruno",), ("bread",)
    )


def test_words_joined_by_punctuation_are_a_phrase():
    assert words("night-bus https://example.org/a") == ["night bus", "https example org a"]


def test_typographic_quotes_are_quotes():
    assert words("„rye bread“ x “a b” y «c d» ") == ["rye bread", "x", "a b", "y", "c d"]


@pytest.mark.parametrize(
    ("text", "is_prefix"),
    [
        ("rye bre", True),
        ("rye br", True),
        ("rye b", False),
        ("rye bre ", False),
        ("rye bre!", False),
        ('"rye bre', True),
        ('"rye bre"', False),
        ("rye 東", False),
        ("កម្ពុ", True),
        ("काला कि", True),
        ("क्\u200d", True),
        ("កម្ពុ ", False),
    ],
)
def test_the_last_word_is_a_prefix_until_a_space_ends_it(text, is_prefix):
    assert parse(text).terms[-1].is_prefix is is_prefix


def test_only_the_last_word_is_a_prefix():
    assert not any(term.is_prefix for term in parse('some "words here" before the last').terms[:-1])


def test_an_operator_without_a_value_is_ignored():
    assert parse("tea from: #") == parse("tea from:@") == SearchQuery((Term(("tea",)),))
    assert parse("from:ada from:").authors == ("ada",)


@pytest.mark.parametrize("text", ["from:bob,", "from:@Bob.", "from:bob!)", "FROM:bob…"])
def test_punctuation_behind_an_operator_is_none_of_it(text):
    assert parse(text).authors == ("bob",)


def test_me_is_the_viewer_and_whoever_is_called_so():
    assert (
        parse("from:me", me="Ada").authors == parse("from:@ME", me="Ada").authors == ("ada", "me")
    )
    assert parse("from:me").authors == parse("from:me", me="me").authors == ("me",)
    assert parse("tea -from:me", me="Ada").excluded == (Term(("@ada",)),)


def test_a_minus_excludes():
    asked = parse('rye -bread -"new loaf" -#tag -from:bob -is:reply -has:link night-bus - a--b')
    words = ("bread",), ("new", "loaf"), ("@@tag",), ("@bob",), ("@@@reply",), ("@@@link",)
    assert asked.excluded == tuple(map(Term, words))
    assert [term.words for term in asked.terms] == [("rye",), ("night", "bus"), ("a", "b")]
    assert not parse("rye -bre").excluded[0].is_prefix


def test_or_joins_words_and_phrases():
    (one, tea) = parse('rye OR "white bread" OR spelt tea ').terms
    assert [term.words for term in one.any_of()] == [("rye",), ("white", "bread"), ("spelt",)]
    assert tea.words == ("tea",)
    assert not parse("rye OR bread OR ").hints
    assert words("rye or OR") == ["rye", "or"]
    assert words("OR tea") == ["or", "tea"]
    assert [str(hint) for hint in parse("#rye OR tea").hints]


@pytest.mark.parametrize(
    ("text", "since", "until"),
    [
        ("before:2026-08-28", None, "2026-08-28"),
        ("after:2026-08-28", "2026-08-29", None),
        ("on:2026-08-28,", "2026-08-28", "2026-08-29"),
        ("after:2026-08-01 AFTER:2026-08-05 before:2026-08-28", "2026-08-06", "2026-08-28"),
        ("on:2024-02-29", "2024-02-29", "2024-03-01"),
        ("on:9999-12-31", "9999-12-31", "9999-12-31"),
        ("before:0001-01-01", None, "0001-01-01"),
    ],
)
def test_dates_bound_the_days(text, since, until):
    asked = parse(text)
    assert asked
    assert not asked.hints
    assert [str(day) for day in (asked.since, asked.until) if day] == [
        d for d in (since, until) if d
    ]


@pytest.mark.parametrize(
    "text",
    [
        *("before:yesterday", "on:2026-02-30", "after:20260828", "on:2026-W35-5", "on:٢٠٢٦-٠٨-٢٨"),
        *(
            "-on:2026-08-28",
            "has:media",
            "is:x",
            "lang:en",
            "from:Jürgen",
            "-tea",
            "tea -- -b #a OR b",
            "tea AND",
            "NOT",
        ),
        *("tea " * 30,),
    ],
)
def test_what_is_not_understood_is_reported(text):
    (hint,) = parse(f"{text} x" if text not in ("-tea",) else text).hints
    assert str(hint)


def test_words_that_are_operators_elsewhere_are_searched():
    assert words("tea AND rye ") == ["tea", "and", "rye"]
    assert not parse('tea and rye "AND" not spelt AND').hints


def test_hints_are_few_and_short():
    hints = parse(" ".join(f"{'x' * 50}{chr(97 + n % 26)}:y" for n in range(100))).hints
    assert len(hints) == MOST_HINTS
    assert all(len(str(hint)) < 200 for hint in hints)


def test_an_operator_that_is_none_is_searched_as_words():
    assert words("note:this https://a.example/b 10:30 a:b re: ") == [
        *("note this", "https a example b", "10 30", "a b", "re")
    ]
    assert len(parse("note:this https://a.example/b 10:30 a:b re: ").hints) == 1


def test_a_word_that_can_be_a_username_is_kept_as_one():
    assert [parse(text).username for text in ("@Ada", " old_maps ", "rye bread", "é", "")] == [
        *("ada", "old_maps"),
        *(None, None, None),
    ]


@pytest.mark.parametrize("text", ["", "   ", '"', '""', "%%%", "\x00", "*", "# from:", "😀"])
def test_a_query_without_words_is_empty(text):
    assert not parse(text)


def test_a_long_query_is_shortened_to_its_first_words():
    for text in (" ".join(f"word{n}" for n in range(1000)), "-".join("abcdefgh" * 100)):
        asked = parse(text)
        assert sum(len(term.words) for term in asked.terms) == MOST_WORDS
        assert not asked.terms[-1].is_prefix
    assert len(parse(" ".join(f"#a{n}" for n in range(1000))).tags) == MOST_WORDS
    assert len(parse("-a " * 1000).excluded) == MOST_WORDS


@given(st.text())
def test_any_text_can_be_parsed(text):
    asked = parse(text)
    for term in (*asked.terms, *asked.excluded):
        for one in term.any_of():
            assert one.words
            assert not set("".join(one.words).lstrip("@")) & set(" \"'\\*:@\x00")


@given(st.text(st.characters(exclude_categories=["Cs"])))
def test_folding_is_idempotent(text):
    assert words_in(" ".join(words_in(text))) == words_in(text)
