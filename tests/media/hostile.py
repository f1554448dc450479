"""Pictures that mean harm or are broken, two hundred of them, made here.

Each has the outcomes that are right: "ready", a code of a failure of the worker, or "refused" where
the form takes no such file. Where several are, what is broken may or may not be noticed.
"""

import random
import struct
import zlib
from io import BytesIO

from PIL import Image, ImageCms, PngImagePlugin

from tests.media.drawn import drawn

# Stands in what must not be served: places, scripts, pages.
SECRET = b"40.4168N-3.7038W-of-Ada"
FORMATS = ("JPEG", "PNG", "WEBP", "GIF", "AVIF")
UNREADABLE = {"broken", "type", "memory", "pixels", "ready"}
GPS = 0x8825


def noise(size=(40, 30), mode="RGB"):
    picture = Image.new(mode, size)
    dice = random.Random(7)
    picture.putdata([(dice.randrange(256),) * 3 for _ in range(size[0] * size[1])])
    return picture


def saved(picture, format, **options):
    buffer = BytesIO()
    picture.save(buffer, format, **options)
    return buffer.getvalue()


SOUND = {format: saved(noise(), format) for format in FORMATS}


def chunk(kind, data):
    """A chunk of a PNG."""
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png(width, height, data, *chunks, depth=1, colours=0):
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colours, 0, 0, 0))
    return (
        b"\x89PNG\r\n\x1a\n"
        + header
        + b"".join(chunks)
        + chunk(b"IDAT", data)
        + chunk(b"IEND", b"")
    )


def bombs():
    few = zlib.compress(bytes(1000))
    for width, height in (
        (60_000, 60_000),
        (2**31 - 1, 2**31 - 1),
        (50_000_001, 1),
        (8_000, 8_000),
    ):
        yield png(width, height, few), {"pixels", "broken"}
        yield png(width, height, few, depth=16, colours=6), {"pixels", "broken"}
    rows = zlib.compressobj(9)
    packed = b"".join(rows.compress(bytes(876)) for _ in range(7_000)) + rows.flush()
    yield png(7_000, 7_000, packed), {"ready"}
    yield png(7_000, 7_000, zlib.compress(bytes(10))), UNREADABLE
    for sides in ((65_535, 65_535), (40_000, 30_000)):
        gif = bytearray(SOUND["GIF"])
        gif[6:10] = struct.pack("<HH", *sides)
        yield bytes(gif), {"pixels"}
        jpeg = bytearray(SOUND["JPEG"])
        at = jpeg.index(b"\xff\xc0") + 5
        jpeg[at : at + 4] = struct.pack(">HH", *sides)
        yield bytes(jpeg), {"pixels"}
    avif = bytearray(SOUND["AVIF"])
    at = avif.index(b"ispe") + 8
    avif[at : at + 8] = struct.pack(">II", 30_000, 30_000)
    yield bytes(avif), UNREADABLE - {"ready"}
    huge = zlib.compress(bytes(50_000_000), 9)
    profile = chunk(b"iCCP", b"x\0\0" + huge)
    text = chunk(b"zTXt", b"Comment\0\0" + huge)
    for extra in (profile, text, text * 20):
        yield png(8, 8, zlib.compress(bytes(16)), extra), UNREADABLE


def truncated():
    for content in SOUND.values():
        for part in (0.1, 0.3, 0.5, 0.6, 0.8, 0.9, 0.97):
            yield content[: max(20, int(len(content) * part))], UNREADABLE


def wrong_type():
    page = b"<!doctype html><script>alert(1)</script>" + SECRET
    for start in (
        page,
        b"\n\n" + page,
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='x'/>",
        b"<?xml version='1.0'?><svg/>",
        b"\xef\xbb\xbf<svg/>",
        b"PK\x03\x04" + bytes(40),
        b"%PDF-1.7\n",
        b"\x7fELF" + bytes(40),
        b"MZ" + bytes(60),
        b"BM" + bytes(60),
        b"II*\0" + bytes(60),
        b"MM\0*" + bytes(60),
        b"8BPS" + bytes(60),
        b"\0\0\1\0" + bytes(60),
        b"\0\0\0\x18ftypheic\0\0\0\0mif1heic",
        b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic",
        b"\0\0\0\x18ftypisom\0\0\0\0",
        b"RIFF\0\0\0\0WAVEfmt ",
        b"#!/bin/sh\nrm -rf /\n",
        b"%!PS-Adobe-3.0 EPSF-3.0\n",
        b"/* XPM */\n",
        b"P6 9 9 255\n",
        b"",
        b"\0",
        b"\xff\xd8",
        bytes(1000),
        b"GIF88a" + bytes(20),
    ):
        yield start, {"refused"}
    for start in (
        b"\xff\xd8\xff",
        b"\x89PNG\r\n\x1a\n",
        b"GIF89a",
        b"RIFF\x10\0\0\0WEBPVP8 ",
        b"\0\0\0\x18ftypavif\0\0\0\0avif",
    ):
        yield start + page, {"broken", "type", "pixels"}


