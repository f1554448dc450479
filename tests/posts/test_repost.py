"""Reposting: showing somebody's post to those who follow one."""

from datetime import timedelta

import pytest

from app.data.database import db, writing
from app.posts.models import Post
from app.posts.reposting import repost, unrepost
from app.web.paging import PAGE
from tests.html import absent, attributes, cards, one, people, text_of


@pytest.fixture
def carmen(make_user):
    """A third person."""
    return make_user("carmen")


@pytest.fixture
def post(bruno, make_post):
    """A post of Bruno's."""
    return make_post(bruno, "Who has a ladder?")


@pytest.fixture
def pass_on(app):
    """Give a function with which someone reposts a post."""

    def act(person, post):
        with app.app_context():
            return repost(person, post)

    return act


@pytest.fixture
def reader(ada, carmen, make_follow, signed_in):
    """The browser of Ada, who follows Carmen."""
    make_follow(ada, carmen)
    return signed_in(ada)


def reposts_count(rows, post):
    return rows("post", "id = :id", id=post.id)[0]["reposts_count"]


def whys(page):
    return [text_of(why) for why in one(page, "#posts").css(".post-why")]


def act(app, id, verb):
    with app.app_context():
        getattr(db.session.get(Post, id), verb)()


# The button


def test_the_button_swaps_itself(ada, post, signed_in, rows):
    client = signed_in(ada)
    client.get("/explore")
    button = f"button#repost_{post.id}"
    for pressed, count, label in (("true", 1, "Repost 1"), ("false", 0, "Repost")):
        answer = client.press(button, htmx=True)
        assert answer.status_code == 200
        swapped = one(answer, button)
        assert swapped.attributes["aria-pressed"] == pressed
        assert swapped.attributes["aria-label"] == label
        assert text_of(swapped) == (str(count) if count else "")
        absent(answer, "article")
        assert reposts_count(rows, post) == count
        page = client.get("/explore")
        assert one(page, button).attributes == swapped.attributes


def test_without_javascript_one_is_led_back_to_the_card(ada, post, signed_in):
    client = signed_in(ada)
    client.get("/explore?x=1")
    for pressed in ("true", "false"):
        answer = client.press(f"#repost_{post.id}")
        assert answer.status_code == 303
        assert answer.location == f"/explore?x=1#post_{post.id}"
        page = client.follow(answer)
        assert one(page, f"#repost_{post.id}").attributes["aria-pressed"] == pressed


@pytest.mark.parametrize("htmx", [False, True])
def test_twice_counts_once(ada, post, signed_in, rows, htmx):
    client = signed_in(ada)
    for verb, count in (("repost", 1), ("repost", 1), ("unrepost", 0), ("unrepost", 0)):
        answer = client.post(f"/posts/{post.id}/{verb}", htmx=htmx)
        assert answer.status_code == (200 if htmx else 303)
        assert reposts_count(rows, post) == count
        assert len(rows("post")) == 1 + count


def test_at_once_counts_once(ada, post, signed_in, together, rows):
    client = signed_in(ada)
    windows = [client.twin() for _ in range(8)]
    for window in windows:
        window.token()
    for verb, count in (("repost", 1), ("unrepost", 0)):
        answers = together(
            lambda window, verb=verb: window.post(f"/posts/{post.id}/{verb}", htmx=True), windows
        )
        assert {answer.status_code for answer in answers} == {200}
        assert reposts_count(rows, post) == count
        assert len(rows("post")) == 1 + count


def test_everybodys_reposts_at_once_all_count(app, post, make_user, pass_on, together, rows):
    together(lambda person: pass_on(person, post), [make_user() for _ in range(8)])
    assert reposts_count(rows, post) == 8


def test_the_verbs_tell_whether_anything_changed(app, ada, post):
    with app.app_context():
        assert [repost(ada, post), repost(ada, post)] == [True, False]
        assert [unrepost(ada, post), unrepost(ada, post)] == [True, False]


