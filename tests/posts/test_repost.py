"""Reposts, which show a post to the followers of the reposter."""

from datetime import timedelta

import pytest

from app.data.database import db, writing
from app.posts.models import Post
from app.posts.reposting import repost, unrepost
from app.web.paging import PAGE
from tests.html import absent, attributes, cards, one, people, text_of


@pytest.fixture
def carmen(make_user):
    """A third user."""
    return make_user("carmen")


@pytest.fixture
def post(bruno, make_post):
    """A post of Bruno's."""
    return make_post(bruno, "Who has a ladder?")


@pytest.fixture
def repost_by(app):
    """Give a function that makes a user repost a post."""

    def act(person, post):
        with app.app_context():
            return repost(person, post)

    return act


@pytest.fixture
def viewer(ada, carmen, make_follow, signed_in):
    """The client of Ada, who follows Carmen."""
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


def test_repost_swaps_the_button_and_the_count(ada, post, signed_in, rows):
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


def test_without_javascript_reposting_leads_back_to_the_card(ada, post, signed_in):
    client = signed_in(ada)
    client.get("/explore?x=1")
    for pressed in ("true", "false"):
        answer = client.press(f"#repost_{post.id}")
        assert answer.status_code == 303
        assert answer.location == f"/explore?x=1#post_{post.id}"
        page = client.follow(answer)
        assert one(page, f"#repost_{post.id}").attributes["aria-pressed"] == pressed


@pytest.mark.parametrize("htmx", [False, True])
def test_reposting_twice_counts_once(ada, post, signed_in, rows, htmx):
    client = signed_in(ada)
    for verb, count in (("repost", 1), ("repost", 1), ("unrepost", 0), ("unrepost", 0)):
        answer = client.post(f"/posts/{post.id}/{verb}", htmx=htmx)
        assert answer.status_code == (200 if htmx else 303)
        assert reposts_count(rows, post) == count
        assert len(rows("post")) == 1 + count


def test_concurrent_reposts_of_one_user_count_once(ada, post, signed_in, together, rows):
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


def test_concurrent_reposts_of_many_users_all_count(
    app, post, make_user, repost_by, together, rows
):
    together(lambda person: repost_by(person, post), [make_user() for _ in range(8)])
    assert reposts_count(rows, post) == 8


def test_the_verbs_return_whether_anything_changed(app, ada, post):
    with app.app_context():
        assert [repost(ada, post), repost(ada, post)] == [True, False]
        assert [unrepost(ada, post), unrepost(ada, post)] == [True, False]


def test_an_anonymous_viewer_gets_a_link_instead_of_a_button(post, ada, repost_by, anonymous):
    repost_by(ada, post)
    card = one(anonymous.get("/explore"), f"#post_{post.id}")
    assert not card.css("button")
    link = card.css_first("a.repost")
    joining = f"/register?then=/posts/{post.id}/repost&next=/posts/{post.id}"
    assert link.attributes["href"] == joining
    assert link.attributes["aria-label"] == "Repost 1"
    assert anonymous.post(f"/posts/{post.id}/repost").status_code == 303
    assert anonymous.post(f"/posts/{post.id}/repost", htmx=True).status_code == 401


@pytest.mark.parametrize("htmx", [False, True])
def test_a_post_that_the_viewer_cannot_see_cannot_be_reposted(
    app, ada, bruno, post, make_post, make_block, repost_by, carmen, signed_in, rows, htmx
):
    repost_by(carmen, post)
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


def test_a_repost_shows_to_followers_with_the_name_of_the_reposter(
    viewer, carmen, post, repost_by, rows
):
    assert cards(viewer.get("/")) == []
    repost_by(carmen, post)
    page = viewer.get("/")
    assert cards(page) == [post.id]
    why = one(page, f"#post_{post.id} .post-why a", text="carmen @carmen reposted")
    assert why.attributes["href"] == "/@carmen"
    assert text_of(one(page, ".post-author .handle")) == "@bruno"
    assert one(page, ".post-time").attributes["href"] == f"/posts/{post.id}"


def test_an_undone_repost_is_not_listed(app, viewer, carmen, post, repost_by):
    repost_by(carmen, post)
    with app.app_context():
        unrepost(carmen, post)
    assert cards(viewer.get("/")) == []
    assert cards(viewer.get("/@carmen")) == []


def test_a_repost_is_ordered_by_its_own_time(viewer, carmen, post, make_post, repost_by, travel):
    travel.shift(timedelta(minutes=1))
    between = make_post(carmen)
    travel.shift(timedelta(minutes=1))
    repost_by(carmen, post)
    assert cards(viewer.get("/")) == [post.id, between.id]


def test_a_page_shows_a_post_once(
    viewer, ada, bruno, carmen, post, make_user, make_follow, repost_by, travel
):
    dora = make_user("dora")
    for followed in (bruno, dora):
        make_follow(ada, followed)
    for person in (carmen, dora, bruno):
        travel.shift(timedelta(seconds=1))
        repost_by(person, post)
    page = viewer.get("/")
    assert cards(page) == [post.id]
    assert whys(page) == ["bruno @bruno reposted"]


