"""The decoder: decodes one untrusted picture, in a process of its own, and writes its variants.

It is run by :mod:`app.media.decoding` as a file, with the source, a folder and an order in JSON,
and imports nothing of ours. It prints JSON: what it wrote, or ``{"failed": code}``.
"""

import base64
import contextlib
import errno
import io
import json
import os
import resource
import sys
from pathlib import Path
from typing import Any, NoReturn

MEMORY, SECONDS, LARGEST_FILE = 512 * 1024**2, 20, 64 * 1024**2
MOST_PIXELS, MOST_FRAMES = 50_000_000, 200
# Of all frames of an animation together: they are in memory at once.
ANIMATED_PIXELS = 24_000_000
# A panorama on its side is not higher; WebP has a limit of 16,383.
HIGHEST = 6_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
# Not MPO, as Pillow calls a JPEG with further pictures in it.
ANIMATED = ("PNG", "WEBP", "GIF", "AVIF")
BLUR = 20
ORIENTATION = 0x0112

Box = tuple[float, float, float, float]


def limit() -> None:
    """Limit what this process may take, whatever the picture asks for."""
    resource.setrlimit(resource.RLIMIT_CPU, (SECONDS, SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_FILE, LARGEST_FILE))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # Pages of the site come first.
    os.nice(10)


limit()

from PIL import (  # noqa: E402
    AvifImagePlugin,
    Image,
    ImageCms,
    UnidentifiedImageError,
    WebPImagePlugin,  # noqa: F401 - registers the format
)

TURNS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_270,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_90,
}


class RefusedError(Exception):
    """The picture is refused for the reason that the argument names."""


def main(source: str, folder: str, order: dict[str, Any]) -> dict[str, Any]:
    """Write the variants of ``source`` into ``folder``; return what they are."""
    AvifImagePlugin.DEFAULT_MAX_THREADS = 1
    Image.MAX_IMAGE_PIXELS = None  # Checked here, before anything is decoded.
    with Image.open(source, formats=FORMATS) as image:
        width, height = image.size
        if width * height > MOST_PIXELS:
            raise RefusedError("pixels")
        frames = getattr(image, "n_frames", 1) if image.format in ANIMATED else 1
        if frames > MOST_FRAMES:
            raise RefusedError("frames")
        turn = _orientation(image)
        box = _box(image, turn, order)
        largest = _still(image, turn, box, max(order["widths"]))
        for name, variant in _variants(largest, order):
            variant.save(Path(folder, f"{name}.avif"), quality=60, speed=9, max_threads=1)
            variant.save(Path(folder, f"{name}.webp"), quality=80, method=3)
        is_animated = bool(order["animation"]) and frames > 1
        if is_animated:
            _animate(image, frames, order["animation"], Path(folder, "animation.webp"))
    return {
        "width": largest.width,
        "height": largest.height,
        "is_animated": is_animated,
        "blur": _blur(largest),
    }


def _orientation(image: Image.Image) -> int:
    with contextlib.suppress(Exception):  # Whatever is wrong in it, the picture itself may be fine.
        return int(image.getexif().get(ORIENTATION, 1))
    return 1


def _box(image: Image.Image, turn: int, order: dict[str, Any]) -> Box:
    """Return what is cut out of the picture as it is stored, in pixels."""
    width, height = image.size
    left, top, right, bottom = 0.0, 0.0, 1.0, 1.0
    if ratio := order["ratio"]:
        upright = height / width if turn >= 5 else width / height
        # From the middle, unless the owner chose.
        across, down = min(1, ratio / upright), min(1, upright / ratio)
        left, top = (1 - across) / 2, (1 - down) / 2
        if order["crop"]:
            # As large as wanted, in the shape of the recipe.
            left, top, chosen, _bottom = order["crop"]
            smaller = min(1, (chosen - left) / across)
            across, down = across * smaller, down * smaller
            left, top = min(left, 1 - across), min(top, 1 - down)
        right, bottom = left + across, top + down
    if turn in (2, 3, 6, 7):
        left, right = 1 - right, 1 - left
    if turn in (3, 4, 7, 8):
        top, bottom = 1 - bottom, 1 - top
    if turn >= 5:
        left, top, right, bottom = top, left, bottom, right
    return left * width, top * height, right * width, bottom * height


