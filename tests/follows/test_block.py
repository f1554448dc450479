"""Blocking: two users see nothing of each other; the blocker can undo it."""

from itertools import chain

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError

from app.data.database import db
from app.follows.models import Block, block, follow, unblock, unfollow
from app.web.paging import PAGE
from tests.html import absent, attributes, cards, messages, one, people, text_of

VERBS = ["block", "unblock", "mute", "unmute"]


@pytest.fixture
def carmen(make_user):
    """A third user."""
    return make_user("carmen")


@pytest.fixture
def posts_after_block(ada, bruno, carmen, make_block, make_follow, make_post):
    """Ada has blocked Bruno, and Carmen follows both; gives the posts of Ada and Bruno."""
    for one_of, other in ((ada, bruno), (bruno, ada), (ada, carmen), (bruno, carmen)):
        make_follow(one_of, other)
    make_follow(carmen, ada)
    make_follow(carmen, bruno)
    posts = {person: make_post(person) for person in (ada, bruno)}
    make_block(ada, bruno)
    return posts


def counts(rows, user):
    row = rows("user", "id = :id", id=user.id)[0]
    return row["followers_count"], row["following_count"]


# The verbs


def test_a_block_ends_the_follows_both_ways_and_counts_them(
    ada, bruno, make_follow, signed_in, rows
):
    make_follow(ada, bruno)
    make_follow(bruno, ada)
    signed_in(ada).post("/@bruno/block", htmx=True)
    assert rows("follow") == []
    assert counts(rows, ada) == counts(rows, bruno) == (0, 0)


@pytest.mark.parametrize("one_way", [("ada", "bruno"), ("bruno", "ada")])
def test_a_block_ends_a_follow_in_one_direction_and_counts_it(app, ada, bruno, one_way, rows):
    users = {"ada": ada, "bruno": bruno}
    with app.app_context():
        follow(*(users[name] for name in one_way))
        block(ada, bruno)
    assert rows("follow") == []
    assert counts(rows, ada) == counts(rows, bruno) == (0, 0)


def test_a_block_keeps_other_follows(posts_after_block, ada, bruno, carmen, rows):
    assert counts(rows, ada) == counts(rows, bruno) == (1, 1)
    assert counts(rows, carmen) == (2, 2)


@pytest.mark.parametrize("htmx", [True, False])
def test_a_block_of_mutual_followers_stays_within_its_statements(
    ada, bruno, make_follow, signed_in, statements, htmx
):
    make_follow(ada, bruno)
    make_follow(bruno, ada)
    client = signed_in(ada)
    client.token()
    with statements() as sent:
        client.post("/@bruno/block", htmx=htmx)
    assert len(sent) <= 10, sent


@pytest.mark.parametrize("htmx", [True, False])
def test_blocking_and_unblocking_twice_is_the_same_as_once(ada, bruno, signed_in, rows, htmx):
    client = signed_in(ada)
    answers = [client.post("/@bruno/block", htmx=htmx) for _ in range(2)]
    assert answers[0].status_code == answers[1].status_code
    assert len(rows("block")) == 1
    answers = [client.post("/@BRUNO/unblock", htmx=htmx) for _ in range(2)]
    assert answers[0].status_code == answers[1].status_code
    assert rows("block") == []


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("htmx", [True, False])
def test_nobody_can_block_or_mute_themselves(ada, signed_in, rows, verb, htmx):
    answer = signed_in(ada).post(f"/@ada/{verb}", htmx=htmx)
    assert answer.status_code == 400
    assert "You cannot block or mute yourself." in answer.text
    assert rows("block") == rows("mute") == []


def test_the_verbs_refuse_to_block_or_mute_oneself(app, ada):
    with app.app_context():
        with pytest.raises(ValueError, match="themselves"):
            block(ada, ada)
        with pytest.raises(IntegrityError), db.engine.begin() as connection:
            connection.execute(insert(Block).values(blocker_id=ada.id, blocked_id=ada.id))


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.parametrize("htmx", [True, False])
def test_somebody_who_does_not_exist_is_not_found(ada, signed_in, verb, htmx):
    assert signed_in(ada).post(f"/@nobody/{verb}", htmx=htmx).status_code == 404


@pytest.mark.parametrize("htmx", [True, False])
def test_after_a_block_neither_user_can_follow_the_other(
    posts_after_block, ada, bruno, signed_in, rows, htmx
):
    before = rows("follow")
    assert signed_in(bruno).post("/@ada/follow", htmx=htmx).status_code == 404
    assert signed_in(ada).post("/@bruno/follow", htmx=htmx).status_code == 404
    assert rows("follow") == before


def test_the_follow_verb_refuses_blocked_users(app, posts_after_block, ada, bruno):
    with app.app_context():
        assert [follow(ada, bruno), follow(bruno, ada)] == [False, False]


def test_a_block_wins_over_concurrent_follows(app, ada, bruno, together, rows):
    def act(step):
        verb, *pair = step
        with app.app_context():
            verb(*pair)

    pairs = [(ada, bruno), (bruno, ada)]
    steps = [(verb, *pair) for verb in (follow, unfollow, follow) for pair in pairs * 3]
    together(act, [*steps, (block, ada, bruno), (block, bruno, ada)])
    assert len(rows("block")) == 2
    assert rows("follow") == []
    assert counts(rows, ada) == counts(rows, bruno) == (0, 0)


