"""What is measured far down a list is what somebody who scrolls there asks for."""

import pytest

from app.web.paging import PAGE
from benchmarks.flat import entry_at
from benchmarks.pages import Site


@pytest.fixture(scope="module")
def site(made):
    """Give what is measured in the tiny community."""
    return Site(made)


def test_the_screen_at_a_place_is_the_one_that_scrolling_comes_to(site):
    reader = site.known("follows_prolific")
    screens = list(site.followed_screens(reader, "/", 4))
    assert screens == [
        f"/?before={entry_at(site, reader.user, number * PAGE - 1)}" for number in range(1, 5)
    ]


def test_a_home_that_is_too_short_is_told(site):
    reader = site.known("follows_20")
    with pytest.raises(SystemExit, match="not 1,000,000 entries long"):
        entry_at(site, reader.user, 1_000_000 - 1)
