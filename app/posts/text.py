"""The text of a post: what is accepted, and how it becomes HTML, once, when it is written."""

import unicodedata

from flask import current_app
from flask_babel import gettext as _
from linkify_it import LinkifyIt
from markupsafe import escape

# http and https only. Fuzzy links are off: "house.My dog" names no site.
_linkify = LinkifyIt(options={"fuzzy_link": False, "fuzzy_email": False, "fuzzy_ip": False})
for _scheme in ("ftp:", "//", "mailto:"):
    _linkify.add(_scheme, None)

LINK = '<a href="{0}" rel="nofollow noopener ugc">{1}</a>'


def normal(body: str) -> str:
    """Return ``body`` as it is kept: as typed, but with every line end a line feed."""
    return body.replace("\r\n", "\n").replace("\r", "\n")


def fault(body: str) -> str | None:
    """Return what is wrong with a normal ``body``, in words for its author; None if nothing is.

    Length counts code points.
    """
    longest = current_app.config["POST_MAX_CHARS"]
    if not any(_is_visible(c) for c in body):
        return _("Write something first.")
    if len(body) > longest:
        return _(
            "That is %(length)d characters; %(longest)d fit. Shorten it by %(over)d.",
            length=len(body),
            longest=longest,
            over=len(body) - longest,
        )
    if "\x00" in body or any(unicodedata.category(c) == "Cs" for c in body):
        return _("There is a character in it that cannot be kept. Remove it.")
    return None


def to_html(body: str) -> str:
    """Return ``body`` escaped, with its line breaks and its links."""
    pieces, end = [], 0
    for match in _linkify.match(body) or ():
        pieces.append(_plain(body[end : match.index]))
        pieces.append(LINK.format(escape(match.url), escape(match.text)))
        end = match.last_index
    pieces.append(_plain(body[end:]))
    return "".join(pieces)


def _plain(text: str) -> str:
    return str(escape(text)).replace("\n", "<br>")


def _is_visible(char: str) -> bool:
    return not char.isspace() and unicodedata.category(char) not in ("Cc", "Cf", "Cs")
