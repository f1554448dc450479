"""The text of a post: validation, mentions and tags, and its HTML, made once on writing."""

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple
from urllib.parse import quote

import regex
from flask import current_app
from flask_babel import gettext as _
from markupsafe import escape

from ..data.characters import IN_USERNAME, IN_WORD, USERNAME, fold, is_visible
from ..data.types import is_storable
from ..site import site

LINK = '<a href="{0}" rel="nofollow noopener ugc">{1}</a>'
MENTION = '<a href="/@{0}">{1}</a>'
TAG = '<a href="/tags/{0}">{1}</a>'

LONGEST_TAG = 60
HASH_SIGNS = "#＃﹟"
_AT_SIGNS = "@＠﹫"

# A mention, tag or link begins anywhere but after a character of a username: many scripts have no
# spaces, so a letter of another script is no boundary to look for.
_BEGIN = rf"(?<!{IN_USERNAME})"
_LABEL = r"(?:-*+[\p{L}\p{M}\p{N}\p{So}_--\p{Default_Ignorable_Code_Point}]++)++"
# White space, hidden characters and punctuation that is not ASCII end a URL. In a path, joiners and
# signs that stand within names (hyphens, dashes, apostrophes, middle dots) do not. The length has a
# limit, so that the time stays linear.
_IN_URL = r"""[^\s<>"`\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}
    [\p{P}--\p{ASCII}][\p{S}&&[\uff00-\uffef]]]"""
_JOINER = rf"""(?: (?<={IN_WORD})[\u200c\u200d](?={IN_WORD})
    | [‐‑–—’·・･\u05f3\u05f4](?=[\p{{L}}\p{{N}}])(?![Hh][Tt][Tt][Pp][Ss]?://) )"""
_PATH = rf"[/?\#] {_IN_URL}{{,1000}}+ (?: {_JOINER} {_IN_URL}{{1,1000}}+ ){{,50}}+"
_TOKEN = regex.compile(
    rf"""
    # Only http and https, and only when written out: "house.My dog" is no host.
    {_BEGIN} (?P<link> [Hh][Tt][Tt][Pp][Ss]?:// (?:[\w.~%!$&'*+,;=:-]{{1,50}}@)?
        {_LABEL} (?: \.{_LABEL} )*+ (?: :[0-9]{{1,5}}+(?![0-9]) )? (?: {_PATH} )? )
    # What is no link, but in which signs have other meanings: an e-mail address, a URL of another
    # scheme or of none, a character reference.
    | (?<![\w.+%-]) [.+%-]*+ \w [\w.+%-]*+ @ (?:[\w-]++\.){{1,20}} [A-Za-z]{{2,}}+
    | :// [!-~]++
    | (?<![A-Za-z0-9.-]) (?:[A-Za-z0-9-]++\.)++ [A-Za-z]{{2,}}+ (?: :[0-9]++)?
        (?: / | \?(?=[A-Za-z0-9])) [!-~]*+
    | &\#[Xx][0-9A-Fa-f]++;
    | {_BEGIN} [{_AT_SIGNS}] (?P<mention> {USERNAME}+) (?! [{_AT_SIGNS}]? {IN_USERNAME} )
    | {_BEGIN} (?P<hash> [{HASH_SIGNS}] )
    """,
    regex.VERSION1 | regex.VERBOSE,
)
# Letters, marks and digits of any script and _; within, also joiners and middle dots (Unicode
# Standard Annex 31, hashtag identifiers).
_TAG = regex.compile(
    r"""[\p{L}\p{M}\p{N}\p{Pc}]++
    (?: (?: [\u200c\u200d]++ | [·\u0387・･] ) [\p{L}\p{M}\p{N}\p{Pc}]++ )*+""",
    regex.VERSION1 | regex.VERBOSE,
)
# What folding may make of a character of a tag. Some letters and digits become a word with
# brackets or spaces.
_FOLDED = regex.compile(r"[\p{L}\p{M}\p{N}_·・]*+", regex.VERSION1)
_FOLDED_TAG = regex.compile(rf"(?=\P{{M}})(?=.*\p{{L}}).{{1,{LONGEST_TAG}}}+")
_REST_OF_ADDRESS = regex.compile(f"[{_AT_SIGNS}]{IN_USERNAME}")


class Piece(NamedTuple):
    """A piece of a text. ``target``: the URL, the username in lower case, or the folded tag."""

    kind: Literal["text", "link", "mention", "tag"]
    text: str
    target: str = ""


def normal(body: str) -> str:
    """Return ``body`` as it is saved: with every line end as a line feed."""
    return body.replace("\r\n", "\n").replace("\r", "\n")


