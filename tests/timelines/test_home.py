"""Home: what it shows, and how one moves through it."""

import random
from datetime import timedelta
from functools import partial
from itertools import chain, product

import pytest

from app.data.database import writing
from app.data.keyset import Window
from app.data.reading import read
from app.follows.models import unfollow
from app.follows.queries import Audience
from app.timelines import queries
from app.web.paging import LONGEST, PAGE
from tests.html import absent, attributes, cards, one, text_of


@pytest.fixture
def publish_many(app, make_post):
    """Give a function that publishes many posts and returns their ids, the newest first."""

    def publish(author, number, body="Loaf no. {n}"):
        with app.app_context(), writing():
            posts = [make_post(author, body.format(n=n)) for n in range(number)]
            return sorted((post.id for post in posts), reverse=True)

    return publish


@pytest.fixture
def reader(ada, bruno, make_follow, signed_in):
    """The browser of Ada, who follows Bruno."""
    make_follow(ada, bruno)
    return signed_in(ada)


def more(page):
    return next(iter(attributes(page, "a#more", "href")), None)


def newer(page):
    return next(iter(attributes(page, "a.newer", "href")), None)


BY_SCAN = [partial(queries.home_by_scan, most_scanned=most) for most in (0, 2, 1_000)]


@pytest.mark.parametrize("home", [queries.home_by_author, *BY_SCAN])
def test_a_page_is_the_same_however_it_is_found(app, make_user, make_post, make_follow, home):
    chance = random.Random(7)
    ada, *people = (make_user() for _ in range(12))
    circle, posts = people[:4], []
    with app.app_context(), writing():
        for person in circle:
            make_follow(ada, person)
        for author in chance.choices(people, [1, 1, 1, 1, *[3] * 7], k=120):
            posts.append(make_post(author))
        ids = [post.id for post in posts if post.author_id in {one.id for one in circle}]
    with app.app_context():
        for size, key, upwards in product((1, 3, 10), (post.id for post in posts), (False, True)):
            window = Window(size, past=True, ascending=upwards)
            page = read(home(window, Audience.UNFILTERED), viewer_id=ada.id, past_id=key)
            past = [id for id in ids if (id > key if upwards else id < key)]
            assert [row.id for row in page] == (past if upwards else past[::-1])[:size]


def test_the_ways_to_find_home_are_different_statements(app):
    with app.app_context():
        texts = [
            str(home(Window(3), Audience.UNFILTERED)) for home in (queries.home_by_author, *BY_SCAN)
        ]
        values = [
            home(Window(3), Audience.UNFILTERED).compile().params.values() for home in BY_SCAN
        ]
    assert texts[0] != texts[1]
    assert len({tuple(found) for found in values}) == len(BY_SCAN)


def test_home_equals_what_a_plain_loop_would_find(
    app, make_user, make_post, make_follow, signed_in
):
    chance = random.Random(7)
    people = [make_user() for _ in range(8)]
    follows, posts = set(), []
    with app.app_context(), writing():
        for _ in range(300):
            one_of, other = chance.choice(people), chance.choice(people)
            match chance.choice(["follow", "unfollow", "post", "post", "delete"]):
                case "follow" if one_of != other:
                    make_follow(one_of, other)
                    follows.add((one_of.id, other.id))
                case "unfollow":
                    unfollow(one_of, other)
                    follows.discard((one_of.id, other.id))
                case "post":
                    posts.append(make_post(one_of, "Hello"))
                case "delete" if posts:
                    chance.choice(posts).delete()
        shown = [post for post in posts if post.deleted_at is None]
    for viewer in people:
        wanted = {viewer.id} | {followed for follower, followed in follows if follower == viewer.id}
        expected = sorted((p.id for p in shown if p.author_id in wanted), reverse=True)
        client, path, seen = signed_in(viewer), "/", []
        while path:
            page = client.get(path)
            seen += cards(page)
            path = more(page)
        assert seen == expected


@pytest.mark.parametrize("htmx", [False, True])
def test_scrolling_through_all_pages_shows_each_post_once(bruno, reader, publish_many, htmx):
    posts = publish_many(bruno, 2 * PAGE + 3)
    page = reader.get("/")
    seen = [cards(page)]
    while more(page):
        page = reader.get(more(page), htmx=htmx)
        seen.append(cards(page))
    assert list(chain(*seen)) == posts
    assert [len(shown) for shown in seen] == [PAGE, PAGE, 3]


def test_what_is_posted_meanwhile_shifts_nothing(bruno, reader, publish_many):
    posts = publish_many(bruno, 2 * PAGE)
    page = reader.get("/")
    publish_many(bruno, 5)
    assert cards(page) + cards(reader.get(more(page))) == posts


def test_a_full_last_page_has_no_way_on(bruno, reader, publish_many):
    publish_many(bruno, PAGE)
    assert more(reader.get("/")) is None
    publish_many(bruno, 1)
    assert more(reader.get("/")) is not None


def test_the_fragment_that_loads_puts_the_place_into_the_address(bruno, reader, publish_many):
    posts = publish_many(bruno, 2 * PAGE + 3)
    page = reader.get("/")
    fragment = reader.get(more(page), htmx=True)
    place = fragment.headers["HX-Replace-Url"]
    assert place == f"/?through={posts[2 * PAGE - 1]}"
    back = reader.get(place)
    assert cards(back) == posts[: 2 * PAGE]
    assert more(back) == more(fragment)
    assert "HX-Replace-Url" not in reader.get("/").headers


