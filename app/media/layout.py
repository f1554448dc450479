"""How pictures stand on a card: the size of one alone, and the grid of several."""

from collections.abc import Sequence
from typing import Protocol

# CSS pixels: the column of a card on a desk, and less than most windows are high.
WIDEST, TALLEST = 524, 480
# Width to height: what is wider or taller is cut off where a picture stands alone (media.css).
PANORAMA, TOWER = 4, 1 / 3
# A picture without a longer side is not enlarged in a grid either.
TINY = 128
# Width to height, from which two pictures stand one above the other.
WIDE = 1.6


class Sized(Protocol):
    """A picture whose size in pixels is known; 0 while it is not."""

    @property
    def width(self) -> int:
        """Its width."""

    @property
    def height(self) -> int:
        """Its height."""


def size_alone(picture: Sized) -> tuple[int, int]:
    """Return the width and height of a picture that stands alone, in CSS pixels.

    It is never enlarged. The browser scales it down to narrower columns.
    """
    ratio = min(PANORAMA, max(TOWER, _ratio(picture)))
    width = min(picture.width, WIDEST, picture.height * ratio, TALLEST * ratio)
    return max(1, round(width)), max(1, round(width / ratio))


def shape_of(picture: Sized) -> str:
    """Return the class name of a picture of an unusual size, else an empty string."""
    if max(picture.width, picture.height) <= TINY:
        return "tiny"
    ratio = _ratio(picture)
    return "panorama" if ratio > PANORAMA else "tower" if ratio < TOWER else ""


def grid_of(pictures: Sequence[Sized]) -> str:
    """Return the class name of the grid of some pictures."""
    ratios = [_ratio(each) for each in pictures]
    if len(pictures) == 1:
        return "alone"
    if len(pictures) == 2:
        return "rows" if min(ratios) >= WIDE else "columns-tall" if max(ratios) < 1 else "columns"
    if len(pictures) == 3:
        return "first-tall" if ratios[0] < 1 else "first-wide"
    return "four"


def _ratio(picture: Sized) -> float:
    """Return width to height; a picture whose size is not known counts as a square."""
    return picture.width / picture.height if picture.width and picture.height else 1
