"""The accent: which colours are taken, and the stylesheet that they give."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.site import accent
from config import VERSION
from tests.html import absent, attributes

CHANNELS = st.integers(0, 255)


@given(st.builds("#{:02x}{:02x}{:02x}".format, CHANNELS, CHANNELS, CHANNELS))
def test_a_text_in_the_accent_can_be_read_on_light_and_dark_pages(colour):
    assert accent.is_readable(colour) == (accent.contrast(colour, "#f6f3ec") >= 5)
    assert accent.contrast(accent.in_dark(colour), "#1a2024") >= 7


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [("#000000", "#ffffff", 21), ("#ffffff", "#ffffff", 1), ("#767676", "#ffffff", 4.54)],
)
def test_contrast_is_that_of_wcag(one, other, expected):
    assert accent.contrast(one, other) == pytest.approx(expected, abs=0.01)


def test_the_stylesheet_has_both_colours_and_is_kept(anonymous):
    answer = anonymous.get("/accent/1d4ed8.css")
    assert (answer.status_code, answer.mimetype) == (200, "text/css")
    assert re.search(r"--accent: light-dark\(#1d4ed8, #[0-9a-f]{6}\);", answer.text)
    assert answer.cache_control.max_age == 365 * 86_400
    assert "Set-Cookie" not in answer.headers


@pytest.mark.parametrize("colour", ["ffff00", "1D4ED8", "1d4ed", "1d4ed8f", "red", "*{}"])
def test_other_colours_have_none(anonymous, colour):
    assert anonymous.get(f"/accent/{colour}.css").status_code == 404


def test_every_page_has_the_accent_of_the_site(ada, signed_in, anonymous, set_site):
    client = signed_in(ada)
    absent(client.get("/"), "link[href^='/accent/']")
    set_site(accent="#1d4ed8")
    for page in (client.get("/"), anonymous.get("/login"), anonymous.get("/@nobody")):
        styles = attributes(page, "link[rel=stylesheet]", "href")
        assert f"/accent/1d4ed8.css?release={VERSION}" in styles, "a release may change its rules"
