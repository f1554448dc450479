"""The accent: the colour of links and buttons, which an administrator may choose.

It is chosen for light pages; dark ones have a lighter colour of the same hue. Contrast is that of
WCAG 2.2 ("contrast ratio"): 4.5 at least between a text and its ground.
"""

import re
from colorsys import hls_to_rgb, rgb_to_hls
from functools import lru_cache

# The grounds of tokens.css: the paper of light pages, the surface of dark ones.
PAPER, DARK_SURFACE = "#f6f3ec", "#1a2024"
# Some grounds have a wash of the accent in them: text on those still has 4.5.
LEAST, LEAST_IN_DARK = 5.0, 7.0
COLOUR = re.compile(r"#[0-9a-f]{6}")


def contrast(one: str, other: str) -> float:
    """Return the contrast of two colours, from 1 to 21."""
    darker, lighter = sorted((_luminance(one), _luminance(other)))
    return (lighter + 0.05) / (darker + 0.05)


def is_readable(accent: str) -> bool:
    """Whether a text in ``accent`` can be read on a light page."""
    return contrast(accent, PAPER) >= LEAST


@lru_cache(64)
def stylesheet(accent: str) -> str:
    """Return the stylesheet of a site with that accent."""
    return f":root {{\n  --accent: light-dark({accent}, {in_dark(accent)});\n}}\n"


def in_dark(accent: str) -> str:
    """Return a colour of the hue of ``accent`` in which a text can be read on a dark page."""
    hue, _lightness, saturation = rgb_to_hls(*_channels(accent))
    shades = (_hex(hls_to_rgb(hue, percent / 100, saturation)) for percent in range(101))
    return next(shade for shade in shades if contrast(shade, DARK_SURFACE) >= LEAST_IN_DARK)


def _luminance(colour: str) -> float:
    """Return the relative luminance of a colour, from 0 to 1, as WCAG 2.2 defines it."""
    red, green, blue = (
        channel / 12.92 if channel <= 0.04045 else ((channel + 0.055) / 1.055) ** 2.4
        for channel in _channels(colour)
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _channels(colour: str) -> tuple[float, float, float]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red / 255, green / 255, blue / 255


def _hex(channels: tuple[float, float, float]) -> str:
    return "#" + bytes(round(channel * 255) for channel in channels).hex()