def validation_error(body: str, *, may_be_empty: bool = False) -> str | None:
    """Return an error message for a normal ``body``; None if ``body`` is valid.

    The length is in code points.
    """
    longest = site().longest_post
    # First, because everything else takes longer for a longer text.
    if len(body) > longest:
        return _(
            "That is %(length)d characters; %(longest)d fit. Shorten it by %(over)d.",
            length=len(body),
            longest=longest,
            over=len(body) - longest,
        )
    if not (is_visible(body) or may_be_empty):
        return _("Write something first.")
    if not is_storable(body):
        return _("There is a character in it that cannot be kept. Remove it.")
    return None


def pieces(body: str) -> list[Piece]:
    """Split ``body`` into plain text, links, mentions and tags."""
    found: list[Piece] = []
    plain = start = 0
    while match := _TOKEN.search(body, start):
        piece = _piece(match)
        if piece is None:
            start = match.end()
            continue
        if match.start() > plain:
            found.append(Piece("text", body[plain : match.start()]))
        found.append(piece)
        plain = start = match.start() + len(piece.text)
    if plain < len(body):
        found.append(Piece("text", body[plain:]))
    return found


def usernames_in(found: Iterable[Piece]) -> set[str]:
    """Return the mentioned usernames, in lower case."""
    return {piece.target for piece in found if piece.kind == "mention"}


def tags_in(found: Iterable[Piece]) -> set[str]:
    """Return the folded tags."""
    return {piece.target for piece in found if piece.kind == "tag"}


def to_html(found: Iterable[Piece], known: Mapping[str, str]) -> str:
    """Return the HTML of the pieces: escaped, with line breaks and links.

    ``known`` maps each mentioned username that exists, in lower case, to its spelling.
    """
    return "".join(_html(piece, known) for piece in found)


def absolute_links(html: str) -> str:
    """Return the HTML of a post with links that lead here from anywhere."""
    # In the text itself, a quotation mark is escaped.
    return html.replace('<a href="/', f'<a href="{current_app.config["BASE_URL"]}/')


def _html(piece: Piece, known: Mapping[str, str]) -> str:
    match piece.kind:
        case "link":
            return LINK.format(escape(piece.target), escape(piece.text))
        case "mention" if piece.target in known:
            return MENTION.format(known[piece.target], piece.text)
        case "tag":
            return TAG.format(quote(piece.target, safe=""), escape(piece.text))
        case _:
            return str(escape(piece.text)).replace("\n", "<br>")


def _piece(match: regex.Match[str]) -> Piece | None:
    """Return the piece that begins where ``match`` does; None if it is plain text."""
    if match["link"]:
        url = _without_end(match["link"])
        return Piece("link", url, url)
    if match["mention"]:
        return Piece("mention", match[0], match["mention"].lower())
    if match["hash"] and (tag := tag_at(match.string, match.end())):
        return Piece("tag", match["hash"] + tag, fold_tag(tag))
    return None


def _without_end(url: str) -> str:
    """Return ``url`` without what belongs to the sentence: final punctuation, a closing bracket."""
    closing = []
    for at, char in enumerate(url):
        if char in "([{":
            closing.append({"(": ")", "[": "]", "{": "}"}[char])
        elif char in ")]}" and (not closing or closing.pop() != char):
            url = url[:at]
            break
    url = url.rstrip(".,;:!?([{")
    return url.rstrip("'.,;:!?") if url.count("'") % 2 else url


def fold_tag(tag: str) -> str:
    """Return the key of a tag: folded, without a middle dot at the end, which joins nothing."""
    return fold(tag).rstrip("·・")


def tag_key(tag: str) -> str | None:
    """Return the key of a tag as it is in a URL; None for what can be no tag."""
    # No tag is so long, in whatever form its characters come.
    if len(tag) > 10 * LONGEST_TAG or not is_storable(tag):
        return None
    key = fold_tag(tag)
    return key if key and len(key) <= LONGEST_TAG else None


def tag_at(text: str, start: int) -> str:
    """Return the tag that begins at ``start`` of ``text``, without the sign; "" if there is none.

    A tag has at least one letter, does not begin with a mark, and is no part of an address.
    """
    run = _TAG.match(text, start)
    if run is None or len(run[0]) > 10 * LONGEST_TAG:
        return ""
    tag = run[0]
    for at, char in enumerate(tag):
        if not _FOLDED.fullmatch(fold(char)):
            tag = tag[:at].rstrip("\u200c\u200d·\u0387・･")
            break
    is_address = _REST_OF_ADDRESS.match(text, start + len(tag))
    return tag if _FOLDED_TAG.fullmatch(fold_tag(tag)) and not is_address else ""