def test_counts_stay_exact_under_concurrent_blocks_and_follows(app, ada, bruno, together, rows):
    def act(step):
        verb, *pair = step
        with app.app_context():
            verb(*pair)

    pairs = [(ada, bruno), (bruno, ada)]
    verbs = (follow, block, unblock, follow, unfollow)
    together(act, [(verb, *pair) for verb in verbs for pair in pairs * 2])
    for user in (ada, bruno):
        followers = rows("follow", "followed_id = :id", id=user.id)
        following = rows("follow", "follower_id = :id", id=user.id)
        assert counts(rows, user) == (len(followers), len(following))
    assert not (rows("block") and rows("follow"))


# The profile of a blocked user


def test_block_swaps_the_profile_for_a_name_and_an_unblock_button(ada, bruno, make_post, signed_in):
    make_post(bruno)
    client = signed_in(ada)
    page = client.get("/@bruno")
    button = one(page, ".menu button[formaction='/@bruno/block']")
    one(page, button.attributes["hx-target"])
    answer = client.press(f"#block_{bruno.id}", htmx=True)
    assert answer.status_code == 200
    section = one(answer, "section#profile")
    assert one(answer, f"#block_{bruno.id}").attributes["formaction"] == "/@bruno/unblock"
    assert "“Unblock” undoes it" in messages(answer)[0]
    assert section.html in one(client.get("/@bruno"), "main").html


def test_without_javascript_blocking_leads_back_to_the_profile(ada, bruno, signed_in):
    client = signed_in(ada)
    client.get("/@bruno")
    answer = client.press(f"#block_{bruno.id}")
    assert answer.location == "/@bruno"
    page = client.follow(answer)
    assert "“Unblock” undoes it" in messages(page)[0]
    one(page, f"#block_{bruno.id}", text="Unblock")


def test_the_blocker_sees_a_name_and_an_unblock_button(posts_after_block, ada, bruno, signed_in):
    page = signed_in(ada).get("/@bruno")
    assert page.status_code == 200
    assert text_of(one(page, "h1")) == "bruno @bruno"
    one(page, "main button", text="Unblock")
    one(page, "main p", text="You have blocked this person")
    absent(page, "article, .profile-counts, form.follow, .menu, main time")
    absent(page, "main a:not([href$='/report'])")


@pytest.mark.parametrize("path", ["/@bruno?before=5", "/@bruno?through=5"])
def test_the_next_page_of_a_profile_blocked_meanwhile_is_the_unblock_button(
    posts_after_block, ada, signed_in, path
):
    answer = signed_in(ada).get(path, htmx=True)
    one(answer, "section#profile button", text="Unblock")
    absent(answer, "article")


def test_the_blocked_user_gets_the_same_404_as_for_an_unknown_username(
    posts_after_block, ada, bruno, signed_in, anonymous
):
    client = signed_in(bruno)
    for path in ("/@{}", "/@{}?before=5", "/@{}/followers", "/@{}/following"):
        for htmx in (False, True):
            hidden = client.get(path.format("ada"), htmx=htmx)
            missing = client.get(path.format("nobody"), htmx=htmx)
            assert hidden.status_code == missing.status_code == 404
            assert without_token(hidden) == without_token(missing)
    assert client.get(f"/posts/{posts_after_block[ada].id}").status_code == 404
    assert client.get("/avatars/ada.svg").status_code == 200


def without_token(answer):
    """Return the text of an answer without the CSRF token, which changes every second."""
    return answer.text.replace(
        next(iter(attributes(answer, "[name=csrf_token]", "value")), "-"), ""
    )


@pytest.mark.parametrize("path", ["/@bruno/followers", "/@bruno/following", "/posts/{post}"])
def test_lists_and_posts_of_the_blocked_user_are_not_found(
    posts_after_block, ada, bruno, signed_in, path
):
    answer = signed_in(ada).get(path.format(post=posts_after_block[bruno].id))
    assert answer.status_code == 404


# Lists


@pytest.mark.parametrize(("viewer", "other"), [("ada", "bruno"), ("bruno", "ada")])
def test_no_list_shows_the_other_user(app, posts_after_block, ada, bruno, signed_in, viewer, other):
    users = {"ada": ada, "bruno": bruno}
    client = signed_in(users[viewer])
    for path in ("/", "/explore"):
        assert cards(client.get(path)) == [posts_after_block[users[viewer]].id]
    for path in ("/@carmen/followers", "/@carmen/following", f"/@{viewer}/followers"):
        shown = people(client.get(path))
        assert shown
        assert other not in shown


@pytest.mark.parametrize("viewer", ["ada", "bruno"])
def test_new_posts_of_the_other_user_are_not_counted(
    posts_after_block, ada, bruno, signed_in, viewer
):
    client = signed_in({"ada": ada, "bruno": bruno}[viewer])
    for path in ("/?since=0", "/explore?since=0"):
        assert client.get(path, htmx=True).status_code == 204


