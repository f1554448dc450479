"""The HTML of a post's text: escaped, with line breaks and links only."""

import re
import time
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.posts import text
from app.posts.text import normal, pieces
from tests.html import parse


def to_html(body):
    """Return the HTML of ``body``, with no known username."""
    return text.to_html(pieces(body), {})


REL = 'rel="nofollow noopener ugc"'


@pytest.mark.parametrize(
    ("body", "html"),
    [
        ("<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"),
        ("a & b \"c\" 'd'", "a &amp; b &#34;c&#34; &#39;d&#39;"),
        ("one\ntwo\n\nthree", "one<br>two<br><br>three"),
        ("https://x.example", f'<a href="https://x.example" {REL}>https://x.example</a>'),
        (
            "(see http://x.example/a_(b)).",
            f'(see <a href="http://x.example/a_(b)" {REL}>http://x.example/a_(b)</a>).',
        ),
        (
            "https://x.example/?a=1&b='2'",
            f'<a href="https://x.example/?a=1&amp;b=&#39;2&#39;" {REL}>'
            "https://x.example/?a=1&amp;b=&#39;2&#39;</a>",
        ),
        ("house.My dog", "house.My dog"),
        ("x.example and 127.0.0.1", "x.example and 127.0.0.1"),
        ("ada@example.org", "ada@example.org"),
        ("//x.example", "//x.example"),
    ],
)
def test_text_becomes_html(body, html):
    assert to_html(body) == html


@pytest.mark.parametrize(
    ("body", "urls"),
    [
        ("「https://e.example/a」", ["https://e.example/a"]),
        ("（https://e.example/a）", ["https://e.example/a"]),
        (
            "“https://e.example/a”, ‘https://e.example/b’",
            ["https://e.example/a", "https://e.example/b"],
        ),
        ("https://e.example/a。", ["https://e.example/a"]),
        ("https://e.example/c、次", ["https://e.example/c"]),
        ("https://e.example/a،", ["https://e.example/a"]),
        ("https://e.example/a।", ["https://e.example/a"]),
        ("https://e.example/a…", ["https://e.example/a"]),
        ("https://e.example/a–b", ["https://e.example/a–b"]),
        ("https://e.example/a—b?c=d’e", ["https://e.example/a—b?c=d’e"]),
        ("https://e.example/1–0_(1990–91)–", ["https://e.example/1–0_(1990–91)"]),
        ("https://e.example/ジョン・ケージ・", ["https://e.example/ジョン・ケージ"]),
        ("https://e.example/col·lecció· and", ["https://e.example/col·lecció"]),
        (
            "https://e.example/a’ – https://e.example/b —",
            ["https://e.example/a", "https://e.example/b"],
        ),
        (
            "https://e.example/a・https://e.example/b",
            ["https://e.example/a", "https://e.example/b"],
        ),
        ("https://e.example–a", ["https://e.example"]),
        ("見てhttps://e.example/a", ["https://e.example/a"]),
        ("見て(https://e.example/a)です", ["https://e.example/a"]),
        ("смотриhttps://e.example/путь", ["https://e.example/путь"]),
        ("xhttps://e.example/a", []),
        ("https://e.example/a\u200b", ["https://e.example/a"]),
        ("https://e.example/a\ufeffb", ["https://e.example/a"]),
        ("https://e.example/a\u061c", ["https://e.example/a"]),
        ("\u200bhttps://e.example\u200b/a", ["https://e.example"]),
        ("https://e.example/a\u202e", ["https://e.example/a"]),
        ("https://fa.example/نرم\u200cافزار\u200c", ["https://fa.example/نرم\u200cافزار"]),
        ("https://e.example/a((b))", ["https://e.example/a((b))"]),
        ("(https://e.example/a((b)))", ["https://e.example/a((b))"]),
        ("https://e.example/a??b", ["https://e.example/a??b"]),
        ("https://e.example/a??", ["https://e.example/a"]),
        ("https://e.example/a!!b..c", ["https://e.example/a!!b..c"]),
        ("[it](https://e.example/a).", ["https://e.example/a"]),
        ("'https://e.example/a'.", ["https://e.example/a"]),
        ("`https://e.example/a`", ["https://e.example/a"]),
        ("https://e.example, https://e.example: https://e.example.", ["https://e.example"] * 3),
        ("https://e.example:8080/a?b#c", ["https://e.example:8080/a?b#c"]),
        ("https://bücher.example/ü", ["https://bücher.example/ü"]),
        ("http://localhost:5000", ["http://localhost:5000"]),
        ("HTTPS://E.EXAMPLE/A", ["HTTPS://E.EXAMPLE/A"]),
        ("http\u017f://e.example", []),
        ("https:// e.example", []),
    ],
)
def test_a_link_ends_where_its_url_does(body, urls):
    found = pieces(body)
    assert [piece.target for piece in found if piece.kind == "link"] == urls
    assert "".join(piece.text for piece in found) == body


