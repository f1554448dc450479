"""The pictures of the demo community, drawn with Pillow from a few shapes."""

from collections.abc import Callable
from io import BytesIO
from math import cos, pi, sin
from random import Random

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Size = tuple[int, int]

NIGHT, DUSK, FROST, CREAM = (14, 20, 48), (62, 68, 120), (206, 220, 230), (246, 236, 218)
RYE, CRUST, OVEN = (150, 92, 48), (98, 54, 26), (52, 38, 34)


def _sky(size: Size, top: Colour, bottom: Colour) -> Image.Image:
    """Return a picture that goes from one colour to another, downwards."""
    mask = Image.linear_gradient("L").resize(size)
    return Image.composite(Image.new("RGB", size, bottom), Image.new("RGB", size, top), mask)


def _glow(image: Image.Image, centre: Size, radius: int, colour: Colour) -> None:
    """Add light that fades towards its edge."""
    light = Image.new("RGB", image.size)
    x, y = centre
    ImageDraw.Draw(light).ellipse((x - radius, y - radius, x + radius, y + radius), fill=colour)
    light = light.filter(ImageFilter.GaussianBlur(radius * 0.45))
    image.paste(ImageChops.screen(image, light))


def _hills(image: Image.Image, height: float, swing: float, waves: float, colour: Colour) -> None:
    """Draw a line of hills from ``height`` downwards; heights are parts of the picture's."""
    width, tall = image.size
    ridge = [
        (x, tall * (height + swing * (sin(x / width * waves) + 0.4 * sin(x / width * waves * 2.7))))
        for x in range(0, width + 8, 8)
    ]
    ImageDraw.Draw(image).polygon([*ridge, (width + 8, tall), (0, tall)], fill=colour)


def _always_the_same(seed: int) -> Random:
    return Random(seed)  # noqa: S311 - a drawing needs no secret


def loaves() -> Image.Image:
    """Rye loaves on a board, in front of the oven."""
    image = _sky((1280, 960), OVEN, (92, 62, 48))
    _glow(image, (640, 260), 300, (190, 96, 30))
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 700, 1280, 960), fill=(176, 132, 86))
    draw.rectangle((0, 700, 1280, 716), fill=(196, 154, 106))
    for left, seeds in ((90, 7), (480, 8), (870, 9)):
        draw.ellipse((left + 8, 690, left + 328, 772), fill=(128, 92, 58))
        draw.ellipse((left - 16, 550, left + 336, 752), fill=CRUST)
        draw.ellipse((left, 556, left + 320, 728), fill=RYE)
        for cut in (90, 160, 230):
            draw.arc((left + cut - 60, 572, left + cut + 60, 740), 200, 292, fill=CREAM, width=9)
        chance = _always_the_same(seeds)
        for _ in range(60):
            x, y = left + chance.gauss(160, 62), chance.gauss(640, 28)
            draw.ellipse((x, y, x + 7, y + 5), fill=(64, 40, 22))
    return image


def tow_path() -> Image.Image:
    """The canal as far as the lock, in one long picture."""
    image = _sky((2800, 760), (120, 178, 214), (248, 226, 190))
    _glow(image, (2260, 300), 170, (255, 224, 150))
    _hills(image, 0.48, 0.035, 12, (134, 164, 150))
    _hills(image, 0.56, 0.02, 19, (92, 132, 96))
    draw = ImageDraw.Draw(image)
    draw.polygon([(0, 520), (2800, 470), (2800, 620), (0, 680)], fill=(110, 156, 176))
    for step in range(24):
        y, x = 520 + step * 6, 90 + step * 113
        draw.line((x, y, x + 190, y - 3), fill=(160, 198, 208), width=3)
    draw.polygon([(0, 680), (2800, 620), (2800, 760), (0, 760)], fill=(206, 186, 146))
    chance = _always_the_same(1911)
    for x in range(60, 2800, 190):
        high, green = chance.randint(150, 230), chance.randint(118, 148)
        base = 470 - x // 60
        draw.rectangle((x + 26, base - 70, x + 36, base), fill=(88, 70, 52))
        draw.ellipse((x, base - high, x + 64, base - 40), fill=(70, green, 70))
    draw.rectangle((2480, 420, 2500, 610), fill=(70, 58, 50))
    draw.rectangle((2620, 414, 2640, 606), fill=(70, 58, 50))
    draw.rectangle((2400, 486, 2720, 506), fill=(244, 240, 232))
    draw.rectangle((1300, 610, 1440, 620), fill=(96, 62, 40))
    for leg in (1316, 1416):
        draw.rectangle((leg, 616, leg + 8, 650), fill=(96, 62, 40))
    return image


