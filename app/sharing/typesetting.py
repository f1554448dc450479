"""Text in a picture: the fonts that have its characters, and where its lines end.

Only the worker imports this: Pillow takes memory that processes which serve pages do not need.
"""

import json
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from itertools import groupby
from pathlib import Path
from typing import NamedTuple

import regex
from PIL import ImageDraw, ImageFont, features

from ..data.characters import one_line

FONTS = Path(__file__).parent / "fonts"
# Where letters run from right to left, one of these draws all of a text.
BIDI_FONTS = ("arabic", "hebrew")
RIGHT_TO_LEFT = {"R", "AL", "AN"}
ELLIPSIS = "…"
# An emoji is as high as a line.
EMOJI_SIZE = 0.9
# Raqm joins letters, places marks and orders text from right to left. Pillow brings it; it loads
# FriBiDi from the system where it is installed.
SHAPES = features.check("raqm")

_CLUSTER = regex.compile(r"\X")
# Signs that choose how a character is shown, or that join two.
_UNSEEN = regex.compile(r"[\p{Default_Ignorable_Code_Point}\p{Cf}\n]")


class Run(NamedTuple):
    """A piece of a line in one font."""

    font: str
    text: str
    direction: str | None = None

    def length(self, size: int) -> float:
        """Return the width at a size of the font, both in pixels."""
        return font_of(self.font, size).getlength(self.text, direction=self.direction)


class Type(NamedTuple):
    """How a text is set: in which font, and in which direction."""

    font: str
    # "ltr" or "rtl" for a text with letters from right to left.
    direction: str | None = None

    def width(self, text: str, size: int) -> float:
        """Return the width of a line at a size of the font, both in pixels."""
        return sum(run.length(size) for run in self._runs(text))

    def draw(
        self,
        canvas: ImageDraw.ImageDraw,
        at: tuple[float, float],
        text: str,
        *,
        size: int,
        ink: str,
    ) -> None:
        """Draw a line with the left end of its baseline ``at`` a point."""
        x, y = at
        for run in self._runs(text):
            font = font_of(run.font, size)
            canvas.text((x, y), run.text, ink, font, anchor="ls", direction=run.direction)
            x += run.length(size)

    def fit(self, text: str, size: int, width: float) -> str:
        """Return ``text``, shortened with an ellipsis if it is wider than ``width``."""
        return text if self.width(text, size) <= width else self.shorten(text, size, width)

    def shorten(self, text: str, size: int, width: float) -> str:
        """Return as much of ``text`` as fits with an ellipsis."""
        clusters = _CLUSTER.findall(text)
        while clusters and self.width("".join(clusters) + ELLIPSIS, size) > width:
            clusters.pop()
        return "".join(clusters).rstrip(" ,;:.") + ELLIPSIS

    def wrap(self, text: str, size: int, width: float) -> list[str]:
        """Return the lines of ``text``, broken between words; within a word that is too long."""
        return [line for each in text.split("\n") for line in self._lines(each, size, width)]

    def _lines(self, paragraph: str, size: int, width: float) -> Iterator[str]:
        line = ""
        for word in paragraph.split(" "):
            longer = f"{line} {word}" if line else word
            if self.width(longer, size) <= width:
                line = longer
                continue
            if line:
                yield line
            line = word
            while self.width(line, size) > width and (start := self._start(line, size, width)):
                yield start
                line = line[len(start) :]
        if line:
            yield line

    def _start(self, word: str, size: int, width: float) -> str:
        """Return the longest start of ``word`` that fits; "" if nothing has to be left out."""
        start = ""
        for cluster in _CLUSTER.findall(word):
            if start and self.width(start + cluster, size) > width:
                return start
            start += cluster
        return ""

    def _runs(self, text: str) -> tuple[Run, ...]:
        if self.direction:
            return (Run(self.font, text, self.direction),)
        pieces = []
        for cluster in _CLUSTER.findall(text):
            font = _font_for(cluster, self.font) or self.font
            is_sequence = font == "emoji" and SHAPES
            pieces.append((font, cluster if is_sequence else _UNSEEN.sub("", cluster)))
        grouped = groupby(pieces, key=lambda piece: piece[0])
        return tuple(Run(font, "".join(text for _, text in found)) for font, found in grouped)


def normal(text: str) -> str:
    """Return ``text`` as it is set: without hidden characters, empty lines and double spaces."""
    lines = (one_line(line) for line in text.splitlines())
    return "\n".join(line for line in lines if line)


def type_for(text: str, font: str = "text") -> Type | None:
    """Return how a normal ``text`` is set, in ``font`` where that has its characters.

    None if none of our fonts has one of the characters.
    """
    kinds = [unicodedata.bidirectional(character) for character in text]
    if RIGHT_TO_LEFT.isdisjoint(kinds):
        clusters = set(_CLUSTER.findall(text))
        return Type(font) if all(_font_for(cluster, font) for cluster in clusters) else None
    seen = _seen(text)
    name = next((name for name in BIDI_FONTS if seen <= _covered()[name]), None)
    # The first letter decides, as with dir="auto" (Unicode Standard Annex 9, rule P2).
    first = next((kind for kind in kinds if kind in ("L", "R", "AL")), "L")
    return Type(name, "ltr" if first == "L" else "rtl") if name and SHAPES else None


@lru_cache(4096)
def _font_for(cluster: str, font: str) -> str | None:
    seen = _seen(cluster)
    # A mark that is not placed would be beside its letter.
    if len(seen) > 1 and not SHAPES:
        return None
    fonts = ("emoji", font) if "\ufe0f" in cluster else (font, "emoji")
    return next((name for name in fonts if seen <= _covered()[name]), None)


def _seen(text: str) -> set[int]:
    return {ord(character) for character in _UNSEEN.sub("", text)}


@cache
def _covered() -> dict[str, frozenset[int]]:
    """Return the characters of each font, as the manifest lists them."""
    manifest = json.loads((FONTS / "manifest.json").read_text())
    return {
        name.removesuffix(".ttf"): frozenset(_characters(font["covers"]))
        for name, font in manifest.items()
    }


def _characters(ranges: str) -> Iterator[int]:
    for each in ranges.split():
        low, _, high = each.partition("-")
        yield from range(int(low, 16), int(high or low, 16) + 1)


@lru_cache(64)
def font_of(name: str, size: int) -> ImageFont.FreeTypeFont:
    """Return a font of ours at a size in pixels."""
    engine = ImageFont.Layout.RAQM if SHAPES else ImageFont.Layout.BASIC
    size = round(size * EMOJI_SIZE) if name == "emoji" else size
    return ImageFont.truetype(str(FONTS / f"{name}.ttf"), size, layout_engine=engine)
