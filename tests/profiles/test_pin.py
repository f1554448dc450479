"""Pinned posts: first on the profile of their author, three at most."""

import pytest

from app.data.database import db, writing
from app.posts.jobs import erase_deleted
from app.posts.models import UNDO_WITHIN, Post
from app.posts.reposting import repost
from app.posts.writing import edit
from app.profiles.models import MOST_PINNED, TooManyPinsError, pin, unpin
from tests.conftest import DATABASE
from tests.html import absent, attributes, cards, messages, one, select

FULL = "Three posts are pinned, which is as many as fit. Unpin one of them first."


def pinned(page):
    """The ids of the pinned posts, from the top."""
    ids = attributes(page, ".pinned article.post", "id")
    return [int(id.removeprefix("post_")) for id in ids]


def listed(page):
    """The ids of the posts in the list."""
    ids = attributes(page, "#posts article.post", "id")
    return [int(id.removeprefix("post_")) for id in ids]


@pytest.fixture
def posts(ada, make_post):
    """The ids of five posts of Ada's, oldest first."""
    return [make_post(ada, f"Loaf {n}").id for n in range(5)]


@pytest.fixture
def client(ada, signed_in):
    return signed_in(ada)


@pytest.fixture
def change(app):
    """Give a function that calls a verb with a post."""

    def act(verb, id, *args):
        with app.app_context():
            return verb(db.session.get(Post, id), *args)

    return act


@pytest.fixture
def pin_all(change):
    return lambda *ids: [change(pin, id) for id in ids]


def test_pinned_posts_stand_first_and_not_again_below(posts, client, anonymous):
    absent(client.get("/@ada"), ".pinned")
    for id in (posts[3], posts[0]):
        client.post(f"/posts/{id}/pin")
    for viewer in (client, anonymous):
        page = viewer.get("/@ada")
        one(page, ".pinned h2", text="Pinned")
        assert pinned(page) == [posts[0], posts[3]]
        assert listed(page) == [posts[4], posts[2], posts[1]]
    page = client.get("/@ada/replies")
    absent(page, ".pinned")
    assert listed(page) == posts[::-1]
    client.post(f"/posts/{posts[0]}/unpin")
    page = client.get("/@ada")
    assert (pinned(page), listed(page)) == ([posts[3]], [posts[n] for n in (4, 2, 1, 0)])


def test_a_profile_on_which_all_is_pinned_is_not_called_empty(posts, client, change, pin_all):
    for id in posts[2:]:
        change(Post.delete, id)
    pin_all(*posts[:2])
    page = client.get("/@ada")
    assert (pinned(page), listed(page)) == (posts[1::-1], [])
    for answer in (page, client.get("/@ada", htmx=True)):
        absent(answer, ".empty")


def test_pinned_posts_stand_on_the_first_page_only(app, ada, make_post, posts, client, pin_all):
    with app.app_context(), writing():
        newer = [make_post(ada, f"Cake {n}").id for n in range(30)]
    pin_all(posts[1])
    first = client.get("/@ada")
    assert pinned(first) == [posts[1]]
    older = attributes(first, "#more", "href")[0]
    for htmx in (False, True):
        page = client.get(older, htmx=htmx)
        absent(page, ".pinned")
        assert cards(page) == [*newer[4::-1], posts[4], posts[3], posts[2], posts[0]]


def test_the_menu_of_ones_own_posts_pins_and_unpins(posts, client, bruno, signed_in, anonymous):
    menu = f"/posts/{posts[0]}/menu"
    button = one(client.get(menu), f"#pin_{posts[0]}", text="Pin to my profile")
    assert button.attributes["formaction"] == f"/posts/{posts[0]}/pin"
    client.get(f"/posts/{posts[0]}")
    answer = client.post(f"/posts/{posts[0]}/pin")
    assert answer.location == f"/posts/{posts[0]}#post_{posts[0]}"
    page = client.follow(answer)
    assert messages(page) == ["Pinned: it stands first on your profile."]
    button = one(client.get(menu), f"#pin_{posts[0]}", text="Unpin from my profile")
    assert button.attributes["formaction"] == f"/posts/{posts[0]}/unpin"
    for other in (signed_in(bruno), anonymous):
        absent(other.get(menu), "[id^=pin_]")


def test_with_htmx_the_card_is_swapped_and_on_the_profile_the_page_reloaded(posts, client):
    client.get("/explore")
    answer = client.post(f"/posts/{posts[0]}/pin", htmx=True)
    one(answer, f"article#post_{posts[0]}[autofocus]")
    assert messages(answer) == ["Pinned: it stands first on your profile."]
    client.get("/@ADA")
    answer = client.post(f"/posts/{posts[0]}/unpin", htmx=True)
    assert answer.headers["HX-Refresh"] == "true"
    assert messages(client.get("/@ada")) == ["Unpinned: it stands among your other posts."]


def test_a_fourth_is_refused_with_what_to_do(posts, client, pin_all, rows):
    pin_all(*posts[:3])
    client.get("/@ada")
    answer = client.post(f"/posts/{posts[3]}/pin", htmx=True)
    assert answer.status_code == 409
    assert messages(answer) == [FULL]
    answer = client.post(f"/posts/{posts[3]}/pin")
    assert answer.location == f"/@ada#post_{posts[3]}"
    page = client.follow(answer)
    assert messages(page) == [FULL]
    assert pinned(page) == posts[2::-1]
    client.post(f"/posts/{posts[1]}/pin")
    assert len(rows("pin")) == 3
    client.post(f"/posts/{posts[1]}/unpin")
    client.post(f"/posts/{posts[3]}/pin")
    assert pinned(client.get("/@ada")) == [posts[3], posts[2], posts[0]]


