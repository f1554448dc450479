"""The preview of a link in the demo community: nothing is asked of the network for it."""

import tempfile
from math import sin
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw
from sqlalchemy import select

from ..data.database import db
from ..posts.models import Post
from ..previews.content import Preview
from ..previews.keeping import show
from ..previews.pictures import make_picture

SIZE = (1200, 630)
LAND, WATER, WOOD, PAPER = (226, 216, 186), (92, 146, 168), (150, 168, 122), (250, 244, 228)


def show_previews(posts: list[dict[str, Any]]) -> None:
    """Show the preview that a post of demo.json has: the fields of its page."""
    for post in posts:
        if page := post.get("preview"):
            found = db.session.scalars(select(Post).where(Post.body == post["body"])).one()
            with tempfile.TemporaryDirectory() as name:
                file, variants = Path(name, "map.png"), Path(name, "variants")
                variants.mkdir()
                draw_map().save(file)
                show(found, Preview(**page), make_picture(file, variants))


def draw_map() -> Image.Image:
    """Draw an old map of a river."""
    image = Image.new("RGB", SIZE, LAND)
    draw = ImageDraw.Draw(image)
    for left in range(40, SIZE[0], 90):
        for top in range(20 + left % 60, SIZE[1], 110):
            draw.ellipse((left, top, left + 34, top + 24), fill=WOOD)
    river = [(float(x), 320 + 130 * sin(x / 150) + 40 * sin(x / 61)) for x in range(-40, 1260, 4)]
    brook = [(620 + 60 * sin(y / 70) + y / 4, float(y)) for y in range(-20, 160, 4)]
    for points, width in ((brook, 24), (river, 84)):
        # The banks are a little wider than the water.
        for colour, radius in ((PAPER, width // 2 + 9), (WATER, width // 2)):
            for x, y in points:
                draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    draw.rectangle((14, 14, SIZE[0] - 15, SIZE[1] - 15), outline=PAPER, width=10)
    return image