def test_a_stranger_finds_a_link_and_no_button(post, ada, pass_on, stranger):
    pass_on(ada, post)
    card = one(stranger.get("/explore"), f"#post_{post.id}")
    assert not card.css("button")
    link = card.css_first("a.repost")
    assert link.attributes["href"] == f"/posts/{post.id}/reposts"
    assert link.attributes["aria-label"] == "Reposts 1"
    assert stranger.post(f"/posts/{post.id}/repost").status_code == 303
    assert stranger.post(f"/posts/{post.id}/repost", htmx=True).status_code == 401


@pytest.mark.parametrize("htmx", [False, True])
def test_what_one_may_not_see_one_cannot_repost(
    app, ada, bruno, post, make_post, make_block, pass_on, carmen, signed_in, rows, htmx
):
    pass_on(carmen, post)
    repost_of_it = rows("post", "repost_of_id is not null")[0]["id"]
    deleted, client = make_post(carmen), signed_in(ada)
    act(app, deleted.id, "delete")
    make_block(bruno, ada)
    before = rows("post")
    for id in (post.id, deleted.id, repost_of_it, 1, 2**63):
        for verb in ("repost", "unrepost"):
            assert client.post(f"/posts/{id}/{verb}", htmx=htmx).status_code == 404
        assert client.get(f"/posts/{id}/reposts", htmx=htmx).status_code == 404
    assert rows("post") == before


# In timelines


def test_it_comes_to_the_followers_with_the_name_of_who_reposted(
    reader, carmen, post, pass_on, rows
):
    assert cards(reader.get("/")) == []
    pass_on(carmen, post)
    page = reader.get("/")
    assert cards(page) == [post.id]
    why = one(page, f"#post_{post.id} .post-why a", text="carmen reposted")
    assert why.attributes["href"] == "/@carmen"
    assert text_of(one(page, ".post-author .handle")) == "@bruno"
    assert one(page, ".post-time").attributes["href"] == f"/posts/{post.id}"


def test_it_leaves_when_it_is_taken_back(app, reader, carmen, post, pass_on):
    pass_on(carmen, post)
    with app.app_context():
        unrepost(carmen, post)
    assert cards(reader.get("/")) == []
    assert cards(reader.get("/@carmen")) == []


def test_it_stands_by_the_time_it_was_reposted(reader, carmen, post, make_post, pass_on, travel):
    travel.shift(timedelta(minutes=1))
    between = make_post(carmen)
    travel.shift(timedelta(minutes=1))
    pass_on(carmen, post)
    assert cards(reader.get("/")) == [post.id, between.id]


def test_one_post_never_stands_twice_on_a_page(
    reader, ada, bruno, carmen, post, make_user, make_follow, pass_on, travel
):
    dora = make_user("dora")
    for followed in (bruno, dora):
        make_follow(ada, followed)
    for person in (carmen, dora, bruno):
        travel.shift(timedelta(seconds=1))
        pass_on(person, post)
    page = reader.get("/")
    assert cards(page) == [post.id]
    assert whys(page) == ["bruno reposted"]


def test_pages_go_on_where_reposts_stand_close(
    app, reader, ada, bruno, carmen, make_follow, make_post
):
    make_follow(ada, bruno)
    with app.app_context(), writing():
        posts = [make_post(bruno, f"No. {n}") for n in range(PAGE + 5)]
        for each in posts:
            repost(carmen, each)
        ids = {each.id for each in posts}
    path, seen = "/", []
    while path:
        page = reader.get(path)
        assert len(set(cards(page))) == len(cards(page))
        seen += cards(page)
        path = next(iter(attributes(page, "a#more", "href")), None)
    assert set(seen) == ids


def test_ones_own_repost_is_not_in_ones_home_but_on_ones_profile(
    ada, post, pass_on, signed_in, stranger
):
    pass_on(ada, post)
    assert cards(signed_in(ada).get("/")) == []
    page = stranger.get("/@ada")
    assert cards(page) == [post.id]
    assert whys(page) == ["ada reposted"]
    assert cards(stranger.get("/@ada/replies")) == [post.id]


