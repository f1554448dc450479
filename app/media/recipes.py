"""What is made of a picture, by what the picture is for."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Recipe:
    """The files of a picture: a variant for each of ``widths``, in two formats.

    A picture that is narrower than a width has one variant of its own width, under that name; one
    that is cut to a ratio has all of them.
    """

    widths: tuple[int, ...]
    # Width divided by height of what is cut out; None keeps the shape.
    ratio: float | None = None
    # The width of an animation in its own file; None keeps the first frame alone.
    animation: int | None = None


RECIPES = {
    "post": Recipe((480, 960, 1920), animation=640),
    "avatar": Recipe((96, 400), ratio=1),
    "banner": Recipe((640, 1500), ratio=3),
    "site": Recipe((640, 1500), ratio=3),
    "preview": Recipe((640,)),
}
# The variant that moves; it is WebP alone.
ANIMATION = "animation"


def variants(recipe: str, width: int) -> list[tuple[int, int]]:
    """Return the name and the width of each variant of a picture whose largest is ``width``."""
    widths = RECIPES[recipe].widths
    if RECIPES[recipe].ratio:
        return [(name, min(name, width)) for name in widths]
    smaller = [name for name in widths if name < width]
    largest = next((name for name in widths if name >= width), widths[-1])
    return [(name, name) for name in smaller if name != largest] + [(largest, width)]
