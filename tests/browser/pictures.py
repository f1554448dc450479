"""Pictures for browser tests, drawn by Pillow, and what is done with them."""

from functools import cache
from io import BytesIO

from PIL import Image
from playwright.sync_api import FilePayload, Locator, Page

SHAPES = {
    "landscape": (900, 600),
    "portrait": (600, 900),
    "panorama": (1500, 250),
    "tower": (150, 900),
    "tiny": (16, 16),
}
COLOURS = {"landscape": "seagreen", "portrait": "tomato", "panorama": "orchid", "tower": "gold"}


@cache
def drawn(shape: str) -> FilePayload:
    """Return a picture of a shape; "clear" is transparent, and "moving" has three frames."""
    size, file = SHAPES.get(shape, (800, 600)), BytesIO()
    if shape == "clear":
        Image.new("RGBA", size, (0, 0, 0, 90)).save(file, "PNG")
        return {"name": "clear.png", "mimeType": "image/png", "buffer": file.getvalue()}
    image = Image.new("RGB", size, COLOURS.get(shape, "steelblue"))
    if shape == "moving":
        frames = [Image.new("RGB", size, colour) for colour in ("navy", "teal")]
        image.save(file, "GIF", save_all=True, append_images=frames, duration=200)
        return {"name": "moving.gif", "mimeType": "image/gif", "buffer": file.getvalue()}
    image.save(file, "JPEG")
    return {"name": f"{shape}.jpg", "mimeType": "image/jpeg", "buffer": file.getvalue()}


def choose(page: Page, *shapes: str, element: str = "composer") -> None:
    """Choose pictures with the file field of a composer."""
    page.locator(f"#{element}_pictures").set_input_files([drawn(shape) for shape in shapes])


def attached(page: Page) -> Locator:
    """What is attached to the composer."""
    return page.locator(".attached-list > li")


def arrived(page: Page) -> Locator:
    """What is attached to the composer and up."""
    return page.locator(".attached-list > li[id]")


def description(item: Locator) -> Locator:
    """The description of an attached picture."""
    return item.get_by_label("What does it show?")


GIVE = """([target, type, name, mimeType, base64]) => {
  const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt());
  const data = new DataTransfer();
  data.items.add(new File([bytes], name, { type: mimeType }));
  const about = { bubbles: true, cancelable: true, composed: true };
  const event = type === "paste"
    ? new ClipboardEvent(type, { ...about, clipboardData: data })
    : new DragEvent(type, { ...about, dataTransfer: data });
  document.querySelector(target).dispatchEvent(event);
}"""
