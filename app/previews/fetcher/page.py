"""Reads what an HTML page says of itself: its title, its description, its picture."""

import codecs
import re
from typing import NamedTuple
from urllib.parse import urljoin

from selectolax.lexbor import LexborHTMLParser

# Code points of a value; the rest is cut off before anything else is done with it.
LONGEST = 1_000
LONGEST_URL = 2048
# Where a page names its encoding (HTML, "prescan a byte stream").
PRESCANNED = 1024
_CHARSET = re.compile(rb"""<meta[^>]{0,500}?charset\s*=\s*["']?\s*([A-Za-z0-9_:.-]{1,40})""", re.I)
_BOMS = {b"\xef\xbb\xbf": "utf-8", b"\xfe\xff": "utf-16-be", b"\xff\xfe": "utf-16-le"}
# The encodings of the web (Encoding, section 4.2) that Python has, by Python's names.
_ENCODINGS = {
    "utf-8", "utf-16-le", "utf-16-be", "cp866", "koi8-r", "koi8-u", "mac-roman", "mac-cyrillic",
    "gbk", "gb18030", "big5", "big5hkscs", "euc_jp", "iso2022_jp", "shift_jis", "cp932", "euc_kr",
    "cp949", "cp874", *(f"cp{n}" for n in range(1250, 1259)),
    *(f"iso8859-{n}" for n in (2, 3, 4, 5, 6, 7, 8, 10, 13, 14, 15, 16)),
}  # fmt: skip
# Names of encodings by which pages mean a larger one.
_LARGER = {
    "ascii": "cp1252", "iso8859-1": "cp1252", "iso8859-9": "cp1254", "iso8859-11": "cp874",
    "tis-620": "cp874", "gb2312": "gb18030", "gbk": "gb18030", "shift_jis": "cp932",
    "euc_kr": "cp949", "utf-16": "utf-16-le", "utf_8_sig": "utf-8",
}  # fmt: skip

TITLE = ("og:title", "twitter:title", "title")
DESCRIPTION = ("og:description", "twitter:description", "description")
PICTURE = ("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")


class Page(NamedTuple):
    """What a page says of itself, word for word; "" for what it does not say."""

    title: str
    description: str
    site: str
    picture: str


def read_page(data: bytes, charset: str, url: str) -> Page:
    """Return what the page says; ``charset`` is from its header, ``url`` where it was found."""
    tree = LexborHTMLParser(decode(data, charset))
    said: dict[str, str] = {}
    for node in tree.css("meta[content]"):
        name = node.attributes.get("property") or node.attributes.get("name") or ""
        if value := (node.attributes.get("content") or "").strip():
            said.setdefault(name.strip().lower(), value)
    if title := tree.css_first("head > title"):
        said["title"] = title.text()
    return Page(
        title=_first(said, TITLE),
        description=_first(said, DESCRIPTION),
        site=_first(said, ("og:site_name", "application-name")),
        picture=_absolute(url, next((said[name] for name in PICTURE if name in said), "")),
    )


def decode(data: bytes, charset: str) -> str:
    """Return the text of a page: by its byte order mark, its header, its ``<meta>``, or a guess."""
    for mark, encoding in _BOMS.items():
        if data.startswith(mark):
            return data.removeprefix(mark).decode(encoding, "replace")
    inside = _CHARSET.search(data[:PRESCANNED])
    for label in (charset, inside[1].decode() if inside else ""):
        if encoding := _encoding(label):
            return data.decode(encoding, "replace")
    try:
        # The last character may be cut off.
        return codecs.getincrementaldecoder("utf-8")().decode(data)
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _encoding(label: str) -> str:
    try:
        name = codecs.lookup(label.strip()).name
    except (LookupError, ValueError):
        return ""
    name = _LARGER.get(name, name)
    return name if name in _ENCODINGS else ""


def _first(said: dict[str, str], names: tuple[str, ...]) -> str:
    return next((said[name][:LONGEST] for name in names if said.get(name, "").strip()), "")


def _absolute(url: str, reference: str) -> str:
    if not reference or len(reference) > LONGEST_URL:
        return ""
    try:
        return urljoin(url, reference)
    except ValueError:
        return ""