@pytest.mark.parametrize("depth", [1, LONGEST - 1, LONGEST, LONGEST + 1, LONGEST + 30])
def test_through_shows_all_down_to_there_and_at_most_two_hundred(
    bruno, reader, publish_many, depth
):
    posts = publish_many(bruno, LONGEST + 31)
    page = reader.get(f"/?through={posts[depth - 1]}")
    assert cards(page) == posts[max(0, depth - LONGEST) : depth]
    assert more(page) == f"/?before={posts[depth - 1]}"
    if depth <= LONGEST:
        absent(page, "a.newer")
    else:
        assert newer(page) == f"/?through={posts[depth - LONGEST - 1]}"
        assert cards(reader.get(newer(page)))[-1] == posts[depth - LONGEST - 1]


def test_through_the_last_post_has_no_way_on(bruno, reader, publish_many):
    posts = publish_many(bruno, 3)
    page = reader.get(f"/?through={posts[-1]}")
    assert cards(page) == posts
    absent(page, "#more")


def test_through_a_post_that_is_gone_keeps_the_place(bruno, reader, publish_many):
    posts = publish_many(bruno, 10)
    assert cards(reader.get(f"/?through={posts[4] + 1}")) == posts[:4]


def test_an_older_page_without_javascript_has_a_way_back(bruno, reader, publish_many):
    posts = publish_many(bruno, 2 * PAGE + 3)
    second = reader.get(more(reader.get("/")))
    assert newer(second) == f"/?through={posts[PAGE - 1]}"
    assert cards(reader.get(newer(second))) == posts[:PAGE]


@pytest.mark.parametrize("name", ["before", "through", "since"])
@pytest.mark.parametrize("key", ["abc", "", "-1", "1.5", "１２", "1e3", "0x1", " 1", "%00", "²"])
@pytest.mark.parametrize("htmx", [False, True])
def test_a_key_that_is_no_number_is_told(reader, name, key, htmx):
    answer = reader.get(f"/?{name}={key}", htmx=htmx)
    assert answer.status_code == 400
    assert f"“{name}” must be a number" in answer.text


@pytest.mark.parametrize("name", ["before", "through", "since"])
@pytest.mark.parametrize("key", ["0", "1", str(2**63 - 1), str(2**63), str(2**64), "9" * 5000])
def test_a_huge_or_tiny_key_is_fine(bruno, reader, publish_many, name, key):
    publish_many(bruno, 2)
    for htmx in (False, True):
        assert reader.get(f"/?{name}={key}", htmx=htmx).status_code in (200, 204)


def test_nothing_new_answers_204(bruno, reader, publish_many):
    posts = publish_many(bruno, 3)
    answer = reader.get(f"/?since={posts[0]}", htmx=True)
    assert answer.status_code == 204
    assert answer.text == ""


def test_new_posts_make_a_bar_that_goes_on_asking(bruno, reader, publish_many):
    posts = publish_many(bruno, 3)
    bar = one(reader.get("/"), "#new_posts")
    assert bar.attributes["hx-get"] == f"/?since={posts[0]}"
    assert not bar.css("a")
    publish_many(bruno, 2)
    answer = reader.get(bar.attributes["hx-get"], htmx=True)
    assert text_of(one(answer, "#new_posts a[href='/']")) == "2 new posts"
    assert one(answer, "#new_posts").attributes["hx-get"] == f"/?since={posts[0]}"
    absent(answer, "article")


def test_the_bar_counts_neither_ones_own_posts_nor_strangers_nor_deleted_ones(
    app, ada, bruno, make_user, make_post, reader, publish_many
):
    since = publish_many(bruno, 1)[0]
    make_post(ada)
    make_post(make_user("carmen"))
    with app.app_context(), writing():
        make_post(bruno).delete()
    assert reader.get(f"/?since={since}", htmx=True).status_code == 204
    make_post(bruno)
    one(reader.get(f"/?since={since}", htmx=True), "#new_posts a", text="1 new post")


def test_the_bar_stops_counting_at_99(bruno, reader, publish_many):
    publish_many(bruno, 99)
    one(reader.get("/?since=0", htmx=True), "#new_posts a", text="99 new posts")
    publish_many(bruno, 1)
    one(reader.get("/?since=0", htmx=True), "#new_posts a", text="99+ new posts")


def test_an_older_page_does_not_ask_for_newer_posts(bruno, reader, publish_many):
    publish_many(bruno, PAGE + 1)
    page = reader.get(more(reader.get("/")))
    assert "hx-get" not in one(page, "#new_posts").attributes


def test_an_empty_home_says_what_to_do_next(reader):
    page = reader.get("/")
    one(page, ".empty", text="Explore")
    one(page, "form#composer")
    assert one(page, "#new_posts").attributes["hx-get"] == "/?since=0"


def test_a_page_of_25_posts_is_small(bruno, reader, publish_many):
    publish_many(bruno, PAGE + 1, "No. {n} " + "word " * 25 + "https://example.org/a/path/{n}")
    page = reader.get("/")
    assert len(cards(page)) == PAGE
    assert len(page.data) < 45_000


def test_posts_stand_by_the_time_they_were_written(ada, bruno, reader, make_post, travel):
    written = []
    for author in (ada, bruno, ada):
        travel.shift(timedelta(seconds=1))
        written.append(make_post(author).id)
    assert cards(reader.get("/")) == written[::-1]