MANY = [
    "@",
    "#",
    "#a",
    "x@",
    "é@",
    "a.",
    "–a",
    "x@a.",
    "é.",
    "https://a/)",
    "https://a/(",
    "https://a@",
    "://",
    "&#x",
    "#ﷺ",
    "(",
    "-",
    "%",
    "_",
    "?",
]


@pytest.mark.parametrize("text", [*MANY, "\u0301", "#\u0301", "a\u200d", "#a\u200d"])
def test_no_text_takes_long(text):
    # The limit of 500 characters is checked before; a hundred times as many still take no second.
    long = text * (50_000 // len(text))
    start = time.process_time()
    pieces(long)
    pieces("https://e.example/" + long)
    pieces("@" + long)
    pieces("#a" + long)
    assert time.process_time() - start < 5


@pytest.mark.parametrize(
    "body",
    [
        "javascript:alert(1)",
        "JaVaScRiPt://x.example/%0aalert(1)",
        "data:text/html,<b>",
        "vbscript://x.example",
        "file:///etc/passwd",
        "ftp://x.example",
        "mailto:ada@example.org",
        "ssh://x.example",
    ],
)
def test_only_http_and_https_become_links(body):
    assert "<a" not in to_html(body)


def test_all_kinds_of_line_ends_become_line_feeds():
    assert normal("a\r\nb\rc\nd\r\r\n") == "a\nb\nc\nd\n\n"


PIECES = (
    ["https://", "http://", "x.example", "/a?b=", "<", ">", '"', "'", "&", "&amp;", "\n", " "],
    ["javascript:", "<script>", "</a>", "<a href=", "<!--", "]]>", "onclick=", "`", "\\", "é"],
    ["@ada", "＠ada", "#", "＃", "tag", "東京", "。", "」", "\u200d", "\u200b", "\ufe0f", "(", ")"],
)
pieced = st.lists(st.sampled_from([part for row in PIECES for part in row]), max_size=12).map(
    "".join
)


@given(st.text(max_size=80) | pieced)
@settings(max_examples=400)
def test_the_html_has_only_text_line_breaks_and_links(body):
    body = normal(body).replace("\x00", "")
    html = to_html(body)
    tree = parse(f"<div>{html}</div>").css_first("div")
    for node in tree.css("*"):
        assert node.tag in ("div", "a", "br")
        if node.tag == "a" and node.attributes["href"].startswith("/tags/"):
            assert set(node.attributes) == {"href"}
        elif node.tag == "a":
            assert set(node.attributes) == {"href", "rel"}
            assert node.attributes["href"].startswith(("http://", "https://"))
            assert node.attributes["rel"] == "nofollow noopener ugc"
    plain = html.replace("<br>", "\n")
    assert "<" not in plain.replace("</a>", "").replace('<a href="', "")
    assert unescape(re.sub(r"</?a[^>]*>", "", plain)) == body
