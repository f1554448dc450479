"""What a picture of a post shows, and when none is drawn."""

import hashlib
import json
import unicodedata
from io import BytesIO

import pytest
from PIL import Image

from app.sharing import drawing
from app.sharing.typesetting import FONTS, SHAPES, Type, normal, type_for

only_with_raqm = pytest.mark.skipif(not SHAPES, reason="FriBiDi is not installed.")
WIDTH = 1000


def picture(text="Tea, then the allotment.", name="Ada Lovelace", site="Microblog"):
    """Draw a picture; None if none can be drawn."""
    subject = drawing.Subject("ada", name, text, "28 Nov 2026", site)
    png = drawing.draw(subject)
    return png and Image.open(BytesIO(png)).convert("RGB")


def ink_in(image, box):
    """Whether anything dark is drawn in a part of the picture."""
    return image.crop(box).convert("L").getextrema()[0] < 100


def test_the_fonts_equal_the_manifest():
    manifest = json.loads((FONTS / "manifest.json").read_text())
    assert {file.name for file in FONTS.glob("*.ttf")} == set(manifest)
    for name, font in manifest.items():
        assert font["sha256"] == hashlib.sha256((FONTS / name).read_bytes()).hexdigest()
        assert font["licence"] == "OFL-1.1"
        licence = (FONTS / name).with_suffix(".LICENSE").read_text()
        assert "SIL Open Font License" in licence


def test_a_picture_has_the_size_that_the_page_says():
    image = picture()
    assert image.size == (1200, 630)
    assert ink_in(image, (96, 222, 1104, 484)), "the text"
    assert ink_in(image, (200, 86, 1104, 190)), "the name"
    assert ink_in(image, (96, 500, 400, 560)), "the wordmark"


@pytest.mark.parametrize(
    "text",
    [
        "Plain",
        "¿Qué tal, señora Ñandú? — “Bien” … €5 №7",
        "Ελληνικά, русский, українська, tiếng Việt, Čeština, Türkçe",
        "Loaf 🍞 and 👩‍🍳 with ❤️ and 1️⃣",
        "x" * 100_000,
        "word " * 200,
        "one\n\n\n\ntwo\r\nthree",
        "\u200b\u202eTea",
        "<b>&amp;",
    ],
)
def test_a_text_in_our_scripts_is_drawn(text):
    assert picture(text) is not None


@pytest.mark.parametrize("text", ["パンが焼けました", "ขนมปัง", "Tea 茶", "ꙮ\U0001fa00"])
def test_a_text_in_another_script_is_not_drawn(text):
    assert picture(text) is None
    assert picture(name=text) is None
    assert picture(site=text) is None


@only_with_raqm
def test_a_text_from_right_to_left_begins_at_the_right():
    image = picture("مرحبا")
    assert ink_in(image, (900, 222, 1104, 484))
    assert not ink_in(image, (96, 222, 300, 484))
    assert type_for("شاي and tea").direction == "rtl"
    assert type_for("Tea and شاي").direction == "ltr"


@only_with_raqm
@pytest.mark.parametrize("text", ["مرحبا 🍞", "مرحبا שלום"])
def test_a_text_from_right_to_left_in_two_fonts_is_not_drawn(text):
    assert picture(text) is None


def test_without_raqm_nothing_is_drawn_wrongly(monkeypatch):
    monkeypatch.setattr("app.sharing.typesetting.SHAPES", False)
    monkeypatch.setattr("app.sharing.typesetting._font_for", _uncached_font_for())
    assert type_for("مرحبا") is None
    assert type_for("q̃ has no letter of its own") is None
    assert type_for(normal(unicodedata.normalize("NFD", "señora"))) is not None


def _uncached_font_for():
    from app.sharing.typesetting import _font_for  # noqa: PLC0415

    return _font_for.__wrapped__


def test_a_text_is_broken_between_words_and_within_a_long_one():
    type = Type("text")
    lines = type.wrap("Tea and bread " * 20, 36, WIDTH)
    assert len(lines) > 3
    assert all(line.split()[0] in ("Tea", "and", "bread") for line in lines)
    long = "https://bread.example/" + "rye-" * 60
    lines = type.wrap(f"See {long} there", 36, WIDTH)
    assert "".join(lines[1:-1]) in long
    assert "".join(lines).replace("See", "").replace("there", "").replace(" ", "") == long
    assert all(type.width(line, 36) <= WIDTH for line in lines)


def test_what_does_not_fit_ends_with_an_ellipsis():
    type = Type("text")
    shortened = type.fit("Tea and bread, " * 20, 36, WIDTH)
    assert shortened.endswith("…")
    assert not shortened.endswith(",…")
    assert type.width(shortened, 36) <= WIDTH
    assert type.fit("Tea", 36, WIDTH) == "Tea"


def test_an_emoji_is_drawn_in_its_own_font():
    runs = Type("text")._runs("Tea 🍞!")
    assert [(run.font, run.text) for run in runs] == [
        ("text", "Tea "),
        ("emoji", "🍞"),
        ("text", "!"),
    ]