def test_a_repost_is_no_post_of_ones_own(ada, post, pass_on, stranger, rows):
    pass_on(ada, post)
    assert rows("user", "username = 'ada'")[0]["posts_count"] == 0
    assert cards(stranger.get("/explore")) == [post.id]
    assert whys(stranger.page) == []
    own = rows("post", "repost_of_id is not null")[0]["id"]
    assert stranger.get(f"/posts/{own}").status_code == 404


def test_an_answer_that_is_reposted_comes_even_from_people_one_does_not_follow(
    reader, ada, bruno, carmen, post, make_post, pass_on
):
    answer = make_post(bruno, "Found it.", in_reply_to=post)
    pass_on(carmen, answer)
    assert cards(reader.get("/")) == [answer.id]


@pytest.mark.parametrize("viewer", ["reader", "stranger"])
def test_it_vanishes_with_the_original_and_returns_with_it(
    app, request, reader, carmen, post, pass_on, viewer, rows
):
    pass_on(carmen, post)
    browser = request.getfixturevalue(viewer)
    path = "/" if viewer == "reader" else "/@carmen"
    for verb, shown in (("delete", []), ("restore", [post.id])):
        act(app, post.id, verb)
        assert cards(browser.get(path)) == shown
        assert reposts_count(rows, post) == 1


@pytest.mark.parametrize("blocker", ["ada", "bruno"])
def test_a_repost_of_somebody_kept_apart_is_hidden(
    reader, ada, bruno, carmen, post, pass_on, make_block, blocker
):
    pass_on(carmen, post)
    make_block(*((ada, bruno) if blocker == "ada" else (bruno, ada)))
    for path in ("/", "/@carmen"):
        page = reader.get(path)
        assert cards(page) == []
        assert "ladder" not in page.text


def test_a_repost_of_somebody_muted_is_not_in_ones_home(
    reader, ada, bruno, carmen, post, pass_on, make_mute
):
    pass_on(carmen, post)
    make_mute(ada, bruno)
    assert cards(reader.get("/")) == []


# Who it was


def test_the_list_shows_who_reposted_the_latest_first(
    post, ada, bruno, carmen, pass_on, stranger, travel
):
    one(stranger.get(f"/posts/{post.id}/reposts"), ".empty", text="Nobody yet.")
    for person in (ada, bruno, carmen):
        travel.shift(timedelta(seconds=1))
        pass_on(person, post)
    assert people(stranger.get(f"/posts/{post.id}/reposts")) == ["carmen", "bruno", "ada"]
    link = one(stranger.get(f"/posts/{post.id}"), ".post-lists a")
    assert text_of(link) == "3 reposts"
    assert link.attributes["href"] == f"/posts/{post.id}/reposts"


def test_the_list_goes_page_by_page(app, post, make_user, stranger):
    with app.app_context(), writing():
        everybody = [make_user() for _ in range(PAGE + 2)]
        for person in everybody:
            repost(person, post)
        names = [person.username for person in everybody]
    page = stranger.get(f"/posts/{post.id}/reposts")
    more = one(page, "a#more").attributes["href"]
    assert people(page) + people(stranger.get(more, htmx=True)) == names[::-1]


def test_the_list_leaves_out_whom_one_does_not_see(
    post, ada, carmen, pass_on, make_block, signed_in
):
    pass_on(carmen, post)
    make_block(carmen, ada)
    assert people(signed_in(ada).get(f"/posts/{post.id}/reposts")) == []


def test_the_list_knows_whom_one_follows(reader, post, bruno, carmen, pass_on):
    pass_on(carmen, post)
    pass_on(bruno, post)
    page = reader.get(f"/posts/{post.id}/reposts")
    one(page, f"#follow_{carmen.id} button", text="Unfollow")
    one(page, f"#follow_{bruno.id} button", text="Follow")


def test_the_list_is_gone_with_the_post(app, post, ada, pass_on, stranger):
    pass_on(ada, post)
    act(app, post.id, "delete")
    assert stranger.get(f"/posts/{post.id}/reposts").status_code == 404
