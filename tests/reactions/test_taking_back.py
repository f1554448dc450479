"""Taking back what one did with a post needs no sight of the post; counts can be checked."""

import pytest

from app.data.database import db
from app.follows.models import block, unblock
from app.posts.models import Post
from app.posts.queries import MOST_RECOUNTED
from app.posts.reposting import repost
from app.reactions.models import bookmark, like
from tests.html import absent, attributes, cards, one, people, text_of

VERBS = [("like", like), ("repost", repost), ("bookmark", bookmark)]


@pytest.fixture
def carmen(make_user):
    """A third user."""
    return make_user("carmen")


@pytest.fixture
def post(bruno, make_post):
    """A post of Bruno's."""
    return make_post(bruno, "Who has a ladder?")


@pytest.fixture
def client(ada, signed_in):
    """Ada's client."""
    return signed_in(ada)


def own(rows, ada):
    """Ada's likes, bookmarks and reposts."""
    where = {"like": "user_id", "bookmark": "user_id", "post": "author_id"}
    return [row for table, column in where.items() for row in rows(table, f"{column} = {ada.id}")]


@pytest.mark.parametrize("htmx", [False, True])
@pytest.mark.parametrize("hides", ["is blocked", "blocks", "deletes"])
@pytest.mark.parametrize(("verb", "act"), VERBS)
def test_what_one_did_with_a_post_that_is_hidden_now_can_be_taken_back(
    app, ada, bruno, post, client, rows, verb, act, hides, htmx
):
    with app.app_context():
        act(ada, post)
        if hides == "deletes":
            db.session.get_one(Post, post.id).delete()
        else:
            block(*((bruno, ada) if hides == "is blocked" else (ada, bruno)))
    assert len(own(rows, ada)) == 1
    assert client.post(f"/posts/{post.id}/{verb}", htmx=htmx).status_code == 404
    answer = client.post(f"/posts/{post.id}/un{verb}", htmx=htmx)
    assert answer.status_code == (200 if htmx else 303)
    assert own(rows, ada) == []
    counts = rows("post", "id = :id", id=post.id)[0]
    assert (counts["likes_count"], counts["reposts_count"]) == (0, 0)
    if htmx:
        assert one(answer, f"#{verb}_{post.id}").attributes["aria-pressed"] == "false"
    else:
        assert client.follow(answer).status_code == 200
    # Nothing is left to take back, so nothing shows that there is such a post.
    assert client.post(f"/posts/{post.id}/un{verb}", htmx=htmx).status_code == 404


@pytest.mark.parametrize(("verb", "act"), VERBS)
def test_nobody_takes_back_what_others_did(
    app, ada, carmen, post, signed_in, rows, make_block, verb, act
):
    with app.app_context():
        act(ada, post)
    make_block(carmen, ada)
    signed_in(carmen).post(f"/posts/{post.id}/un{verb}")
    assert len(own(rows, ada)) == 1


@pytest.mark.parametrize("by_author", [True, False])
def test_a_repost_is_not_listed_while_its_two_people_block_each_other(
    app, ada, bruno, carmen, post, make_follow, signed_in, anonymous, by_author
):
    make_follow(carmen, ada)
    pair = (bruno, ada) if by_author else (ada, bruno)
    with app.app_context():
        repost(ada, post)
    follower = signed_in(carmen)
    pages = [(follower, "/"), (follower, "/@ada"), (anonymous, "/@ada"), (signed_in(ada), "/@ada")]
    for act, listed in ((block, []), (unblock, [post.id])):
        with app.app_context():
            act(*pair)
        assert [cards(client.get(path)) for client, path in pages] == [listed] * 4


# Counts


def numbers(page, post):
    """The counts that a card shows: replies, reposts, likes."""
    return [text_of(one(page, f"#{act}_{post.id}")) for act in ("reply", "repost", "like")]


@pytest.fixture
def busy(app, bruno, carmen, post, make_post):
    """The post, which Bruno and Carmen replied to, reposted and like."""
    for person in (bruno, carmen):
        make_post(person, "I have.", in_reply_to=post)
        with app.app_context():
            repost(person, post)
            like(person, post)
    return post


@pytest.mark.parametrize("by_ada", [True, False])
def test_a_card_counts_what_the_viewer_may_see(
    ada, carmen, busy, client, anonymous, make_block, by_ada
):
    assert numbers(client.get(f"/posts/{busy.id}"), busy) == ["2", "2", "2"]
    make_block(*((ada, carmen) if by_ada else (carmen, ada)))
    for url in (f"/posts/{busy.id}", "/explore", "/@bruno"):
        assert numbers(client.get(url), busy) == ["1", "1", "1"]
    assert len(cards(client.get(f"/posts/{busy.id}"))) == 2
    for verb in ("likes", "reposts"):
        assert people(client.get(f"/posts/{busy.id}/{verb}")) == ["bruno"]
    page = anonymous.get(f"/posts/{busy.id}")
    assert one(page, f"#post_{busy.id} .act.reply").attributes["aria-label"] == "Reply 2"


def test_a_pressed_button_counts_what_the_viewer_may_see(ada, carmen, busy, client, make_block):
    make_block(ada, carmen)
    client.get(f"/posts/{busy.id}")
    for verb in ("like", "repost"):
        assert text_of(one(client.press(f"#{verb}_{busy.id}", htmx=True), "button")) == "2"
    answer = client.submit("#composer", htmx=True, body="Mine, too.")
    assert text_of(one(answer, f"#reply_{busy.id}")) == "2"


def test_without_anything_to_see_there_is_no_count_and_no_list(
    app, ada, carmen, post, client, make_block
):
    with app.app_context():
        like(carmen, post)
    make_block(ada, carmen)
    page = client.get(f"/posts/{post.id}")
    assert numbers(page, post) == ["", "", ""]
    absent(page, ".post-lists")


def test_a_count_that_nobody_checks_is_of_all(app, ada, carmen, post, client, make_block):
    make_block(ada, carmen)
    with app.app_context():
        like(carmen, post)
        db.session.get_one(Post, post.id).likes_count = MOST_RECOUNTED + 1
        db.session.commit()
    page = client.get(f"/posts/{post.id}")
    assert attributes(page, f"#like_{post.id}", "aria-label") == [f"Like {MOST_RECOUNTED + 1}"]
