"""Draws the picture of a post, which other sites show beside a link to it.

Only the worker imports this, as it does :mod:`.typesetting`.
"""

from functools import cache
from io import BytesIO
from typing import NamedTuple

from PIL import Image, ImageDraw

from ..accounts.avatars import initial_on_tint
from ..web.urls import STATIC
from .typesetting import Type, font_of, normal, type_for

SIZE = WIDTH, HEIGHT = 1200, 630
PAPER, SURFACE, INK, SOFT, HAIRLINE = "#f6f3ec", "#fffefb", "#1c2326", "#535b5f", "#e4dfd3"
# Round shapes are drawn this many times larger, for smooth edges.
FINER = 4
# The card on the paper, and where its text begins and ends.
CARD, RADIUS = (40, 40, WIDTH - 40, HEIGHT - 40), 32
LEFT, RIGHT = 96, WIDTH - 96
AVATAR, AVATAR_TOP = 104, 86
NAME_LEFT = LEFT + AVATAR + 28
TEXT_TOP, TEXT_BOTTOM = 222, 484
FOOT, MARK = 544, 48
# From the size of a few words to that of a long text; a line is higher by the factor.
TEXT_SIZES, LEADING = (64, 56, 48, 42, 36), 1.36
# More characters than fit into the picture at the smallest size.
LONGEST = 1_000
COLOURS = 128


class Subject(NamedTuple):
    """What a picture of a post shows."""

    username: str
    name: str
    text: str
    date: str
    site: str
    # The avatar as a file; without one, the initial is drawn.
    avatar: bytes | None = None


def draw(subject: Subject) -> bytes | None:
    """Return a picture as PNG; None if our fonts lack a character of what it shows."""
    name, text = normal(subject.name), normal(subject.text[:LONGEST])
    site = normal(subject.site)
    of_name, of_text = type_for(name, "name"), type_for(text)
    of_site = type_for(site, "wordmark")
    if of_name is None or of_text is None or of_site is None or not text:
        return None
    image = _empty_card().copy()
    canvas = ImageDraw.Draw(image)
    if subject.avatar:
        _paste_avatar(image, subject.avatar)
    else:
        _draw_avatar(image, canvas, subject.username)
    space = RIGHT - NAME_LEFT
    of_name.draw(canvas, (NAME_LEFT, 132), of_name.fit(name, 42, space), size=42, ink=INK)
    Type("text").draw(canvas, (NAME_LEFT, 178), f"@{subject.username}", size=30, ink=SOFT)
    _draw_text(canvas, text, of_text)
    at = (LEFT + MARK + 16, FOOT)
    of_site.draw(canvas, at, of_site.fit(site, 36, 600), size=36, ink=INK)
    canvas.text((RIGHT, FOOT), subject.date, SOFT, font_of("text", 28), anchor="rs")
    return _png(image)


@cache
def _empty_card() -> Image.Image:
    """Return what all pictures have: the card on its paper, with the mark."""
    image = Image.new("RGB", SIZE, PAPER)
    left, top, right, bottom = CARD
    _draw_round(image, CARD, RADIUS, HAIRLINE)
    _draw_round(image, (left + 2, top + 2, right - 2, bottom - 2), RADIUS - 2, SURFACE)
    with Image.open(STATIC / "icon-192.png") as icon:
        mark = icon.convert("RGBA").resize((MARK, MARK), Image.Resampling.LANCZOS)
    image.paste(mark, (LEFT, FOOT - MARK + 10), mark)
    return image


def _draw_avatar(image: Image.Image, canvas: ImageDraw.ImageDraw, username: str) -> None:
    initial, hue = initial_on_tint(username).values()
    ground = f"hsl({hue}, 58%, 86%)"
    _draw_round(image, (LEFT, AVATAR_TOP, LEFT + AVATAR, AVATAR_TOP + AVATAR), AVATAR // 2, ground)
    middle = (LEFT + AVATAR / 2, AVATAR_TOP + AVATAR / 2 + 18)
    canvas.text(middle, str(initial), f"hsl({hue}, 60%, 24%)", font_of("name", 50), anchor="ms")


def _paste_avatar(image: Image.Image, avatar: bytes) -> None:
    with Image.open(BytesIO(avatar), formats=["WEBP"]) as picture:
        small = picture.convert("RGBA").resize((AVATAR, AVATAR), Image.Resampling.LANCZOS)
    ground = Image.new("RGBA", small.size, SURFACE)
    ground.alpha_composite(small)
    box = (LEFT, AVATAR_TOP, LEFT + AVATAR, AVATAR_TOP + AVATAR)
    _draw_round(image, box, AVATAR // 2, ground.convert("RGB"))


def _draw_text(canvas: ImageDraw.ImageDraw, text: str, of_text: Type) -> None:
    """Draw ``text`` as large as all of it fits; at the smallest size, as much as fits."""
    width, height = RIGHT - LEFT, TEXT_BOTTOM - TEXT_TOP
    for size in TEXT_SIZES:
        most = int(height / (size * LEADING))
        lines = of_text.wrap(text, size, width)
        if len(lines) <= most:
            break
    if len(lines) > most:
        lines = [*lines[: most - 1], of_text.shorten(lines[most - 1], size, width)]
    top = TEXT_TOP + (height - size * LEADING * len(lines)) / 2
    for number, line in enumerate(lines):
        x = RIGHT - of_text.width(line, size) if of_text.direction == "rtl" else LEFT
        y = top + size * LEADING * number + size
        of_text.draw(canvas, (x, y), line, size=size, ink=INK)


def _draw_round(
    image: Image.Image, box: tuple[int, int, int, int], radius: int, fill: str | Image.Image
) -> None:
    width, height = box[2] - box[0], box[3] - box[1]
    mask = Image.new("L", (width * FINER, height * FINER))
    edges = (0, 0, width * FINER - 1, height * FINER - 1)
    ImageDraw.Draw(mask).rounded_rectangle(edges, radius * FINER, fill=255)
    image.paste(fill, box, mask.resize((width, height), Image.Resampling.BOX))


def _png(image: Image.Image) -> bytes:
    file = BytesIO()
    reduced = image.quantize(COLOURS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    reduced.save(file, "PNG")
    return file.getvalue()
