"""Decoding: what is made of a picture, by what it is for."""

import os
from errno import ENOSPC
from io import BytesIO

import pytest
from PIL import Image, ImageCms, ImageDraw

from app.media.decoding import PictureError, decode
from app.media.recipes import RECIPES, variants

RED, GREEN = (200, 30, 40), (23, 101, 79)
ORIENTATION = 0x0112
# How a picture whose upright form is red above green is stored, by orientation (Exif 2.3, 4.6.4).
TURNED = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


@pytest.fixture
def made(tmp_path):
    """A function that decodes a picture; the variants are in the folder ``made``."""

    def make(picture, recipe="post", format="PNG", crop=None, **options):
        source, folder = tmp_path / "original", tmp_path / "made"
        folder.mkdir()
        picture.save(source, format, **options)
        return decode(source, folder, recipe, crop)

    return make


def upright(size=(400, 300)):
    """Red above, green below; a white mark at the top left."""
    picture = Image.new("RGB", size, GREEN)
    canvas = ImageDraw.Draw(picture)
    canvas.rectangle((0, 0, size[0], size[1] // 2), RED)
    canvas.rectangle((0, 0, size[0] // 8, size[1] // 8), "white")
    return picture


def raw(file):
    return Image.open(BytesIO(file.read_bytes()))


def opened(file):
    return raw(file).convert("RGB")


def close(seen, colour):
    return all(abs(a - b) < 30 for a, b in zip(seen, colour, strict=True))


@pytest.mark.parametrize(
    ("format", "orientation"),
    [*(("JPEG", each) for each in TURNED), ("PNG", 6), ("WEBP", 8), ("AVIF", 6)],
)
def test_it_is_upright_and_has_no_metadata(made, orientation, format):
    turned = TURNED[orientation]
    stored = upright() if turned is None else upright().transpose(turned)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    decoded = made(stored, format=format, exif=exif.tobytes())
    assert (decoded.width, decoded.height) == (400, 300)
    for file in decoded.files:
        picture = opened(file)
        assert picture.size == (400, 300)
        assert close(picture.getpixel((300, 40)), RED)
        assert close(picture.getpixel((300, 260)), GREEN)
        assert close(picture.getpixel((10, 10)), (255, 255, 255))
        assert not raw(file).getexif()


@pytest.mark.parametrize(
    ("size", "widths", "largest"),
    [
        ((300, 200), [480], (300, 200)),
        ((480, 200), [480], (480, 200)),
        ((700, 500), [480, 960], (700, 500)),
        ((960, 10), [480, 960], (960, 10)),
        ((1000, 700), [480, 960, 1920], (1000, 700)),
        ((4000, 3000), [480, 960, 1920], (1920, 1440)),
        ((1000, 12_000), [480, 960], (500, 6_000)),
        ((1, 1), [480], (1, 1)),
    ],
)
def test_it_has_variants_that_are_no_larger_than_it(made, size, widths, largest):
    decoded = made(Image.new("RGB", size, GREEN), format="JPEG")
    assert (decoded.width, decoded.height) == largest
    names = {f"{width}.{format}" for width in widths for format in ("avif", "webp")}
    assert {file.name for file in decoded.files} == names
    for name, width in variants("post", decoded.width):
        (webp,) = (file for file in decoded.files if file.name == f"{name}.webp")
        assert opened(webp).width == width
    assert decoded.blur.startswith("data:image/webp;base64,")
    assert len(decoded.blur) < 500


def test_what_is_transparent_stays_so(made):
    decoded = made(Image.new("RGBA", (50, 40), (200, 30, 40, 100)))
    for file in decoded.files:
        assert raw(file).convert("RGBA").getpixel((9, 9))[3] == 100
    assert decoded.blur == ""


def test_a_palette_with_transparency_stays_so(made):
    picture = Image.new("P", (50, 40), 1)
    picture.putpalette([0, 0, 0, *RED])
    decoded = made(picture, format="GIF", transparency=1)
    assert raw(decoded.files[0]).convert("RGBA").getpixel((9, 9))[3] == 0


@pytest.mark.parametrize("mode", ["L", "CMYK", "1", "I;16"])
def test_other_kinds_of_colours_are_read(made, mode):
    format = "JPEG" if mode in ("L", "CMYK") else "PNG"
    decoded = made(Image.new(mode, (50, 40)), format=format)
    picture = opened(decoded.files[0])
    assert close(picture.getpixel((9, 9)), (255,) * 3 if mode == "CMYK" else (0, 0, 0))


def test_the_colour_profile_is_converted(made):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    # A profile in which red and green are exchanged.
    swapped = srgb.replace(b"rXYZ", b"xXYZ").replace(b"gXYZ", b"rXYZ").replace(b"xXYZ", b"gXYZ")
    decoded = made(Image.new("RGB", (50, 40), (255, 0, 0)), icc_profile=swapped)
    for file in decoded.files:
        assert close(opened(file).getpixel((9, 9)), (0, 255, 0))
        assert "icc_profile" not in raw(file).info


@pytest.mark.parametrize("format", ["GIF", "WEBP", "PNG"])
def test_an_animation_has_a_still_and_a_file_of_its_own(made, format):
    frames = [Image.new("RGB", (900, 600), colour) for colour in (RED, GREEN, RED)]
    decoded = made(frames[0], format=format, save_all=True, append_images=frames[1:], duration=50)
    assert decoded.is_animated
    by_name = {file.name: file for file in decoded.files}
    assert close(opened(by_name["960.webp"]).getpixel((9, 9)), RED)
    moving = raw(by_name["animation.webp"])
    assert (moving.n_frames, moving.width) == (3, 640)


def test_an_animation_is_a_still_where_none_is_wanted(made):
    frames = [Image.new("RGB", (500, 500), colour) for colour in (RED, GREEN)]
    decoded = made(frames[0], "avatar", format="GIF", save_all=True, append_images=frames[1:])
    assert not decoded.is_animated
    assert {file.stem for file in decoded.files} == {"96", "400"}


@pytest.mark.parametrize(("recipe", "ratio"), [("avatar", 1), ("banner", 3)])
@pytest.mark.parametrize("size", [(800, 200), (300, 900), (700, 700)])
def test_a_face_is_cut_from_the_middle(made, recipe, ratio, size):
    decoded = made(Image.new("RGB", size, GREEN), recipe)
    assert abs(decoded.width / decoded.height - ratio) < 0.05
    assert decoded.width <= max(RECIPES[recipe].widths)


@pytest.mark.parametrize("orientation", TURNED)
def test_a_face_is_cut_where_its_owner_chose_of_the_upright_picture(made, orientation):
    turned = TURNED[orientation]
    stored = upright() if turned is None else upright().transpose(turned)
    exif = Image.Exif()
    exif[ORIENTATION] = orientation
    decoded = made(stored, "avatar", format="JPEG", exif=exif.tobytes(), crop=(0, 0, 0.125, 1 / 6))
    assert abs(decoded.width - decoded.height) <= 1
    picture = opened(decoded.files[0])
    assert close(picture.getpixel((5, 5)), (255, 255, 255))
    assert not close(picture.getpixel((picture.width - 3, picture.height - 3)), GREEN)


def test_fifty_megapixels_are_read_and_more_are_not(made, tmp_path):
    decoded = made(Image.new("L", (8_000, 6_250)), compress_level=1)
    assert decoded.width == 1920
    for file in decoded.files:
        file.unlink()
    decoded.files[0].parent.rmdir()
    with pytest.raises(PictureError, match="pixels"):
        made(Image.new("L", (8_001, 6_250)), compress_level=1)


def test_a_full_disk_is_not_taken_for_a_broken_picture(tmp_path):
    source, folder = tmp_path / "original", tmp_path / "made"
    folder.mkdir()
    (folder / "480.avif").symlink_to("/dev/full")
    upright().save(source, "PNG")
    with pytest.raises(OSError, match=os.strerror(ENOSPC)):
        decode(source, folder, "post")