def evening_star() -> Image.Image:
    """Venus above the roofs."""
    image = _sky((900, 1200), NIGHT, DUSK)
    draw, chance = ImageDraw.Draw(image), _always_the_same(9)
    for _ in range(240):
        x, y, bright = chance.randint(0, 899), chance.randint(0, 900), chance.randint(90, 220)
        draw.point((x, y), fill=(bright, bright, bright))
    _glow(image, (270, 760), 42, (230, 226, 200))
    draw = ImageDraw.Draw(image)
    draw.ellipse((263, 753, 277, 767), fill=(255, 253, 240))
    for left, top, wide in ((0, 1010, 230), (200, 960, 210), (420, 1030, 260), (660, 980, 250)):
        roof = [(left, top), (left + wide // 2, top - 90), (left + wide, top), (left + wide, 1200)]
        draw.polygon([*roof, (left, 1200)], fill=(12, 14, 28))
        draw.rectangle((left + 50, top + 60, left + 84, top + 104), fill=(250, 208, 120))
    return image


def frost() -> Image.Image:
    """Kale on the allotment, white at its edges."""
    image = _sky((1200, 800), (170, 196, 216), (238, 240, 238))
    _hills(image, 0.5, 0.03, 7, (168, 186, 180))
    _hills(image, 0.62, 0.015, 15, (126, 120, 108))
    draw, chance = ImageDraw.Draw(image), _always_the_same(5)
    for row, x in [(row, x) for row in range(3) for x in range(60, 1200, 170)]:
        for _ in range(14):
            turn, long = chance.uniform(-pi, 0), chance.randint(50, 84)
            left, base = x + row * 50, 610 + row * 80
            tip = (left + cos(turn) * long, base + sin(turn) * long)
            draw.line((left, base, *tip), fill=(58, 104, 84), width=16)
            draw.ellipse((tip[0] - 11, tip[1] - 11, tip[0] + 11, tip[1] + 11), fill=FROST)
    return image


def bowl(glaze: Colour, foot: int, ground: Colour) -> Image.Image:
    """A bowl from the pottery class."""
    image = _sky((800, 800), ground, tuple(part - 36 for part in ground))  # type: ignore[arg-type]
    draw = ImageDraw.Draw(image)
    draw.ellipse((190, 590, 640, 690), fill=tuple(part - 70 for part in ground))
    dark = tuple(max(0, part - 40) for part in glaze)
    draw.pieslice((150, 120, 650, 640), 0, 180, fill=glaze)
    draw.rectangle((400 - foot, 620, 400 + foot, 660), fill=dark)
    draw.ellipse((150, 320, 650, 440), fill=dark)
    draw.ellipse((172, 334, 628, 430), fill=(226, 214, 196))
    return image


def knee() -> Image.Image:
    """A grazed knee, after puncture number four."""
    image = _sky((1000, 750), (120, 136, 120), (92, 104, 96))
    draw = ImageDraw.Draw(image)
    draw.line([(120, 760), (470, 330), (900, 700)], fill=(206, 158, 126), width=200, joint="curve")
    draw.ellipse((380, 220, 600, 450), fill=(214, 168, 136))
    chance = _always_the_same(4)
    for _ in range(40):
        x, y = chance.gauss(500, 34), chance.gauss(320, 30)
        draw.line((x, y, x + 34, y + 12), fill=(168, 40 + chance.randint(0, 24), 40), width=6)
    draw.line([(520, 350), (534, 420), (528, 470)], fill=(156, 30, 34), width=7)
    return image


def anemometer() -> list[Image.Image]:
    """The frames of the wind gauge on the roof, turning."""
    frames = []
    for step in range(12):
        image = _sky((480, 480), (150, 184, 212), (226, 232, 232))
        draw = ImageDraw.Draw(image)
        draw.rectangle((232, 230, 248, 480), fill=(84, 84, 90))
        for arm in range(3):
            turn = (step / 12 + arm) * 2 * pi / 3
            x, y, near = 240 + cos(turn) * 150, 220 + sin(turn) * 46, 30 + sin(turn) * 8
            draw.line((240, 220, x, y), fill=(84, 84, 90), width=9)
            draw.ellipse((x - near, y - near, x + near, y + near), fill=(206, 74, 54))
        draw.ellipse((222, 202, 258, 238), fill=(60, 60, 66))
        frames.append(image)
    return frames


def _still(draw: Callable[[], Image.Image]) -> bytes:
    buffer = BytesIO()
    draw().save(buffer, "PNG", compress_level=1)
    return buffer.getvalue()


def _moving(draw: Callable[[], list[Image.Image]]) -> bytes:
    buffer = BytesIO()
    first, *others = draw()
    first.save(buffer, "GIF", save_all=True, append_images=others, duration=80, loop=0)
    return buffer.getvalue()


# By the name that demo.json has for it: a function that returns the file.
PICTURES: dict[str, Callable[[], bytes]] = {
    "loaves": lambda: _still(loaves),
    "tow path": lambda: _still(tow_path),
    "evening star": lambda: _still(evening_star),
    "frost": lambda: _still(frost),
    "knee": lambda: _still(knee),
    "anemometer": lambda: _moving(anemometer),
    "bowl in ash": lambda: _still(lambda: bowl((150, 158, 150), 90, (214, 206, 196))),
    "bowl in blue": lambda: _still(lambda: bowl((62, 104, 146), 70, (228, 218, 202))),
    "bowl in red": lambda: _still(lambda: bowl((160, 74, 52), 110, (206, 210, 206))),
    "bowl in green": lambda: _still(lambda: bowl((92, 126, 92), 80, (232, 226, 214))),
}
