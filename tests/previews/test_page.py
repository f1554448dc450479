"""What a page says of itself, whatever it contains."""

import codecs

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.data.types import is_storable
from app.previews.content import (
    LONGEST_DESCRIPTION,
    LONGEST_TITLE,
    Preview,
    PreviewPicture,
    cleaned,
    from_text,
    to_text,
)
from app.previews.fetcher.page import LONGEST, Page, decode, read_page

URL = "https://good.example/a/b"


@pytest.mark.parametrize(
    ("html", "page"),
    [
        ("<title>Rye</title>", Page("Rye", "", "", "")),
        ("<title> \n Rye &amp; more</title>", Page(" \n Rye & more", "", "", "")),
        ("<title>a</title><title>b</title>", Page("a", "", "", "")),
        ("<svg><title>a</title></svg>", Page("", "", "", "")),
        ("<title><b>Rye</b></title>", Page("<b>Rye</b>", "", "", "")),
        ("<!-- <title>a</title> --><title>b</title>", Page("b", "", "", "")),
        ("<meta name=description content=Dark><title>Rye", Page("Rye", "Dark", "", "")),
        ("<meta property=og:title content=a><title>b</title>", Page("a", "", "", "")),
        ("<meta name=og:title content=a><title>b</title>", Page("a", "", "", "")),
        ("<meta name=twitter:title content=a><title>b</title>", Page("a", "", "", "")),
        ("<META PROPERTY='OG:Title' CONTENT='a'>", Page("a", "", "", "")),
        ("<meta property=og:title content='  '><title>b</title>", Page("b", "", "", "")),
        ("<meta property=og:title><title>b</title>", Page("b", "", "", "")),
        ("<meta property=og:title content=a><meta property=og:title content=b>",
         Page("a", "", "", "")),
        ("<body><p>x<meta property=og:title content=a>", Page("a", "", "", "")),
        ("<script>'<title>a</title>'</script><title>b</title>", Page("b", "", "", "")),
        ("<meta property=og:site_name content=S><title>a", Page("a", "", "S", "")),
        ("<meta property=og:image content=c.png>", Page("", "", "", "https://good.example/a/c.png")),
        ("<meta property=og:image content=//x.example/c>", Page("", "", "", "https://x.example/c")),
        ("<meta name=twitter:image content=/c>", Page("", "", "", "https://good.example/c")),
        ("<meta property=og:image content='http://['>", Page("", "", "", "")),
        (f"<meta property=og:image content={'x' * 3000}>", Page("", "", "", "")),
        (f"<title>{'x' * 5000}</title>", Page("x" * LONGEST, "", "", "")),
        ("", Page("", "", "", "")),
    ],
)  # fmt: skip
def test_a_page_says(html, page):
    assert read_page(html.encode(), "", URL) == page


@pytest.mark.parametrize(
    ("data", "charset", "text"),
    [
        ("<title>é".encode(), "", "<title>é"),
        ("<b>é</b>".encode("latin-1"), "", "<b>é</b>"),
        ("<title>é".encode("latin-1"), "iso-8859-1", "<title>é"),
        ("<title>€".encode("cp1252"), "iso-8859-1", "<title>€"),
        ("<title>€".encode("cp1252"), "us-ascii", "<title>€"),
        ("<title>Ж".encode("koi8-r"), "KOI8-R", "<title>Ж"),
        ("<title>パン".encode("shift_jis"), "Shift_JIS", "<title>パン"),
        ("<title>包".encode("gb18030"), "gb2312", "<title>包"),
        ("<meta charset=koi8-r>Ж".encode("koi8-r"), "", "<meta charset=koi8-r>Ж"),
        ("<meta charset='koi8-r'>Ж".encode("koi8-r"), "nonsense", "<meta charset='koi8-r'>Ж"),
        (codecs.BOM_UTF8 + "é".encode(), "koi8-r", "é"),
        (codecs.BOM_UTF16_LE + "é".encode("utf-16-le"), "", "é"),
        (codecs.BOM_UTF16_BE + "é".encode("utf-16-be"), "", "é"),
        # The last character is cut off.
        ("aé".encode()[:-1], "", "a"),
        (b"\xff\xff", "utf-8", "��"),
        # Encodings of Python that are none of the web.
        (b"+ADw-", "utf-7", "+ADw-"),
        (b"\\x41", "unicode_escape", "\\x41"),
        (b"41", "hex", "41"),
        (b"xn--", "punycode", "xn--"),
        (b"a", "undefined", "a"),
        (b"a", "x" * 10_000, "a"),
        (b"a", "\x00", "a"),
    ],
)
def test_the_encoding_is_what_the_page_says_or_a_guess(data, charset, text):
    assert decode(data, charset) == text


@given(st.binary(max_size=2000), st.text(max_size=30))
def test_any_bytes_are_a_page(data, charset):
    page = read_page(data, charset, URL)
    assert all(len(value) <= LONGEST for value in page[:3])


TAGS = st.sampled_from(
    ["<title>", "</title>", "<meta property=og:title content='", "<meta charset=", "'>", ">",
     "<svg>", "<template>", "<table>", "<noscript>", "</head>", "<script>", "<!--", "&amp", "\x00"]
)  # fmt: skip


@given(st.lists(TAGS | st.text(max_size=20), max_size=40))
def test_any_html_is_a_page_whose_texts_can_be_stored(parts):
    page = read_page("".join(parts).encode("utf-8", "surrogatepass"), "", URL)
    title = cleaned(page.title, LONGEST_TITLE)
    assert is_storable(title)
    assert len(title) <= LONGEST_TITLE
    assert title == " ".join(title.split())
    if title:
        assert from_text(to_text(Preview(URL, title))) == Preview(URL, title)


@given(st.text(max_size=600))
def test_a_text_is_on_one_line_without_hidden_characters(text):
    line = cleaned(text, LONGEST_DESCRIPTION)
    assert len(line) <= LONGEST_DESCRIPTION
    assert is_storable(line)
    assert not set(line) & set("\n\r\t\x00\x1b\u202a\u202e\u2066\u2069\u200b\ufeff")


@pytest.mark.parametrize("value", [None, 7, [], {}, "", " \n", "\u200b\u202e", "\u0301", "\x00"])
def test_what_cannot_be_seen_is_no_text(value):
    assert cleaned(value, 10) == ""


def test_a_long_run_of_combining_marks_takes_no_time():
    assert len(cleaned("a" + "\u0301\u0316" * 500_000, LONGEST_TITLE)) <= LONGEST_TITLE


@pytest.mark.parametrize(
    ("size", "is_wide"),
    [((640, 336), True), ((640, 457), True), ((640, 480), False), ((640, 640), False),
     ((300, 100), False), ((640, 900), False)],
)  # fmt: skip
def test_a_wide_picture_stands_above_the_text(size, is_wide):
    assert PreviewPicture("key", *size).is_wide is is_wide


@pytest.mark.parametrize(
    ("url", "host"),
    [
        ("https://www.good.example/x", "good.example"),
        ("https://xn--espaa-rta.example:80/", "españa.example"),
        ("http://1.1.1.1/", "1.1.1.1"),
        ("http://[2606:4700::1111]/", "2606:4700::1111"),
        ("http://xn--999999999/", "xn--999999999"),
        ("http://a_b.example/", "a_b.example"),
    ],
)
def test_the_host_is_shown_as_people_read_it(url, host):
    assert Preview(url, "Rye").host == host
