"""PostgreSQL's indexes of the newest posts: the same is found, and sooner."""

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DataError

from app.data.database import db
from app.posts.models import Post
from app.search import index, newest, queries
from app.web.paging import PAGE
from tests.conftest import DATABASE
from tests.html import attributes, cards

pytestmark = pytest.mark.skipif(DATABASE == "sqlite", reason="FTS5 begins with the newest.")

# The smaller one has a page and a little more.
SMALL, LARGE = 28, 120
RANKED = 12
ADDRESSES = [
    *("/search?q=tea", "/search?q=te", "/search?q=tea+rare", '/search?q="tea+then"'),
    *("/search?q=rare", "/search?q=seldom", "/search?q=tea+rar&by=relevance"),
    *("/search?q=tea&by=relevance", "/search?q=rare&by=relevance", "/search?q=from:ada+tea"),
    *("/search?q=from:ada+tea&by=relevance", "/search?q=tea+%23bread", "/search?q=nowhere"),
]


@pytest.fixture
def indexes(app, monkeypatch):
    """Give a function that looks after small indexes, and returns the ids that they begin with."""
    monkeypatch.setattr(newest, "SIZES", (SMALL, LARGE))
    monkeypatch.setattr(newest, "KNOWN_FOR", 0.0)
    # What was known before is known for a minute.
    monkeypatch.setitem(app.extensions, "newest_posts", newest._Known())
    monkeypatch.setattr(queries, "MOST_RANKED", RANKED)
    # Kept statements have the usual number in them.
    app.extensions["queries"].clear()

    def renew():
        with app.app_context():
            newest.renew()
            return newest.starts()

    yield renew
    monkeypatch.setattr(newest, "SIZES", (10**6,))
    assert renew() == ()
    app.extensions["queries"].clear()


@pytest.fixture
def write(ada, bruno, make_post):
    """Give a function that writes so many posts, of which a few have rare words; their ids."""

    def several(count):
        bodies = (
            f"Tea, then the allotment{' #bread' if not n % 3 else ''}. "
            f"{'rare ' * (1 + n % 4) if not n % 7 else ''}{'even ' if not n % 2 else ''}"
            f"{'seldom' if n == 1 else ''}"
            for n in range(count)
        )
        return [make_post((ada, bruno)[n % 2], body).id for n, body in enumerate(bodies)]

    return several


def whole(client, path):
    """Every post of a list, to its end."""
    found = []
    while path:
        page = client.get(path)
        found += cards(page)
        path = next(iter(attributes(page, "a#more", "href")), None)
    return found


def test_the_same_is_found_with_them_as_without(
    indexes, write, ada, bruno, make_user, make_block, signed_in
):
    write(2 * LARGE)
    apart = make_user("clara")
    make_block(apart, bruno)
    readers = (signed_in(ada), signed_in(apart))
    without = [whole(reader, address) for reader in readers for address in ADDRESSES]
    assert len(indexes()) == 2
    assert [whole(reader, address) for reader in readers for address in ADDRESSES] == without
    assert max(map(len, without)) == 2 * LARGE


def test_a_page_of_what_many_say_is_found_among_the_newest(indexes, write, stranger, statements):
    write(2 * LARGE)
    small, large = indexes()
    for address, asked in (("allotment", 1), ("even", 2), ("rare", 3)):
        with statements() as sent:
            stranger.get(f"/search?q={address}")
        assert len([one for one in sent if "FROM post_fts" in one]) == asked
    with statements() as sent:
        stranger.get(f"/search?q=allotment&through={small}")
    upwards = next(one for one in sent if "FROM post_fts" in one)
    assert "post_fts.rowid >=" not in upwards
    with statements() as sent:
        stranger.get(f"/search?q=allotment&before={large}")
    assert len([one for one in sent if "FROM post_fts" in one]) == 1


def test_what_is_changed_is_found_as_it_is(indexes, write, app, ada, stranger, make_post):
    ids = write(2 * LARGE)[::-1]
    indexes()
    assert cards(stranger.get("/search?q=allotment")) == ids[:PAGE]
    new = make_post(ada, "Tea, and no allotment").id
    with app.app_context():
        db.session.get(Post, ids[3]).delete()
    found = [new, *(id for id in ids if id != ids[3])]
    assert cards(stranger.get("/search?q=allotment")) == found[:PAGE]
    place = ids[10]
    below = [id for id in found if id < place]
    assert cards(stranger.get(f"/search?q=allotment&before={place}")) == below[:PAGE]
    assert cards(stranger.get(f"/search?q=allotment&through={place}")) == found[:11]


def test_they_are_made_anew_when_they_have_grown(indexes, write):
    write(2 * SMALL - 1)
    assert indexes() == ()
    ids = write(1)
    (first,) = indexes()
    assert indexes() == (first,)
    ids += write(SMALL - 1)
    assert indexes() == (first,)
    ids += write(1)
    (second,) = indexes()
    assert second == sorted(ids)[-SMALL]
    assert second > first


def test_what_one_that_failed_left_is_not_used_and_goes(indexes, write, app):
    write(2 * SMALL)
    (start,) = indexes()
    with app.app_context(), db.engine.begin() as connection:
        name = f"{newest.NAME}{start}"
        spoil = f"UPDATE pg_index SET indisvalid = false WHERE indexrelid = '{name}'::regclass"
        connection.execute(text(spoil))
    with app.app_context():
        assert newest.starts() == ()
    assert indexes() == (start,)


def test_what_fails_leaves_one_at_most(indexes, write, monkeypatch, app):
    write(2 * SMALL)
    with monkeypatch.context() as broken:
        broken.setattr(newest, "MAKE", newest.MAKE + " AND 1 / (rowid - rowid) = 0")
        for _ in range(3):
            write(1)
            with pytest.raises(DataError):
                indexes()
    with app.app_context():
        assert len(newest._indexes().all()) == 1
        assert newest.starts() == ()
    (start,) = indexes()
    with app.app_context():
        assert [row.name for row in newest._indexes().all()] == [f"{newest.NAME}{start}"]


def test_one_at_a_time_makes_them(indexes, write, app):
    write(2 * SMALL)
    with app.app_context(), db.engine.connect() as other:
        assert other.scalar(select(func.pg_try_advisory_lock(newest.LOCK)))
        assert indexes() == ()
        other.execute(select(func.pg_advisory_unlock(newest.LOCK)))
    assert len(indexes()) == 1


def test_none_is_made_while_the_whole_index_is_made_anew(indexes, write, app, monkeypatch):
    write(2 * SMALL)
    found = []
    monkeypatch.setattr(index, "rebuild", lambda: found.append(indexes()))
    result = app.test_cli_runner().invoke(args=["search", "rebuild"])
    assert result.exit_code == 0, result.output
    assert found == [()]
    assert len(indexes()) == 1