def test_pinning_twice_keeps_the_place(posts, client, pin_all):
    pin_all(posts[0], posts[1], posts[0])
    assert pinned(client.get("/@ada")) == [posts[1], posts[0]]


@pytest.mark.skipif(DATABASE == "sqlite", reason="It has one writer.")
def test_of_pins_at_the_same_moment_three_remain(app, posts, together, rows):
    def press(id):
        with app.app_context():
            try:
                pin(db.session.get(Post, id))
            except TooManyPinsError:
                return False
            return True

    assert sum(together(press, posts)) == MOST_PINNED
    assert len(rows("pin")) == MOST_PINNED


def test_nobody_pins_what_is_not_theirs(app, ada, bruno, posts, make_post, signed_in, rows):
    other = signed_in(bruno)
    with app.app_context():
        repost(bruno, db.session.get(Post, posts[0]))
    mine = rows("post", "repost_of_id IS NOT NULL")[0]["id"]
    for id in (posts[0], mine, 5):
        assert other.post(f"/posts/{id}/pin").status_code == 404
        assert other.post(f"/posts/{id}/unpin").status_code == 404
    assert rows("pin") == []


def test_a_deleted_post_is_not_shown_and_takes_no_place(posts, client, change, pin_all):
    pin_all(*posts[:3])
    change(Post.delete, posts[1])
    assert pinned(client.get("/@ada")) == [posts[2], posts[0]]
    assert client.post(f"/posts/{posts[1]}/pin").status_code == 404
    change(Post.restore, posts[1])
    assert pinned(client.get("/@ada")) == posts[2::-1]
    change(Post.delete, posts[1])
    pin_all(posts[3])
    change(Post.restore, posts[1])
    page = client.get("/@ada")
    assert pinned(page) == [posts[3], posts[2], posts[0]]
    assert listed(page) == [posts[4], posts[1]]


def test_the_pin_goes_with_the_post_for_good(
    app, posts, ada, make_post, change, pin_all, rows, travel
):
    pin_all(*posts[:2])
    with app.app_context():
        make_post(ada, "Why?", in_reply_to=db.session.get(Post, posts[0]))
    for id in posts[:2]:
        change(Post.delete, id)
    travel.shift(3 * UNDO_WITHIN)
    with app.app_context():
        erase_deleted()
    assert [row["id"] for row in rows("post", "body = ''")] == [posts[0]]
    assert rows("pin") == []


def test_the_pin_goes_with_its_author(app, ada, posts, pin_all, rows):
    pin_all(posts[0])
    with app.app_context(), writing() as session:
        session.delete(session.merge(ada))
    assert rows("pin") == []


def test_replies_and_edited_posts_can_be_pinned(
    app, ada, bruno, make_post, posts, client, change, pin_all
):
    reply = make_post(ada, "So it is", in_reply_to=make_post(bruno, "Tea")).id
    pin_all(reply, posts[0])
    change(edit, posts[0], "Another loaf")
    page = client.get("/@ada")
    assert pinned(page) == [posts[0], reply]
    one(page, f".pinned #post_{posts[0]} .post-body", text="Another loaf")
    one(page, f".pinned #post_{reply} .post-why", text="In reply to @bruno")
    assert reply not in listed(page)


def test_what_one_repeats_is_not_below_it_either(app, ada, posts, client, pin_all):
    with app.app_context():
        repost(ada, db.session.get(Post, posts[2]))
    pin_all(posts[2])
    assert listed(client.get("/@ada")) == [posts[n] for n in (4, 3, 1, 0)]


@pytest.mark.parametrize("blocker", ["ada", "bruno"])
def test_who_is_blocked_sees_none(ada, bruno, posts, signed_in, make_block, pin_all, blocker):
    pin_all(posts[0])
    make_block(*((ada, bruno) if blocker == "ada" else (bruno, ada)))
    page = signed_in(bruno).get("/@ada")
    assert page.status_code == (404 if blocker == "ada" else 200)
    absent(page, "article.post")


def test_a_reply_to_somebody_blocked_names_nobody(
    ada, bruno, make_user, make_post, make_block, signed_in, pin_all
):
    carmen = make_user("carmen")
    pin_all(make_post(ada, "So it is", in_reply_to=make_post(bruno, "Tea")).id)
    make_block(bruno, carmen)
    page = signed_in(carmen).get("/@ada")
    select(page, ".pinned article", count=1)
    assert "bruno" not in one(page, ".pinned").text()


def test_pins_cost_one_statement_and_none_where_there_is_none(
    posts, client, anonymous, statements, pin_all
):
    def cost(viewer):
        with statements() as sent:
            viewer.get("/@ada?x=1")
        return len(sent)

    before = [cost(viewer) for viewer in (client, anonymous)]
    pin_all(*posts[:3])
    assert [cost(viewer) for viewer in (client, anonymous)] == [n + 1 for n in before]


def test_unpinning_what_is_not_pinned_changes_nothing(posts, change):
    assert not change(unpin, posts[0])
