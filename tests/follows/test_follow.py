"""Following and unfollowing, with and without JavaScript."""

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app.data.database import db
from app.follows import routes
from app.follows.models import Follow, follow, unfollow
from tests.html import absent, attributes, messages, one, people, text_of


def counts(rows, user):
    row = rows("user", "id = :id", id=user.id)[0]
    return row["followers_count"], row["following_count"]


def test_follow_swaps_the_button_and_the_count(ada, bruno, signed_in, rows):
    client = signed_in(ada)
    client.get("/@bruno")
    answer = client.submit(f"#follow_{bruno.id}", htmx=True)
    assert answer.status_code == 200
    assert one(answer, f"form#follow_{bruno.id}").attributes["action"] == "/@bruno/unfollow"
    one(answer, "button", text="Unfollow")
    count = one(answer, f"hx-partial[hx-target='#followers_{bruno.id}']")
    assert text_of(count) == "1"
    word = one(answer, f"hx-partial[hx-target='#word_followers_{bruno.id}']")
    assert text_of(word) == "follower"
    assert counts(rows, bruno) == (1, 0)
    assert counts(rows, ada) == (0, 1)


def test_unfollow_swaps_them_back(ada, bruno, signed_in, make_follow, rows):
    make_follow(ada, bruno)
    client = signed_in(ada)
    client.get("/@bruno")
    answer = client.submit(f"#follow_{bruno.id}", htmx=True)
    assert one(answer, "form").attributes["action"] == "/@bruno/follow"
    assert text_of(one(answer, "hx-partial[hx-target^='#followers']")) == "0"
    assert text_of(one(answer, "hx-partial[hx-target^='#word']")) == "followers"
    assert rows("follow") == []
    assert counts(rows, bruno) == (0, 0)


@pytest.mark.parametrize("verb", ["follow", "unfollow"])
def test_a_user_who_blocks_meanwhile_is_not_shown(
    ada, bruno, signed_in, make_follow, make_block, monkeypatch, verb
):
    if verb == "unfollow":
        make_follow(ada, bruno)
    client = signed_in(ada)
    client.get("/@bruno")
    monkeypatch.setattr(routes, verb, lambda _viewer, _author: make_block(bruno, ada))
    assert client.submit(f"#follow_{bruno.id}", htmx=True).status_code == 404


def test_without_javascript_following_leads_back_to_where_the_button_was(ada, bruno, signed_in):
    client = signed_in(ada)
    client.get("/@bruno/followers?before=5")
    page = client.get("/@bruno")
    answer = client.submit(f"#follow_{bruno.id}")
    assert answer.status_code == 303
    assert answer.location == f"/@bruno#follow_{bruno.id}"
    page = client.follow(answer)
    one(page, f"#follow_{bruno.id} button", text="Unfollow")
    assert text_of(one(page, f"#followers_{bruno.id}")) == "1"


def test_the_button_says_following_and_that_it_unfollows(ada, bruno, signed_in, make_follow):
    make_follow(ada, bruno)
    for path in ("/@bruno", "/@ada/following"):
        button = one(signed_in(ada).get(path), f"#follow_{bruno.id} button")
        assert button.attributes["aria-label"] == "Following: unfollow bruno"
        assert [text_of(word) for word in button.css("span")] == ["Following", "Unfollow"]


def test_who_follows_the_viewer_is_marked(ada, bruno, make_user, signed_in, anonymous, make_follow):
    carmen = make_user("carmen")
    make_follow(bruno, ada)
    make_follow(bruno, carmen)
    make_follow(ada, carmen)
    client = signed_in(ada)
    one(client.get("/@bruno"), ".profile .follows-you", text="Follows you")
    one(client.get("/@carmen/followers"), f"#user_{bruno.id} .follows-you")
    absent(client.get("/@carmen/followers"), f"#user_{ada.id} .follows-you")
    for page in (client.get("/@carmen"), anonymous.get("/@bruno"), signed_in(bruno).get("/@ada")):
        absent(page, ".follows-you")


def test_following_from_a_list_leads_back_into_the_list(
    ada, bruno, make_user, make_follow, signed_in
):
    carmen = make_user("carmen")
    make_follow(carmen, bruno)
    client = signed_in(ada)
    client.get("/@bruno/followers?x=1")
    answer = client.submit(f"#follow_{carmen.id}")
    assert answer.location == f"/@bruno/followers?x=1#follow_{carmen.id}"


def test_following_never_redirects_to_another_site(ada, bruno, signed_in):
    client = signed_in(ada)
    for elsewhere in ("http://evil.example/@bruno", "http://localhost//evil.example/", "nonsense"):
        answer = client.post("/@bruno/follow", headers={"Referer": elsewhere})
        assert answer.location == "/@bruno"


@pytest.mark.parametrize("htmx", [True, False])
def test_following_twice_counts_once(ada, bruno, signed_in, rows, htmx):
    client = signed_in(ada)
    first = client.post("/@bruno/follow", htmx=htmx)
    second = client.post("/@BRUNO/follow", htmx=htmx)
    assert first.status_code == second.status_code
    assert len(rows("follow")) == 1
    assert counts(rows, bruno) == (1, 0)
    for _ in range(2):
        client.post("/@bruno/unfollow", htmx=htmx)
    assert counts(rows, bruno) == (0, 0)
    assert counts(rows, ada) == (0, 0)


