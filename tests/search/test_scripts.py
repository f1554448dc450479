"""Search in many scripts: a word is found by itself, and by its beginning, and by no other word."""

import unicodedata

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from app.data.database import writing
from app.data.keyset import Window
from app.follows.queries import Audience
from app.posts.models import Post
from app.search import index, queries
from app.search.query_parser import SHORTEST_PREFIX, parse
from app.search.tokens import fold

ACCENTS = "\u0300\u0301\u0302\u0303\u0304\u0306\u0307\u0308\u030b\u030c\u0323\u0327\u0328"
# Letters, and marks that are accents or optional points.
ACCENTED = {
    "Latin": ("abcdeghinorstuz", ACCENTS),
    "Greek": ("αβγδεηικλμνορστυω", "\u0300\u0301\u0308\u0313\u0314\u0342"),
    "Cyrillic": ("абвгдежиклмнорстуя", "\u0300\u0301\u0306\u0308"),
    "Hebrew": ("אבגדהוזחטילמנסעפצקרשת", "\u05b0\u05b4\u05b7\u05b8\u05bc\u05c1\u05c2"),
    "Arabic": ("ابتجحدرسشصعفقكلمنهوي", "\u064b\u064e\u064f\u0650\u0651\u0652"),
}
# Letters, and marks that make another word.
SIGNED = {
    "Devanagari": ("कखगचजटतदनपबमयरलवसह", "ािीुूेैोौं्"),
    "Bengali": ("কখগচজটতদনপবমযরলসহ", "ািীুূেৈোৌ"),
    "Tamil": ("கஙசஞடணதநபமயரலவழளறன", "ாிீுூெேைொோௌ்"),
    "Khmer": ("កខគឃងចឆជញដតថទធនបផពភម", "ាិីឹឺុូេែៃោៅំះ"),
    "Thai": ("กขคงจชซดตถทนบปพมยรลวสห", "ัิีึืุู็่้"),
    "Myanmar": ("ကခဂငစဆဇညတထဒနပဖဗမယရလဝသ", "ာိီုူေဲံ့း"),
    "kana": ("かきくけこさしすせそたちつてとはひふへほ", "\u3099"),
}


@st.composite
def marked_words(draw, letters, marks):
    """Draw a word of letters, each perhaps with a mark."""
    clusters = st.tuples(st.sampled_from(letters), st.sampled_from(["", *marks]))
    return "".join(map("".join, draw(st.lists(clusters, min_size=2, max_size=6))))


@pytest.fixture
def finds(app, ada):
    """Give a function: whether a post with this text is found by that query."""

    def look(body, query):
        with app.app_context(), writing() as session:
            post = Post(author_id=ada.id, body=body, body_html="")
            session.add(post)
            session.flush()
            index.index_post(post, "ada")
            listing, values = queries.posts(parse(query), Audience.ANONYMOUS)
            found = [row.id for row in session.execute(listing(Window(5)), values)]
            session.delete(post)
            index.remove_post(post)
            return post.id in found

    return look


@pytest.mark.parametrize("script", [*ACCENTED, *SIGNED])
@given(data=st.data())
@settings(max_examples=15)
def test_a_word_is_found_by_itself_and_by_its_beginning(finds, script, data):
    word = data.draw(marked_words(*(ACCENTED | SIGNED)[script]))
    form = data.draw(st.sampled_from(["NFC", "NFD"]))
    body = f"one {unicodedata.normalize(form, word)} two"
    assert finds(body, f"{word} ")
    composed = unicodedata.normalize("NFC", word)
    beginning = composed[: data.draw(st.integers(1, len(composed)))]
    # A single letter is no prefix, and kana are words each.
    if script != "kana" and len(fold(beginning)) >= SHORTEST_PREFIX:
        assert finds(body, f"two {beginning}")


@pytest.mark.parametrize("script", ACCENTED)
@given(data=st.data())
@settings(max_examples=15)
def test_accents_and_points_do_not_matter(finds, script, data):
    letters, marks = ACCENTED[script]
    word = data.draw(marked_words(letters, marks))
    plain = "".join(c for c in word if c in letters)
    assert finds(word, f"{plain} ")
    assert finds(plain, f"{unicodedata.normalize('NFC', word)} ")


@pytest.mark.parametrize("script", SIGNED)
@given(data=st.data())
@settings(max_examples=15)
def test_another_sign_makes_another_word(finds, script, data):
    letters, marks = SIGNED[script]
    word = data.draw(marked_words(letters, marks))
    at = data.draw(st.integers(0, len(word) - 1).filter(lambda at: word[at] in letters))
    rest = word[at + 1 :].lstrip(marks)
    sign = data.draw(st.sampled_from(["", *marks]))
    other = word[: at + 1] + sign + rest
    assume(unicodedata.normalize("NFC", other) != unicodedata.normalize("NFC", word))
    assert not finds(word, f"{other} ")


@pytest.mark.parametrize(
    ("body", "query"),
    [
        ("Grüße aus Łódź", "lodz"),
        ("Đường phố", "duong"),
        ("Smørrebrød på Ærø", "smorrebrod aero"),
        ("Işıl ışıl", "isil"),
        ("កម្ពុជា", "កម្ពុ"),
        ("កម្ពុជា", "កម្ព"),
        ("काला", "का"),
        ("한국어", "한"),
        ("한국어", "하"),
        ("パリへ", "パリ"),
        ("ﾊﾟﾘ", "パリ"),
        ("می‌خواهم", "میخواهم"),
    ],
)
def test_these_are_found(finds, body, query):
    assert finds(body, query)


@pytest.mark.parametrize(
    ("body", "query"),
    [
        *(("バリ", "パリ"), ("ハリ", "パリ"), ("कुल", "कल"), ("कीला", "काला"), ("กุ้ง", "กิ้ง")),
        *(("கொடு", "கெ"), ("কোন", "কে"), ("ពុទ្ធ", "ពិ")),
    ],
)
def test_these_are_not_found(finds, body, query):
    assert not finds(body, query)