def _still(image: Image.Image, turn: int, box: Box, widest: int) -> Image.Image:
    """Return the first frame: cut out, at most ``widest``, upright, in sRGB, and nothing else."""
    profile = image.info.get("icc_profile")
    across, down = box[2] - box[0], box[3] - box[1]
    upright = (down, across) if turn >= 5 else (across, down)
    scale = min(1, widest / upright[0], HIGHEST / upright[1])
    if image.format in ("JPEG", "MPO"):
        # Decoded at a half, a quarter or an eighth where that is enough.
        before = image.size
        image.draft(None, (round(before[0] * scale), round(before[1] * scale)))
        shrunk = image.size[0] / before[0], image.size[1] / before[1]
        box = box[0] * shrunk[0], box[1] * shrunk[1], box[2] * shrunk[0], box[3] * shrunk[1]
        box = (*box[:2], min(box[2], image.size[0]), min(box[3], image.size[1]))
    size = max(1, round(across * scale)), max(1, round(down * scale))
    still = _with_full_colours(image).resize(
        size, Image.Resampling.LANCZOS, box=box, reducing_gap=3
    )
    if turn in TURNS:
        still = still.transpose(TURNS[turn])
    return _without_metadata(_in_srgb(still, profile))


def _with_full_colours(image: Image.Image) -> Image.Image:
    if image.mode.startswith("I;16"):
        return image.point(lambda value: value / 256, "L")
    if image.mode in ("RGB", "RGBA", "L", "LA", "CMYK"):
        return image
    is_transparent = "transparency" in image.info or image.mode in ("PA", "La", "RGBa")
    return image.convert("RGBA" if is_transparent else "RGB")


def _in_srgb(image: Image.Image, profile: bytes | None) -> Image.Image:
    alpha = image.getchannel("A") if image.mode in ("RGBA", "LA") else None
    if image.mode in ("RGBA", "LA"):
        image = image.convert(image.mode[:-1] if image.mode == "LA" else "RGB")
    converted = None
    if profile:
        # A profile that is broken, or of another kind of colours, is as none.
        with contextlib.suppress(ImageCms.PyCMSError, OSError, ValueError, TypeError):
            given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
            srgb = ImageCms.createProfile("sRGB")
            converted = ImageCms.profileToProfile(image, given, srgb, outputMode="RGB")
    image = converted or image.convert("RGB")
    if alpha and alpha.histogram()[255] < alpha.width * alpha.height:
        image.putalpha(alpha)
    return image


def _without_metadata(image: Image.Image) -> Image.Image:
    bare = Image.new(image.mode, image.size)
    bare.paste(image)
    return bare


def _variants(largest: Image.Image, order: dict[str, Any]) -> list[tuple[int, Image.Image]]:
    widths = order["widths"]
    if order["ratio"]:
        # Pages know the names of all, and not how large the picture was.
        return [(name, _fitting(largest, name)) for name in widths]
    smaller = [width for width in widths if width < largest.width]
    names = [*smaller, next((w for w in widths if w >= largest.width), widths[-1])]
    return [(name, _fitting(largest, name)) for name in dict.fromkeys(names)]


def _fitting(image: Image.Image, width: int) -> Image.Image:
    if width >= image.width:
        return image
    size = width, max(1, round(image.height * width / image.width))
    return image.resize(size, Image.Resampling.LANCZOS)


def _animate(image: Image.Image, frames: int, widest: int, file: Path) -> None:
    fits = (ANIMATED_PIXELS / frames / image.width / image.height) ** 0.5
    scale = min(1, widest / image.width, fits)
    size = max(1, round(image.width * scale)), max(1, round(image.height * scale))
    smaller, durations = [], []
    for number in range(frames):
        image.seek(number)
        smaller.append(_without_metadata(image.convert("RGBA").resize(size)))
        # Browsers show what has no duration, or a very short one, for a tenth of a second.
        duration = image.info.get("duration") or 0
        durations.append(int(duration) if 20 <= duration < 60_000 else 100)
    first, *others = smaller
    options: dict[str, Any] = {"quality": 60, "method": 1, "duration": durations, "loop": 0}
    first.save(file, save_all=True, append_images=others, **options)


def _blur(image: Image.Image) -> str:
    """Return the data: URL of a tiny picture; nothing for one that is transparent."""
    if image.mode != "RGB":
        return ""
    tiny, buffer = image.copy(), io.BytesIO()
    tiny.thumbnail((BLUR, BLUR))
    tiny.save(buffer, "WEBP", quality=30, method=6)
    return f"data:image/webp;base64,{base64.b64encode(buffer.getvalue()).decode()}"


def _answer(outcome: dict[str, Any]) -> NoReturn:
    sys.stdout.write(json.dumps(outcome))
    sys.stdout.flush()
    sys.stderr.flush()
    # Without giving back memory of what may be damaged.
    os._exit(0)


if __name__ == "__main__":
    try:
        _answer(main(sys.argv[1], sys.argv[2], json.loads(sys.argv[3])))
    except RefusedError as error:
        _answer({"failed": error.args[0]})
    except MemoryError:
        _answer({"failed": "memory"})
    except UnidentifiedImageError:
        _answer({"failed": "type"})
    except Exception as error:  # Pillow raises many kinds of them for broken files.
        sys.stderr.write(f"{type(error).__name__}: {error}"[:500])
        is_full = isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT)
        _answer({"failed": "disk_full" if is_full else "broken"})
