"""The home timeline and its pages."""

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
from app.web.paging import LONGEST_PAGE, PAGE
from tests.html import absent, attributes, cards, one, text_of


@pytest.fixture
def publish_many(app, make_post):
    """Give a function that publishes many posts and returns their ids, newest first."""

    def publish(author, number, body="Loaf no. {n}"):
        with app.app_context(), writing():
            posts = [make_post(author, body.format(n=n)) for n in range(number)]
            return sorted((post.id for post in posts), reverse=True)

    return publish


@pytest.fixture
def viewer(ada, bruno, make_follow, signed_in):
    """The client of Ada, who follows Bruno."""
    make_follow(ada, bruno)
    return signed_in(ada)


def more(page):
    return next(iter(attributes(page, "a#more", "href")), None)


def newer(page):
    return next(iter(attributes(page, "a.newer", "href")), None)


BY_SCAN = [partial(queries.home_by_scan, most_scanned=most) for most in (0, 2, 1_000)]


@pytest.mark.parametrize("home", [queries.home_by_author, *BY_SCAN])
def test_both_home_queries_return_the_same_page(app, make_user, make_post, make_follow, home):
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


def test_the_two_home_queries_are_different_statements(app):
    with app.app_context():
        texts = [
            str(home(Window(3), Audience.UNFILTERED)) for home in (queries.home_by_author, *BY_SCAN)
        ]
        values = [
            home(Window(3), Audience.UNFILTERED).compile().params.values() for home in BY_SCAN
        ]
    assert texts[0] != texts[1]
    assert len({tuple(found) for found in values}) == len(BY_SCAN)


def test_home_equals_the_result_of_a_plain_loop(app, make_user, make_post, make_follow, signed_in):
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
    for user in people:
        wanted = {user.id} | {followed for follower, followed in follows if follower == user.id}
        expected = sorted((p.id for p in shown if p.author_id in wanted), reverse=True)
        client, path, seen = signed_in(user), "/", []
        while path:
            page = client.get(path)
            seen += cards(page)
            path = more(page)
        assert seen == expected


@pytest.mark.parametrize("htmx", [False, True])
def test_scrolling_through_all_pages_shows_each_post_once(bruno, viewer, publish_many, htmx):
    posts = publish_many(bruno, 2 * PAGE + 3)
    page = viewer.get("/")
    seen = [cards(page)]
    while more(page):
        page = viewer.get(more(page), htmx=htmx)
        seen.append(cards(page))
    assert list(chain(*seen)) == posts
    assert [len(shown) for shown in seen] == [PAGE, PAGE, 3]


def test_a_post_published_meanwhile_does_not_shift_the_next_page(bruno, viewer, publish_many):
    posts = publish_many(bruno, 2 * PAGE)
    page = viewer.get("/")
    publish_many(bruno, 5)
    assert cards(page) + cards(viewer.get(more(page))) == posts


def test_a_full_last_page_has_no_next_page(bruno, viewer, publish_many):
    publish_many(bruno, PAGE)
    assert more(viewer.get("/")) is None
    publish_many(bruno, 1)
    assert more(viewer.get("/")) is not None


def test_the_next_fragment_replaces_the_url_of_the_page(bruno, viewer, publish_many):
    posts = publish_many(bruno, 2 * PAGE + 3)
    page = viewer.get("/")
    fragment = viewer.get(more(page), htmx=True)
    place = fragment.headers["HX-Replace-Url"]
    assert place == f"/?through={posts[2 * PAGE - 1]}"
    back = viewer.get(place)
    assert cards(back) == posts[: 2 * PAGE]
    assert more(back) == more(fragment)
    assert "HX-Replace-Url" not in viewer.get("/").headers


@pytest.mark.parametrize(
    "depth", [1, LONGEST_PAGE - 1, LONGEST_PAGE, LONGEST_PAGE + 1, LONGEST_PAGE + 30]
)
def test_through_shows_every_post_down_to_the_key_and_at_most_two_hundred(
    bruno, viewer, publish_many, depth
):
    posts = publish_many(bruno, LONGEST_PAGE + 31)
    page = viewer.get(f"/?through={posts[depth - 1]}")
    assert cards(page) == posts[max(0, depth - LONGEST_PAGE) : depth]
    assert more(page) == f"/?before={posts[depth - 1]}"
    if depth <= LONGEST_PAGE:
        absent(page, "a.newer")
    else:
        assert newer(page) == f"/?through={posts[depth - LONGEST_PAGE - 1]}"
        assert cards(viewer.get(newer(page)))[-1] == posts[depth - LONGEST_PAGE - 1]


