"""Keyset pages, without a domain."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from app.data.database import writing
from app.data.keyset import Window
from app.posts.models import Post
from app.web.paging import LONGEST_PAGE, PAGE, read_rows
from tests.html import one


def every_post(window: Window):
    return window.of(select(Post.id), Post.id)


@pytest.fixture
def ids(app, ada, make_post):
    """The ids of many posts, newest first."""
    with app.app_context(), writing():
        return sorted((make_post(ada).id for _ in range(LONGEST_PAGE + PAGE + 5)), reverse=True)


@pytest.fixture
def read(app):
    """Give a function that reads the rows of a URL."""

    def read(path):
        with app.test_request_context(path):
            rows = read_rows(every_post, "id")
            return [row.id for row in rows.items], rows

    return read


@given(st.data())
@settings(max_examples=60)
def test_every_page_is_a_slice_of_the_list(ids, read, data):
    index = data.draw(st.integers(0, len(ids) - 1))
    key = ids[index] + data.draw(st.integers(-1, 1))
    above, below = [id for id in ids if id >= key], [id for id in ids if id < key]
    shown, rows = read(f"/?before={key}")
    assert shown == below[:PAGE]
    assert (rows.next_url is not None) == (len(below) > PAGE)
    shown, rows = read(f"/?through={key}")
    assert shown == above[-LONGEST_PAGE:]
    assert (rows.next_url is not None) == bool(below)
    assert (rows.previous_url is not None) == (len(above) > LONGEST_PAGE)


def test_the_other_query_parameters_are_kept(ids, read):
    _shown, rows = read(f"/search?q=tea+%26+cake&tag=%C3%A9&before={ids[3]}&since=5")
    assert rows.next_url == f"/search?q=tea+%26+cake&tag=%C3%A9&before={ids[3 + PAGE]}"
    assert rows.through_url == f"/search?q=tea+%26+cake&tag=%C3%A9&through={ids[3 + PAGE]}"


def test_a_url_with_non_ascii_characters_is_percent_encoded(ids, read):
    _shown, rows = read(f"/tags/日本?before={ids[3]}")
    url = f"/tags/%E6%97%A5%E6%9C%AC?through={ids[3 + PAGE]}"
    assert rows.through_url == url
    shown, _rows = read(url)
    assert shown == ids[: 4 + PAGE]


def test_the_first_page_has_no_newer_page_and_no_through_url(ids, read):
    shown, rows = read("/")
    assert shown == ids[:PAGE]
    assert rows.previous_url is None
    assert rows.through_url is None


def test_an_empty_list_has_no_next_page(app, read):
    for path in ("/", "/?before=5", "/?through=5"):
        shown, rows = read(path)
        assert shown == []
        assert rows.next_url is rows.through_url is None


@pytest.mark.parametrize(
    "path", ["/explore/tags", "/decisions", "/settings/pictures", "/bookmarks", "/drafts"]
)
def test_an_empty_page_has_a_drawing(ada, signed_in, path):
    one(signed_in(ada).get(path), ".empty .scene")
