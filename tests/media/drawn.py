"""Pictures for tests, drawn here."""

from io import BytesIO

from PIL import Image


def drawn(format="PNG", size=(64, 48), colour="#17654f", mode="RGB", **options) -> bytes:
    """A picture of one colour."""
    buffer = BytesIO()
    Image.new(mode, size, colour).save(buffer, format, **options)
    return buffer.getvalue()


def upload(content=None, name="picture.png", **details):
    """A file as a form sends it."""
    return (BytesIO(drawn(**details) if content is None else content), name)
