"""The text of a post: validation, mentions and tags, and its HTML, made once on writing."""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from typing import Literal, NamedTuple
from urllib.parse import quote

from flask import current_app
from flask_babel import gettext as _
from linkify_it import LinkifyIt
from markupsafe import escape

from ..data.types import is_storable

# http and https only. Fuzzy links are off, because "house.My dog" is no host.
_linkify = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
for _scheme in ("ftp:", "//", "mailto:"):
    _linkify.add(_scheme, None)

LINK = '<a href="{0}" rel="nofollow noopener ugc">{1}</a>'
MENTION = '<a href="/@{0}">@{1}</a>'
TAG = '<a href="/tags/{0}">{1}</a>'

LONGEST_TAG = 60
# An @ and a username, unless they are part of a word, an e-mail address or a path.
_MENTION = re.compile(r"(?<![\w@/.+#%=&-])@([A-Za-z0-9_]{1,30})(?![\w@])")
_HASH = re.compile(r"(?<![\w@/.+#%=&-])[#＃]")


class Piece(NamedTuple):
    """A piece of a text. ``target``: the URL, the username in lower case, or the folded tag."""

    kind: Literal["text", "link", "mention", "tag"]
    text: str
    target: str = ""


def normal(body: str) -> str:
    """Return ``body`` as it is saved: with every line end as a line feed."""
    return body.replace("\r\n", "\n").replace("\r", "\n")


def fault(body: str) -> str | None:
    """Return an error message for a normal ``body``; None if ``body`` is valid.

    The length is in code points.
    """
    longest = current_app.config["POST_MAX_CHARS"]
    # First, because everything else takes longer for a longer text.
    if len(body) > longest:
        return _(
            "That is %(length)d characters; %(longest)d fit. Shorten it by %(over)d.",
            length=len(body),
            longest=longest,
            over=len(body) - longest,
        )
    if not any(_is_visible(c) for c in body):
        return _("Write something first.")
    if not is_storable(body):
        return _("There is a character in it that cannot be kept. Remove it.")
    return None


def pieces(body: str) -> list[Piece]:
    """Split ``body`` into plain text, links, mentions and tags."""
    found: list[Piece] = []
    end = 0
    for match in _linkify.match(body) or ():
        found += _pieces_without_links(body, end, match.index)
        found.append(Piece("link", match.text, match.url))
        end = match.last_index
    return found + list(_pieces_without_links(body, end, len(body)))


def names_in(found: Iterable[Piece]) -> set[str]:
    """Return the mentioned usernames, in lower case."""
    return {piece.target for piece in found if piece.kind == "mention"}


def tags_in(found: Iterable[Piece]) -> set[str]:
    """Return the folded tags."""
    return {piece.target for piece in found if piece.kind == "tag"}


def fold_tag(tag: str) -> str:
    """Return a tag as it is saved and searched: case-folded and in NFKC."""
    return unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", tag).casefold())


def to_html(found: Iterable[Piece], known: Mapping[str, str]) -> str:
    """Return the HTML of the pieces: escaped, with line breaks and links.

    ``known`` maps each mentioned username that exists, in lower case, to its spelling.
    """
    return "".join(_html(piece, known) for piece in found)


def _html(piece: Piece, known: Mapping[str, str]) -> str:
    match piece.kind:
        case "link":
            return LINK.format(escape(piece.target), escape(piece.text))
        case "mention" if piece.target in known:
            return MENTION.format(known[piece.target], piece.text[1:])
        case "tag":
            return TAG.format(quote(piece.target, safe=""), escape(piece.text))
        case _:
            return str(escape(piece.text)).replace("\n", "<br>")


def _pieces_without_links(body: str, start: int, stop: int) -> Iterator[Piece]:
    """Yield the pieces of ``body`` from ``start`` to ``stop``, where no link is."""
    plain = start
    while start < stop:
        found = _next_mention_or_tag(body, start, stop)
        if found is None:
            break
        at, piece = found
        if at > plain:
            yield Piece("text", body[plain:at])
        yield piece
        plain = start = at + len(piece.text)
    if plain < stop:
        yield Piece("text", body[plain:stop])


def _next_mention_or_tag(body: str, start: int, stop: int) -> tuple[int, Piece] | None:
    """Return the first mention or tag between ``start`` and ``stop``, with its position."""
    while True:
        mention = _MENTION.search(body, start, stop)
        hash_sign = _HASH.search(body, start, stop)
        if hash_sign and (mention is None or hash_sign.start() < mention.start()):
            tag = tag_at(body, hash_sign.end(), stop)
            if tag:
                return hash_sign.start(), Piece("tag", hash_sign[0] + tag, fold_tag(tag))
            start = hash_sign.end()
        elif mention:
            return mention.start(), Piece("mention", mention[0], mention[1].lower())
        else:
            return None


def tag_at(body: str, start: int, stop: int) -> str:
    """Return the tag that begins at ``start``, without the sign; "" if there is none.

    A tag has letters, marks, digits and _ of any script, and at least one letter
    (Unicode Standard Annex 31, hashtag identifiers, without its punctuation).
    """
    end = start
    while end < stop and (body[end] == "_" or unicodedata.category(body[end])[0] in "LMN"):
        end += 1
    tag = body[start:end]
    begins_well = bool(tag) and unicodedata.category(tag[0])[0] != "M"
    is_mail = end < len(body) and body[end] == "@"
    has_letter = any(unicodedata.category(c)[0] == "L" for c in tag)
    fits = len(fold_tag(tag)) <= LONGEST_TAG
    return tag if begins_well and has_letter and fits and not is_mail else ""


def _is_visible(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) not in ("Cc", "Cf", "Cs")