@pytest.mark.parametrize("htmx", [True, False])
def test_nobody_follows_themselves(ada, signed_in, rows, htmx):
    answer = signed_in(ada).post("/@ada/follow", htmx=htmx)
    assert answer.status_code == 400
    assert "You cannot follow yourself." in answer.text
    assert rows("follow") == []


def test_the_verb_refuses_to_follow_oneself(app, ada):
    with app.app_context():
        with pytest.raises(ValueError, match="themselves"):
            follow(ada, ada)
        with pytest.raises(IntegrityError), db.engine.begin() as connection:
            connection.execute(insert(Follow).values(follower_id=ada.id, followed_id=ada.id))


@pytest.mark.parametrize("verb", ["follow", "unfollow"])
@pytest.mark.parametrize("htmx", [True, False])
def test_somebody_who_does_not_exist_is_not_found(ada, signed_in, verb, htmx):
    assert signed_in(ada).post(f"/@nobody/{verb}", htmx=htmx).status_code == 404


def test_an_anonymous_viewer_is_sent_to_log_in_and_back_to_the_profile(bruno, ada, anonymous):
    page = anonymous.get("/@bruno")
    absent(page, "form.follow")
    link = one(page, ".profile-action a", text="Follow")
    page = anonymous.get(link.attributes["href"])
    anonymous.get(one(page, "main a[href^='/login']").attributes["href"])
    answer = anonymous.submit("main form", login="ada", password="rain on the tin roof")
    assert answer.location == "/@bruno"


def test_an_anonymous_viewer_comes_back_to_the_search_that_found_somebody(bruno, ada, anonymous):
    link = one(anonymous.get("/search?q=bruno&by=people"), ".person a.btn", text="Follow")
    page = anonymous.get(link.attributes["href"])
    anonymous.get(one(page, "main a[href^='/login']").attributes["href"])
    answer = anonymous.submit("main form", login="ada", password="rain on the tin roof")
    assert answer.location == "/search?q=bruno&by=people"


def test_an_anonymous_viewer_with_htmx_gets_a_message_and_keeps_the_page(bruno, anonymous):
    answer = anonymous.post("/@bruno/follow", htmx=True)
    assert answer.status_code == 401
    one(answer, "hx-partial[hx-target='#flash'] .message")


def test_the_verbs_return_whether_anything_changed(app, ada, bruno):
    with app.app_context():
        assert [follow(ada, bruno), follow(ada, bruno)] == [True, False]
        assert [unfollow(ada, bruno), unfollow(ada, bruno)] == [True, False]


def test_lists_of_people_show_the_newest_follow_first(
    ada, bruno, make_user, make_follow, anonymous, travel
):
    carmen = make_user("carmen")
    for follower in (bruno, carmen):
        travel.shift(1)
        make_follow(follower, ada)
    travel.shift(1)
    make_follow(bruno, carmen)
    assert people(anonymous.get("/@ada/followers")) == ["carmen", "bruno"]
    assert people(anonymous.get("/@bruno/following")) == ["carmen", "ada"]
    assert people(anonymous.get("/@ada/following")) == []


def test_lists_of_people_show_whom_the_viewer_follows(
    ada, bruno, make_user, make_follow, signed_in
):
    carmen = make_user("carmen")
    make_follow(bruno, carmen)
    make_follow(ada, carmen)
    make_follow(ada, bruno)
    page = signed_in(ada).get("/@carmen/followers")
    assert one(page, f"#user_{bruno.id} form").attributes["action"] == "/@bruno/unfollow"
    absent(page, f"#user_{ada.id} form")


def test_each_follower_appears_once_over_all_pages(ada, make_user, make_follow, anonymous):
    followers = [make_user() for _ in range(60)]
    for follower in followers:
        make_follow(follower, ada)
    seen, path, pages = [], "/@ada/followers", 0
    while path:
        page = anonymous.get(path)
        seen += people(page)
        pages += 1
        path = next(iter(attributes(page, "a#more", "href")), None)
    assert sorted(seen) == sorted(follower.username for follower in followers)
    assert pages == 3


def test_an_empty_list_says_so(ada, anonymous):
    one(anonymous.get("/@ada/followers"), ".empty", text="Nobody yet.")
    one(anonymous.get("/@ada/following"), ".empty", text="Explore")


def test_concurrent_mutual_follows_both_count(app, ada, bruno, together, rows):
    def act(pair):
        with app.app_context():
            follow(*pair)
            unfollow(*pair)
            follow(*pair)

    together(act, [(ada, bruno), (bruno, ada)] * 5)
    assert counts(rows, ada) == counts(rows, bruno) == (1, 1)
    assert len(rows("follow")) == 2


def test_messages_do_not_pile_up(ada, bruno, signed_in):
    client = signed_in(ada)
    client.post("/@bruno/follow", htmx=True)
    assert messages(client.get("/")) == []
