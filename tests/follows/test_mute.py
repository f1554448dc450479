"""Muting: hides a user from the viewer's timelines; nobody else can see it."""

import pytest

from app.follows.models import mute
from app.web.answers import is_own_path
from tests.html import absent, attributes, cards, messages, one, people
from tests.test_every_page import FLEETING


@pytest.fixture
def muted(ada, bruno, make_follow, make_mute, make_post):
    """Ada follows Bruno and has muted Bruno; gives Bruno's post."""
    make_follow(ada, bruno)
    make_follow(bruno, ada)
    post = make_post(bruno)
    make_mute(ada, bruno)
    return post


def everything_seen(client):
    """Follow the links of the site; return the text of each page that is reached."""
    seen, ahead = {}, ["/", "/explore"]
    while ahead:
        path = ahead.pop()
        if path in seen or not is_own_path(path) or path.startswith("/static/"):
            continue
        page = client.get(path)
        seen[path] = page.status_code, FLEETING.sub(r"\1", page.text)
        ahead += [link.partition("#")[0] or path for link in attributes(page, "a[href]", "href")]
        ahead += attributes(page, "[hx-get]", "hx-get")
    return seen


def test_timelines_hide_muted_users(muted, ada, make_post, signed_in):
    own = make_post(ada)
    client = signed_in(ada)
    assert cards(client.get("/")) == [own.id]
    assert cards(client.get("/explore")) == [own.id]


@pytest.mark.parametrize("path", ["/", "/explore"])
def test_new_posts_of_muted_users_are_not_counted(muted, ada, signed_in, path):
    assert signed_in(ada).get(f"{path}?since=0", htmx=True).status_code == 204


def test_the_profile_and_posts_of_a_muted_user_can_still_be_read(muted, ada, bruno, signed_in):
    client = signed_in(ada)
    page = client.get("/@bruno")
    assert cards(page) == [muted.id]
    one(page, "form.follow[action='/@bruno/unfollow']")
    one(page, f".menu #mute_{bruno.id}", text="Unmute")
    assert cards(client.get(f"/posts/{muted.id}")) == [muted.id]
    assert people(client.get("/@ada/followers")) == ["bruno"]


def test_follows_and_counts_stay(muted, rows):
    assert len(rows("follow")) == 2
    assert {row["followers_count"] for row in rows("user")} == {1}


def test_unmuting_shows_the_posts_again(muted, ada, bruno, signed_in):
    client = signed_in(ada)
    client.get("/@bruno")
    client.press(f"#mute_{bruno.id}")
    assert cards(client.get("/")) == cards(client.get("/explore")) == [muted.id]


def test_no_page_of_another_viewer_changes_with_a_mute(
    ada, bruno, make_user, make_follow, make_post, make_mute, signed_in, anonymous, travel
):
    carmen = make_user("carmen")
    for follower, followed in ((ada, bruno), (bruno, ada), (carmen, ada), (carmen, bruno)):
        make_follow(follower, followed)
    for person in (ada, bruno, carmen):
        make_post(person)
    clients = [signed_in(bruno), signed_in(carmen), anonymous]
    for client in clients[:2]:
        client.get("/notifications")  # Which reads them.
    before = [everything_seen(client) for client in clients]
    make_mute(ada, bruno)
    assert [everything_seen(client) for client in clients] == before
    assert {"/@ada", "/@ada/followers", "/@ada/following", "/settings/blocks"} <= set(before[0])


def test_a_mute_has_no_effect_on_the_muted_user(muted, ada, bruno, make_post, signed_in):
    post = make_post(ada)
    assert cards(signed_in(bruno).get("/")) == [post.id, muted.id]


@pytest.mark.parametrize("blocker", ["ada", "bruno"])
def test_a_block_does_not_prevent_a_mute(ada, bruno, make_block, signed_in, rows, blocker):
    make_block(*((ada, bruno) if blocker == "ada" else (bruno, ada)))
    signed_in(ada).post("/@bruno/mute")
    assert [(row["muter_id"], row["muted_id"]) for row in rows("mute")] == [(ada.id, bruno.id)]


def test_mute_swaps_the_button_and_shows_a_message(ada, bruno, signed_in):
    client = signed_in(ada)
    client.get("/@bruno")
    answer = client.press(f"#mute_{bruno.id}", htmx=True)
    assert one(answer, f"#mute_{bruno.id}").attributes["formaction"] == "/@bruno/unmute"
    assert "Nobody is told" in messages(answer)[0]
    answer = client.post("/@bruno/unmute", htmx=True)
    assert one(answer, f"#mute_{bruno.id}").attributes["formaction"] == "/@bruno/mute"
    assert messages(answer) == ["You unmuted @bruno."]


def test_without_javascript_muting_leads_back_to_the_profile(ada, bruno, signed_in):
    client = signed_in(ada)
    client.get("/@bruno?x=1")
    answer = client.press(f"#mute_{bruno.id}")
    assert answer.location == "/@bruno?x=1"
    page = client.follow(answer)
    assert "Nobody is told" in messages(page)[0]
    one(page, f"#mute_{bruno.id}", text="Unmute")


@pytest.mark.parametrize("htmx", [True, False])
def test_muting_and_unmuting_twice_is_the_same_as_once(ada, bruno, signed_in, rows, htmx):
    client = signed_in(ada)
    assert len({client.post("/@bruno/mute", htmx=htmx).status_code for _ in range(2)}) == 1
    assert len(rows("mute")) == 1
    assert len({client.post("/@bruno/unmute", htmx=htmx).status_code for _ in range(2)}) == 1
    assert rows("mute") == []


def test_concurrent_mutes_mute_once(app, ada, bruno, together, rows):
    def act(_number):
        with app.app_context():
            mute(ada, bruno)

    together(act, range(10))
    assert len(rows("mute")) == 1


def test_the_verb_refuses_to_mute_oneself(app, ada):
    with app.app_context(), pytest.raises(ValueError, match="themselves"):
        mute(ada, ada)


def test_anonymous_viewers_and_the_owner_of_a_profile_get_no_menu(ada, signed_in, anonymous):
    absent(anonymous.get("/@ada"), ".menu")
    absent(signed_in(ada).get("/@ada"), ".menu")
