"""Keyset pages, on their own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.data.database import writing
from app.data.keyset import Window
from app.posts.models import Post
from app.web.paging import LONGEST, PAGE, read_rows


def every_post(window: Window):
    return window.of(select(Post.id), Post.id)


@pytest.fixture
def ids(app, ada, make_post):
    """The ids of many posts, the newest first."""
    with app.app_context(), writing():
        return sorted((make_post(ada).id for _ in range(LONGEST + PAGE + 5)), reverse=True)


@pytest.fixture
def read(app):
    """Give a function that reads the rows of an address."""

    def read(path):
        with app.test_request_context(path):
            rows = read_rows(every_post, "id")
            return [row.id for row in rows.items], rows

    return read


@given(st.data())
@settings(max_examples=60)
def test_a_page_is_the_same_slice_of_the_list_wherever_one_looks(ids, read, data):
    place = data.draw(st.integers(0, len(ids) - 1))
    key = ids[place] + data.draw(st.integers(-1, 1))
    above, below = [id for id in ids if id >= key], [id for id in ids if id < key]
    shown, rows = read(f"/?before={key}")
    assert shown == below[:PAGE]
    assert (rows.next_url is not None) == (len(below) > PAGE)
    shown, rows = read(f"/?through={key}")
    assert shown == above[-LONGEST:]
    assert (rows.next_url is not None) == bool(below)
    assert (rows.previous_url is not None) == (len(above) > LONGEST)


def test_the_other_parts_of_an_address_are_kept(ids, read):
    _shown, rows = read(f"/search?q=tea+%26+cake&tag=%C3%A9&before={ids[3]}&since=5")
    assert rows.next_url == f"/search?q=tea+%26+cake&tag=%C3%A9&before={ids[3 + PAGE]}"
    assert rows.through_url == f"/search?q=tea+%26+cake&tag=%C3%A9&through={ids[3 + PAGE]}"


def test_an_address_in_another_script_fits_a_header(ids, read):
    _shown, rows = read(f"/tags/日本?before={ids[3]}")
    place = f"/tags/%E6%97%A5%E6%9C%AC?through={ids[3 + PAGE]}"
    assert rows.through_url == place
    shown, _rows = read(place)
    assert shown == ids[: 4 + PAGE]


def test_the_first_page_has_nothing_newer_and_no_place_of_its_own(ids, read):
    shown, rows = read("/")
    assert shown == ids[:PAGE]
    assert rows.previous_url is None
    assert rows.through_url is None


def test_an_empty_list_leads_nowhere(app, read):
    for path in ("/", "/?before=5", "/?through=5"):
        shown, rows = read(path)
        assert shown == []
        assert rows.next_url is rows.through_url is None
