"""Why a picture is not taken, or cannot be shown, in words for its owner."""

from collections.abc import Callable
from math import ceil

from flask_babel import format_decimal, ngettext
from flask_babel import gettext as _

from .models import MOST_PICTURES

# Bytes of one file.
LARGEST_FILE = 10 * 1000**2

_WORDS: dict[str, Callable[[], str]] = {
    "broken": lambda: _("It cannot be read: the file is damaged, or was not sent whole."),
    "type": lambda: _("It is no picture that can be shown. JPEG, PNG, WebP, GIF and AVIF can."),
    "pixels": lambda: _("It has more than 50 megapixels. Make it smaller."),
    "frames": lambda: _("It has more than 200 frames. Make it shorter."),
    "memory": lambda: _("It takes too much memory to be read. Make it smaller."),
    "time": lambda: _("It takes too long to be read. Make it smaller."),
    "lost": lambda: _("It did not arrive whole. Choose it again."),
    "given_up": lambda: _("It could not be prepared. Try again."),
}


class Passing(str):
    """A sentence about what may go well in a minute, with the same file."""

    __slots__ = ()


def words(code: str) -> str:
    """Return the sentence for a failure's code."""
    return _WORDS.get(code, _WORDS["given_up"])()


def of_file(name: str, code: str, size: int = 0) -> str:
    """Return the sentence for a file ``name`` that is not taken."""
    if code == "large":
        return _(
            "“%(name)s” has %(size)s MB; a picture may have 10. Make it smaller.",
            name=name,
            size=format_decimal(ceil(size / 100_000) / 10),
        )
    if code == "empty":
        return _("“%(name)s” is empty.", name=name)
    if code == "heic":
        return _(
            "“%(name)s” is HEIC, which only few browsers show. Save it as JPEG, and choose that.",
            name=name,
        )
    if code == "svg":
        return _("“%(name)s” is a drawing (SVG). Save it as PNG, and choose that.", name=name)
    if code == "store":
        text = _("“%(name)s” could not be stored just now. Try again in a minute.", name=name)
        return Passing(text)
    return _(
        "“%(name)s” is no picture that can be shown. JPEG, PNG, WebP, GIF and AVIF can.", name=name
    )


def too_many(left_out: int) -> str:
    """Return the sentence for pictures that do not fit any more."""
    return ngettext(
        "%(num)d picture does not fit: a post can have %(most)d.",
        "%(num)d pictures do not fit: a post can have %(most)d.",
        left_out,
        most=MOST_PICTURES,
    )