def test_anonymous_viewers_and_other_users_see_everything(
    posts_after_block, ada, bruno, carmen, signed_in, anonymous
):
    everything = sorted((post.id for post in posts_after_block.values()), reverse=True)
    for client in (signed_in(carmen), anonymous):
        assert cards(client.get("/explore")) == everything
        assert sorted(people(client.get("/@carmen/followers"))) == ["ada", "bruno"]
        for person, post in posts_after_block.items():
            assert cards(client.get(f"/@{person.username}")) == [post.id]
            assert client.get(f"/posts/{post.id}").status_code == 200


# Unblocking


def test_unblocking_shows_both_again_and_restores_no_follow(
    posts_after_block, ada, bruno, signed_in, rows
):
    follows = rows("follow")
    client = signed_in(ada)
    client.get("/@bruno")
    page = client.follow(client.press(f"#block_{bruno.id}"))
    assert cards(page) == [posts_after_block[bruno].id]
    assert one(page, "form.follow").attributes["action"] == "/@bruno/follow"
    assert cards(signed_in(bruno).get("/@ada")) == [posts_after_block[ada].id]
    assert rows("follow") == follows
    assert client.post("/@bruno/follow").status_code == 303
    assert counts(rows, bruno) == (2, 1)


def test_unblock_makes_htmx_reload_the_page_with_a_message(
    posts_after_block, ada, bruno, signed_in
):
    client = signed_in(ada)
    client.get("/@bruno")
    answer = client.press(f"#block_{bruno.id}", htmx=True)
    assert answer.status_code == 200
    assert answer.headers["HX-Refresh"] == "true"
    assert answer.text == ""
    assert messages(client.get("/@bruno")) == ["You unblocked @bruno."]


def test_the_blocked_user_cannot_unblock(posts_after_block, bruno, signed_in, rows):
    signed_in(bruno).post("/@ada/unblock")
    assert len(rows("block")) == 1


def test_blocking_back_is_invisible_and_outlasts_the_first_block(
    posts_after_block, ada, bruno, signed_in, make_block
):
    client = signed_in(ada)
    before = without_token(client.get("/@bruno"))
    make_block(bruno, ada)
    assert without_token(client.get("/@bruno")) == before
    one(signed_in(bruno).get("/@ada"), "main button", text="Unblock")
    client.post("/@bruno/unblock")
    assert client.get("/@bruno").status_code == 404


# The list in the settings


def test_the_settings_list_the_viewers_own_blocks_and_mutes_only(
    ada, bruno, carmen, make_block, make_mute, make_user, signed_in, travel
):
    dora = make_user("dora")
    for act, person in ((make_mute, bruno), (make_block, carmen), (make_mute, dora)):
        travel.shift(1)
        act(ada, person)
    travel.shift(1)
    make_block(ada, bruno)
    make_block(dora, ada)
    page = signed_in(ada).get("/settings/blocks")
    one(page, "nav.tabs a[aria-current]", text="Blocks")
    assert people(page) == ["bruno", "dora", "carmen"]
    offered = attributes(page, "#people button", "formaction")
    assert offered == ["/@bruno/unblock", "/@bruno/unmute", "/@dora/unmute", "/@carmen/unblock"]


def test_the_list_does_not_show_the_profile_text_of_a_blocked_user(
    ada, make_user, make_block, make_mute, signed_in
):
    make_block(ada, make_user("dora", about_me="Words of Dora"))
    make_mute(ada, make_user("emil", about_me="Words of Emil"))
    page = signed_in(ada).get("/settings/blocks")
    assert "Words of Dora" not in page.text
    assert "Words of Emil" in page.text


@pytest.mark.parametrize(("verb", "table"), [("block", "block"), ("mute", "mute")])
def test_unblocking_in_the_list_leads_back_to_the_list(
    ada, bruno, make_block, make_mute, signed_in, rows, verb, table
):
    {"block": make_block, "mute": make_mute}[verb](ada, bruno)
    client = signed_in(ada)
    client.get("/settings/blocks")
    answer = client.press(f"#{verb}_{bruno.id}")
    assert answer.location == "/settings/blocks"
    one(client.follow(answer), ".empty", text="You have blocked or muted nobody.")
    assert rows(table) == []


def test_each_blocked_or_muted_user_appears_once_over_all_pages(
    ada, make_user, make_block, make_mute, signed_in
):
    kept = [make_user(password=None) for _ in range(2 * PAGE + 3)]
    for number, person in enumerate(kept):
        if number % 3:
            make_block(ada, person)
        if number % 2 or number % 3 == 0:
            make_mute(ada, person)
    client = signed_in(ada)
    for htmx in (False, True):
        seen, path = [people(client.get("/settings/blocks"))], "/settings/blocks"
        page = client.get(path)
        while path := next(iter(attributes(page, "a#more", "href")), None):
            page = client.get(path, htmx=htmx)
            seen.append(people(page))
        assert [len(shown) for shown in seen] == [PAGE, PAGE, 3]
        assert sorted(chain(*seen)) == sorted(person.username for person in kept)