def test_paging_reaches_every_post_when_all_are_reposted(
    app, viewer, ada, bruno, carmen, make_follow, make_post
):
    make_follow(ada, bruno)
    with app.app_context(), writing():
        posts = [make_post(bruno, f"No. {n}") for n in range(PAGE + 5)]
        for each in posts:
            repost(carmen, each)
        ids = {each.id for each in posts}
    path, seen = "/", []
    while path:
        page = viewer.get(path)
        assert len(set(cards(page))) == len(cards(page))
        seen += cards(page)
        path = next(iter(attributes(page, "a#more", "href")), None)
    assert set(seen) == ids


def test_an_own_repost_is_on_the_own_profile_and_not_in_home(
    ada, post, repost_by, signed_in, anonymous
):
    repost_by(ada, post)
    assert cards(signed_in(ada).get("/")) == []
    page = anonymous.get("/@ada")
    assert cards(page) == [post.id]
    assert whys(page) == ["ada @ada reposted"]
    assert cards(anonymous.get("/@ada/replies")) == [post.id]


def test_a_repost_does_not_count_as_a_post(ada, post, repost_by, anonymous, rows):
    repost_by(ada, post)
    assert rows("user", "username = 'ada'")[0]["posts_count"] == 0
    assert cards(anonymous.get("/explore")) == [post.id]
    assert whys(anonymous.page) == []
    own = rows("post", "repost_of_id is not null")[0]["id"]
    assert anonymous.get(f"/posts/{own}").status_code == 404


def test_a_reposted_reply_shows_even_if_its_author_is_not_followed(
    viewer, ada, bruno, carmen, post, make_post, repost_by
):
    reply = make_post(bruno, "Found it.", in_reply_to=post)
    repost_by(carmen, reply)
    assert cards(viewer.get("/")) == [reply.id]


@pytest.mark.parametrize("fixture", ["viewer", "anonymous"])
def test_a_repost_is_hidden_while_the_original_is_deleted(
    app, request, viewer, carmen, post, repost_by, fixture, rows
):
    repost_by(carmen, post)
    browser = request.getfixturevalue(fixture)
    path = "/" if fixture == "viewer" else "/@carmen"
    for verb, shown in (("delete", []), ("restore", [post.id])):
        act(app, post.id, verb)
        assert cards(browser.get(path)) == shown
        assert reposts_count(rows, post) == 1


@pytest.mark.parametrize("blocker", ["ada", "bruno"])
def test_a_repost_of_a_blocked_user_is_hidden(
    viewer, ada, bruno, carmen, post, repost_by, make_block, blocker
):
    repost_by(carmen, post)
    make_block(*((ada, bruno) if blocker == "ada" else (bruno, ada)))
    for path in ("/", "/@carmen"):
        page = viewer.get(path)
        assert cards(page) == []
        assert "ladder" not in page.text


def test_a_repost_of_a_muted_user_is_not_in_home(
    viewer, ada, bruno, carmen, post, repost_by, make_mute
):
    repost_by(carmen, post)
    make_mute(ada, bruno)
    assert cards(viewer.get("/")) == []


# The list of reposters


def test_the_list_shows_the_newest_repost_first(
    post, ada, bruno, carmen, repost_by, anonymous, travel
):
    one(anonymous.get(f"/posts/{post.id}/reposts"), ".empty", text="Nobody yet.")
    for person in (ada, bruno, carmen):
        travel.shift(timedelta(seconds=1))
        repost_by(person, post)
    assert people(anonymous.get(f"/posts/{post.id}/reposts")) == ["carmen", "bruno", "ada"]
    link = one(anonymous.get(f"/posts/{post.id}"), ".post-lists a")
    assert text_of(link) == "3 reposts"
    assert link.attributes["href"] == f"/posts/{post.id}/reposts"


def test_each_reposter_appears_once_over_all_pages(app, post, make_user, anonymous):
    with app.app_context(), writing():
        everybody = [make_user() for _ in range(PAGE + 2)]
        for person in everybody:
            repost(person, post)
        names = [person.username for person in everybody]
    page = anonymous.get(f"/posts/{post.id}/reposts")
    more = one(page, "a#more").attributes["href"]
    assert people(page) + people(anonymous.get(more, htmx=True)) == names[::-1]


def test_the_list_hides_blocked_users(post, ada, carmen, repost_by, make_block, signed_in):
    repost_by(carmen, post)
    make_block(carmen, ada)
    assert people(signed_in(ada).get(f"/posts/{post.id}/reposts")) == []


def test_the_list_shows_whom_the_viewer_follows(viewer, post, bruno, carmen, repost_by):
    repost_by(carmen, post)
    repost_by(bruno, post)
    page = viewer.get(f"/posts/{post.id}/reposts")
    one(page, f"#follow_{carmen.id} button", text="Unfollow")
    one(page, f"#follow_{bruno.id} button", text="Follow")


def test_the_list_of_a_deleted_post_is_not_found(app, post, ada, repost_by, anonymous):
    repost_by(ada, post)
    act(app, post.id, "delete")
    assert anonymous.get(f"/posts/{post.id}/reposts").status_code == 404
