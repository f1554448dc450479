"""The layout of pictures on a card."""

from dataclasses import dataclass

import pytest

from app.media.layout import grid_of, shape_of, size_alone, sizes_of


@dataclass
class Picture:
    """A picture of some size in pixels."""

    width: int
    height: int


LANDSCAPE, PORTRAIT = Picture(1800, 1200), Picture(1200, 1800)
PANORAMA, TOWER, TINY = Picture(3000, 500), Picture(400, 2400), Picture(16, 16)
UNKNOWN = Picture(0, 0)


@pytest.mark.parametrize(
    ("picture", "size", "shape"),
    [
        (LANDSCAPE, (524, 349), ""),
        (PORTRAIT, (320, 480), ""),
        (PANORAMA, (524, 131), "panorama"),
        (TOWER, (160, 480), "tower"),
        (TINY, (16, 16), "tiny"),
        (Picture(200, 130), (200, 130), ""),
        (Picture(1, 5000), (1, 3), "tower"),
        (Picture(5000, 1), (4, 1), "panorama"),
    ],
)
def test_a_picture_alone_keeps_its_shape_within_limits(picture, size, shape):
    assert (size_alone(picture), shape_of(picture)) == (size, shape)


@pytest.mark.parametrize(
    ("pictures", "grid"),
    [
        ([LANDSCAPE], "alone"),
        ([UNKNOWN], "alone"),
        ([LANDSCAPE, PORTRAIT], "columns"),
        ([UNKNOWN, PANORAMA], "columns"),
        ([PORTRAIT, TOWER], "columns-tall"),
        ([PANORAMA, Picture(1920, 1080)], "rows"),
        ([PORTRAIT, LANDSCAPE, TINY], "first-tall"),
        ([LANDSCAPE, PORTRAIT, TINY], "first-wide"),
        ([UNKNOWN, PORTRAIT, TINY], "first-wide"),
        ([LANDSCAPE, PORTRAIT, TINY, TOWER], "four"),
    ],
)
def test_several_pictures_stand_in_a_grid_that_suits_their_shapes(pictures, grid):
    assert grid_of(pictures) == grid


@pytest.mark.parametrize(
    ("pictures", "sizes"),
    [
        ([LANDSCAPE], ["min(100vw, 524px)"]),
        ([PORTRAIT], ["min(100vw, 320px)"]),
        ([PANORAMA], ["min(150vw, 786px)"]),
        ([TINY, TOWER], ["min(50vw, 16px)", "min(50vw, 262px)"]),
        ([PANORAMA, Picture(1920, 1080)], ["min(240vw, 1258px)", "min(100vw, 524px)"]),
        ([PORTRAIT, PANORAMA], ["min(50vw, 262px)", "min(300vw, 1572px)"]),
        ([LANDSCAPE, TOWER, PANORAMA], ["min(100vw, 524px)", "min(50vw, 262px)"]),
        ([LANDSCAPE, TOWER, PANORAMA, TINY], ["min(56vw, 295px)"]),
    ],
)
def test_a_picture_is_loaded_as_wide_as_it_is_shown_with_what_is_cut_off(pictures, sizes):
    assert [sizes_of(pictures, place + 1) for place in range(len(sizes))] == sizes