def polyglots():
    zipped = b"PK\x03\x04" + SECRET + b"PK\x05\x06" + bytes(18)
    script = b"/*" + SECRET + b"*/alert(1)//<script>alert(1)</script>"
    for content in SOUND.values():
        for tail in (zipped, script, SOUND["PNG"] + script):
            yield content + tail, {"ready"}
    jpeg = SOUND["JPEG"]
    comment = b"\xff\xfe" + struct.pack(">H", len(script) + 2) + script
    yield jpeg[:2] + comment + jpeg[2:], {"ready"}
    yield png(8, 8, zlib.compress(bytes(16)), chunk(b"tEXt", b"Comment\0" + script)), {"ready"}
    yield saved(noise(), "GIF", comment=script), {"ready"}


def frames():
    # Two colours by turns: a frame that is like the one before is left out.
    small = [Image.new("RGB", (4, 4), ("#17654f", "#f2b134")[n % 2]) for n in range(1_000)]
    for count, format in ((201, "GIF"), (1_000, "GIF"), (201, "WEBP"), (201, "PNG")):
        options = {"duration": 20} if format != "PNG" else {}
        for few, right in ((count, "frames"), (4, "ready")):
            others = {"save_all": True, "append_images": small[1:few]}
            yield saved(small[0], format, **others, **options), {right}
    claims = chunk(b"acTL", struct.pack(">II", 2**31 - 1, 0))
    yield png(8, 8, zlib.compress(bytes(16)), claims), {"frames", "ready", "broken"}


def profiles():
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    lab = ImageCms.ImageCmsProfile(ImageCms.createProfile("LAB")).tobytes()
    broken = (
        b"x" * 200,
        srgb[:100],
        srgb[:-40],
        bytes(128) + SECRET,
        SECRET,
        lab,
        srgb[:36] + b"????" + srgb[40:],
    )
    for profile in broken:
        for format in ("JPEG", "PNG", "WEBP"):
            yield saved(noise(), format, icc_profile=profile), {"ready"}
    yield saved(noise().convert("CMYK"), "JPEG", icc_profile=srgb), {"ready"}
    yield saved(noise().convert("L"), "PNG", icc_profile=srgb), {"ready"}


def places():
    exif = Image.Exif()
    exif.get_ifd(GPS)[1], exif.get_ifd(GPS)[29] = "N", SECRET.decode()
    exif[0x010E] = SECRET.decode()
    xmp = b"<x:xmpmeta><exif:GPSLatitude>" + SECRET + b"</exif:GPSLatitude></x:xmpmeta>"
    for turn in (1, 3, 6, 8, 0, 9, 300):
        exif[0x0112] = turn
        for format in ("JPEG", "PNG", "WEBP", "AVIF"):
            yield saved(noise(), format, exif=exif.tobytes()), {"ready"}
    for format in ("JPEG", "WEBP", "AVIF"):
        yield saved(noise(), format, xmp=xmp), {"ready"}
    info = PngImagePlugin.PngInfo()
    info.add_itxt("XML:com.adobe.xmp", xmp.decode())
    yield saved(noise(), "PNG", pnginfo=info), {"ready"}
    broken = b"Exif\0\0II*\0\x08\0\0\0\xff\xff" + SECRET
    yield saved(noise(), "JPEG", exif=broken), {"ready"}


def damaged():
    dice = random.Random(11)
    for content in SOUND.values():
        for _ in range(8):
            bad = bytearray(content)
            for _ in range(4):
                bad[dice.randrange(16, len(bad))] = dice.randrange(256)
            yield bytes(bad), UNREADABLE | {"frames"}


def odd():
    for mode in ("1", "L", "LA", "P", "RGBA", "I;16"):
        yield saved(Image.new(mode, (9, 7)), "PNG"), {"ready"}
    for size in ((1, 1), (1, 3_000), (3_000, 1)):
        yield drawn(size=size), {"ready"}


KINDS = {
    "bombs": bombs,
    "truncated": truncated,
    "wrong type": wrong_type,
    "polyglots": polyglots,
    "frames": frames,
    "profiles": profiles,
    "places": places,
    "damaged": damaged,
    "odd": odd,
}