def test_through_the_last_post_has_no_next_page(bruno, viewer, publish_many):
    posts = publish_many(bruno, 3)
    page = viewer.get(f"/?through={posts[-1]}")
    assert cards(page) == posts
    absent(page, "#more")


def test_through_works_with_the_key_of_a_deleted_post(bruno, viewer, publish_many):
    posts = publish_many(bruno, 10)
    assert cards(viewer.get(f"/?through={posts[4] + 1}")) == posts[:4]


def test_an_older_page_links_to_the_newer_page(bruno, viewer, publish_many):
    posts = publish_many(bruno, 2 * PAGE + 3)
    second = viewer.get(more(viewer.get("/")))
    assert newer(second) == f"/?through={posts[PAGE - 1]}"
    assert cards(viewer.get(newer(second))) == posts[:PAGE]


@pytest.mark.parametrize("name", ["before", "through", "since"])
@pytest.mark.parametrize("key", ["abc", "", "-1", "1.5", "１２", "1e3", "0x1", " 1", "%00", "²"])
@pytest.mark.parametrize("htmx", [False, True])
def test_a_key_that_is_no_number_is_refused(viewer, name, key, htmx):
    answer = viewer.get(f"/?{name}={key}", htmx=htmx)
    assert answer.status_code == 400
    assert f"“{name}” must be a number" in answer.text


@pytest.mark.parametrize("name", ["before", "through", "since"])
@pytest.mark.parametrize("key", ["0", "1", str(2**63 - 1), str(2**63), str(2**64), "9" * 5000])
def test_a_very_large_or_small_key_is_accepted(bruno, viewer, publish_many, name, key):
    publish_many(bruno, 2)
    for htmx in (False, True):
        assert viewer.get(f"/?{name}={key}", htmx=htmx).status_code in (200, 204)


def test_without_new_posts_the_answer_is_204(bruno, viewer, publish_many):
    posts = publish_many(bruno, 3)
    answer = viewer.get(f"/?since={posts[0]}", htmx=True)
    assert answer.status_code == 204
    assert answer.text == ""


def test_the_new_posts_bar_goes_on_polling(bruno, viewer, publish_many):
    posts = publish_many(bruno, 3)
    bar = one(viewer.get("/"), "#new_posts")
    assert bar.attributes["hx-get"] == f"/?since={posts[0]}"
    assert not bar.css("a")
    publish_many(bruno, 2)
    answer = viewer.get(bar.attributes["hx-get"], htmx=True)
    assert text_of(one(answer, "#new_posts a[href='/']")) == "2 new posts"
    assert one(answer, "#new_posts").attributes["hx-get"] == f"/?since={posts[0]}"
    absent(answer, "article")


def test_the_bar_counts_no_own_unfollowed_or_deleted_posts(
    app, ada, bruno, make_user, make_post, viewer, publish_many
):
    since = publish_many(bruno, 1)[0]
    make_post(ada)
    make_post(make_user("carmen"))
    with app.app_context(), writing():
        make_post(bruno).delete()
    assert viewer.get(f"/?since={since}", htmx=True).status_code == 204
    make_post(bruno)
    one(viewer.get(f"/?since={since}", htmx=True), "#new_posts a", text="1 new post")


def test_the_bar_stops_counting_at_99(bruno, viewer, publish_many):
    publish_many(bruno, 99)
    one(viewer.get("/?since=0", htmx=True), "#new_posts a", text="99 new posts")
    publish_many(bruno, 1)
    one(viewer.get("/?since=0", htmx=True), "#new_posts a", text="99+ new posts")


def test_an_older_page_does_not_poll_for_new_posts(bruno, viewer, publish_many):
    publish_many(bruno, PAGE + 1)
    page = viewer.get(more(viewer.get("/")))
    assert "hx-get" not in one(page, "#new_posts").attributes


def test_an_empty_home_suggests_what_to_do(viewer):
    page = viewer.get("/")
    one(page, ".empty", text="Explore")
    one(page, "form#composer")
    assert one(page, "#new_posts").attributes["hx-get"] == "/?since=0"


def test_a_page_of_25_posts_is_small(bruno, viewer, publish_many):
    publish_many(bruno, PAGE + 1, "No. {n} " + "word " * 25 + "https://example.org/a/path/{n}")
    page = viewer.get("/")
    assert len(cards(page)) == PAGE
    assert len(page.data) < 54_000


def test_posts_are_ordered_by_publication_time(ada, bruno, viewer, make_post, travel):
    written = []
    for author in (ada, bruno, ada):
        travel.shift(timedelta(seconds=1))
        written.append(make_post(author).id)
    assert cards(viewer.get("/")) == written[::-1]
