"""The Markdown of administrators as HTML: rendered by one library, cleaned by another."""

from functools import lru_cache

import nh3
from markdown_it import MarkdownIt
from markupsafe import Markup

TAGS = set(
    "a blockquote br code em h2 h3 h4 hr li ol p pre strong table tbody td th thead tr ul".split()  # noqa: SIM905
)
LINKS = {"a": {"href"}}
SCHEMES = {"http", "https", "mailto"}

_parser = MarkdownIt("commonmark", {"html": False}).enable("table")


@lru_cache(32)
def html_of(text: str) -> Markup:
    """Return CommonMark ``text`` as HTML. Its headings begin at the second level."""
    tokens = _parser.parse(text)
    for token in tokens:
        if token.type in ("heading_open", "heading_close"):
            token.tag = f"h{min(int(token.tag[1]) + 1, 4)}"
    html = _parser.renderer.render(tokens, _parser.options, {})
    safe = nh3.clean(html, tags=TAGS, attributes=LINKS, url_schemes=SCHEMES, link_rel="noopener")
    return Markup(safe)  # noqa: S704 - cleaned
