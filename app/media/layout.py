"""The layout of pictures on a card: the size of one alone, the grid of several, what is loaded."""

from collections.abc import Sequence
from typing import Protocol

# CSS pixels: the column of a card on a desk, and less than most windows are high.
WIDEST, TALLEST = 524, 480
# Width to height: what is wider or taller is cut off where a picture is alone (media.css).
PANORAMA, TOWER = 4, 1 / 3
# A picture without a longer side is not enlarged in a grid either.
TINY = 128
# Width to height, from which two pictures are one above the other.
WIDE = 1.6
# For the class names of grids: the part of the column that a cell takes, and its width to height.
CELLS = {
    "alone": (1, PANORAMA),
    "rows": (1, 5 / 2),
    "columns": (1 / 2, 1),
    "columns-tall": (1 / 2, 3 / 4),
}
FIRST_CELLS = {"first-tall": (1 / 2, 2 / 3), "first-wide": (1, 2)}
OTHER_CELLS = (1 / 2, 4 / 3)


class Sized(Protocol):
    """A picture whose size in pixels is known; 0 while it is not."""

    @property
    def width(self) -> int:
        """Its width."""

    @property
    def height(self) -> int:
        """Its height."""


def size_alone(picture: Sized) -> tuple[int, int]:
    """Return the width and height of a picture that is alone, in CSS pixels.

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


def sizes_of(pictures: Sequence[Sized], number: int) -> str:
    """Return the value of ``sizes`` for the picture at ``number``, from 1.

    Of what is wider than its cell, the sides are cut off: it is loaded as wide as it would be.
    """
    picture, grid = pictures[number - 1], grid_of(pictures)
    first = FIRST_CELLS.get(grid) if number == 1 else None
    part, shape = first or CELLS.get(grid, OTHER_CELLS)
    width = size_alone(picture)[0] if grid == "alone" else WIDEST * part
    whole = max(1, _ratio(picture) / shape)
    pixels = min(picture.width, round(width * whole))
    return f"min({round(100 * part * whole)}vw, {pixels}px)"


def _ratio(picture: Sized) -> float:
    """Return width to height; a picture whose size is not known counts as a square."""
    return picture.width / picture.height if picture.width and picture.height else 1
