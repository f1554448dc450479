"""What a card shows of a page: stored as text that says all of it, and read when it is rendered."""

import json
from dataclasses import asdict, dataclass
from urllib.parse import urlsplit

import idna
from flask import current_app

from ..data.characters import is_visible, one_line

# Code points that are stored; cards show less, by the width of the screen.
LONGEST_TITLE, LONGEST_DESCRIPTION, LONGEST_SITE = 200, 300, 60
# Code points of what a page says of which more are not looked at.
LONGEST_GIVEN = 1_000
# A picture at least this wide, for its height and in pixels, is above the text.
WIDE_RATIO, WIDE = 1.4, 400


@dataclass(frozen=True)
class PreviewPicture:
    """A picture of ours, by its key (app.media)."""

    key: str
    width: int
    height: int

    @property
    def is_wide(self) -> bool:
        """Whether it is above the text; beside it otherwise."""
        return self.width >= max(WIDE, WIDE_RATIO * self.height)


@dataclass(frozen=True)
class Preview:
    """A preview with the URL of its page. The texts are clean, on one line."""

    url: str
    title: str
    description: str = ""
    site: str = ""
    picture: PreviewPicture | None = None

    @property
    def host(self) -> str:
        """The host that the link leads to, as people read it."""
        host = (urlsplit(self.url).hostname or "").removeprefix("www.")
        try:
            return idna.decode(host)
        except idna.IDNAError:
            return host


def cleaned(text: object, longest: int) -> str:
    """Return what a page says of itself on one line; "" if nothing of it can be seen."""
    if not isinstance(text, str):
        return ""
    line = one_line(text[:LONGEST_GIVEN])
    if not is_visible(line):
        return ""
    return line if len(line) <= longest else f"{line[: longest - 1].rstrip()}…"


def to_text(preview: Preview) -> str:
    """Return ``preview`` as it is stored."""
    return json.dumps(asdict(preview), ensure_ascii=False, separators=(",", ":"))


def from_text(text: str) -> Preview:
    """Return the preview that :func:`to_text` made ``text`` of."""
    values = json.loads(text)
    picture = values.pop("picture")
    return Preview(**values, picture=PreviewPicture(**picture) if picture else None)


def shown_preview(text: str | None) -> Preview | None:
    """Return the preview that a card shows, of its stored form; None without one.

    A template global.
    """
    return from_text(text) if text and current_app.config["LINK_PREVIEWS"] else None
