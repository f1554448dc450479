"""Make the icons of devices from ``static/icon.svg``: ``make icons``; needs the tests' Chromium."""

from base64 import b64encode
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, sync_playwright

from tests.browser import chromium

STATIC = Path(__file__).resolve().parents[1] / "static"
PAPER = "#f6f3ec"
# Faces on their tints, around the mark in the picture of the site: place, size, ground.
FACES = (
    *((150, 150, 120, "#f3d9c9"), (310, 420, 92, "#cfe3d6"), (90, 470, 64, "#d7dcee")),
    *((980, 120, 96, "#efd7e0"), (1080, 400, 124, "#f4e3b5"), (880, 500, 72, "#d3e6ea")),
)


def main() -> None:
    """Draw every icon, and the picture of the site."""
    with sync_playwright() as running:
        browser = running.chromium.launch(executable_path=chromium.ensure())
        page = browser.new_page()
        for name, size, share, ground in (
            ("icon-192", 192, 1.0, None),
            ("icon-512", 512, 1.0, None),
            # Within the circle that devices may cut out (W3C, Maskable Icons: 80 % of the width).
            ("icon-maskable", 512, 0.56, PAPER),
            ("apple-touch-icon", 180, 0.7, PAPER),
        ):
            _save(_drawn(page, _square(size, share, ground), size, size), f"{name}.png")
        _save(_drawn(page, _site_picture(), 1200, 630), "site.png")
        small = Image.open(BytesIO(_drawn(page, _square(48, 1.0, None), 48, 48)))
        small.save(STATIC / "favicon.ico", sizes=[(16, 16), (32, 32), (48, 48)])
        browser.close()


def _icon() -> str:
    return "data:image/svg+xml;base64," + b64encode((STATIC / "icon.svg").read_bytes()).decode()


def _square(size: int, share: float, ground: str | None) -> str:
    side = size * share
    at = (size - side) / 2
    image = f'<image href="{_icon()}" x="{at}" y="{at}" width="{side}" height="{side}"/>'
    return (f'<rect width="100%" height="100%" fill="{ground}"/>' if ground else "") + image


def _site_picture() -> str:
    faces = "".join(f'<circle cx="{x}" cy="{y}" r="{r}" fill="{c}"/>' for x, y, r, c in FACES)
    ground = f'<rect width="100%" height="100%" fill="{PAPER}"/>'
    mark = f'<image href="{_icon()}" x="425" y="140" width="350" height="350"/>'
    return ground + faces + mark


def _drawn(page: Page, drawing: str, width: int, height: int) -> bytes:
    page.set_viewport_size({"width": width, "height": height})
    svg = f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}">'
    page.set_content(f"<style>body{{margin:0}}svg{{display:block}}</style>{svg}{drawing}</svg>")
    return page.screenshot(omit_background=True)


def _save(png: bytes, name: str) -> None:
    image = Image.open(BytesIO(png))
    # A palette, which keeps transparency: a third of the size.
    image.quantize(128, method=Image.Quantize.FASTOCTREE).save(STATIC / name, optimize=True)


if __name__ == "__main__":
    main()
