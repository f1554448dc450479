"""The first post with links of a young account waits, where the site says so."""

from datetime import timedelta

import pytest

from app.accounts.models import User
from app.data.database import db, writing
from app.posts.jobs import erase_deleted
from app.posts.models import Post
from app.posts.writing import publish
from tests.html import absent, cards, messages, one, select
from tests.media.drawn import upload

LINK = "Look at https://bargains.example/quaggas"


@pytest.fixture(autouse=True)
def wait(set_site):
    """Have first posts with links wait for seven days."""
    set_site(links_wait_days=7)


@pytest.fixture
def newcomer(mallory, signed_in):
    """Give the client of somebody who has just joined."""
    return signed_in(mallory)


@pytest.fixture
def held(newcomer, rows, ada):
    """Have the newcomer write a post with a link; give its id."""
    newcomer.get("/")
    assert newcomer.post("/posts", {"body": f"{LINK} @ada"}).location == "/posts/waiting"
    return rows("post")[0]["id"]


@pytest.fixture
def held_case(held, rows):
    """Give the case about it."""
    return rows("moderation_case")[0]["id"]


def counted(app):
    check = app.test_cli_runner().invoke(args=["counters", "check"])
    assert check.exit_code == 0, check.output


def test_nobody_sees_it_but_its_author_sees_that_it_waits(
    app, held, newcomer, ada, signed_in, anonymous, rows
):
    page = newcomer.get("/posts/waiting")
    assert "A moderator reads your post before others do." in messages(page)
    one(page, "article", text="It waits for a moderator.")
    for client in (newcomer, signed_in(ada), anonymous):
        for url in ("/", "/explore", "/@mallory", "/search?q=bargains.example"):
            assert cards(client.get(url)) == []
        assert client.get(f"/posts/{held}").status_code == 404
        assert client.get(f"/posts/{held}/picture-x.png").status_code == 404
        assert "bargains" not in client.get("/explore/feed.atom").text
        assert "bargains" not in client.get("/@mallory/feed.json").text
    absent(signed_in(ada).get("/notifications"), "article")
    assert rows("user", "username = 'mallory'")[0]["posts_count"] == 0
    counted(app)


def test_moderators_learn_of_it_and_let_it_through(
    app, desk, held, held_case, decide, ada, signed_in, newcomer, anonymous, rows
):
    one(desk.get("/notifications"), "article", text="Something new is at the desk")
    one(desk.get("/desk?reason=held"), ".desk-case", text="First post with links")
    one(desk.get(f"/desk/{held_case}"), ".desk-quote", text="bargains.example")
    assert decide(held_case, "suspend", why="Spam").status_code == 422
    assert decide(held_case, "let_through").location == "/desk"
    assert cards(anonymous.get("/explore")) == [held]
    assert cards(anonymous.get("/search?q=bargains.example")) == [held]
    select(signed_in(ada).get("/notifications"), "article", text="mentioned you")
    select(newcomer.get("/decisions"), "article", text="let a post of yours through")
    absent(newcomer.get("/posts/waiting"), "article")
    assert rows("user", "username = 'mallory'")[0]["posts_count"] == 1
    absent(anonymous.get("/moderation-log"), "article")
    counted(app)


def test_a_refused_post_is_seen_by_nobody_and_the_author_learns_why(
    app, held, held_case, decide, desk, newcomer, anonymous, travel
):
    assert decide(held_case, "refuse").status_code == 422
    decide(held_case, "refuse", why="It sells.")
    absent(desk.get("/desk"), ".desk-case")
    one(newcomer.get("/posts/waiting"), "article", text="The moderators refused it.")
    page = newcomer.get("/decisions")
    one(page, "article", text="It sells.")
    one(page, "article a", text="Appeal")
    travel.shift(timedelta(days=2))
    with app.app_context():
        erase_deleted()
    assert anonymous.get(f"/posts/{held}").status_code == 404
    button = one(desk.get("/desk/people/mallory"), "button", text="Undo").attributes["formaction"]
    assert desk.post(button).status_code == 303
    assert cards(anonymous.get("/explore")) == [held]
    counted(app)


def test_the_author_cannot_publish_it_alone(held, newcomer, anonymous):
    for url in ("restore", "take-back", "edit"):
        newcomer.token()
        newcomer.post(f"/posts/{held}/{url}", {"body": "Please"})
    assert cards(anonymous.get("/explore")) == []


def test_it_is_kept_until_somebody_decides(app, held, held_case, decide, anonymous, travel):
    travel.shift(timedelta(minutes=30))
    with app.app_context():
        erase_deleted()
    decide(held_case, "let_through")
    assert cards(anonymous.get("/explore")) == [held]


def test_the_same_form_sent_twice_waits_once(newcomer, rows):
    newcomer.get("/")
    for _ in range(2):
        answer = newcomer.post("/posts", {"body": LINK, "nonce": "n1"})
        assert answer.location == "/posts/waiting"
    assert len(rows("post")) == len(rows("moderation_case")) == 1


def test_once_let_through_links_need_no_moderator(held_case, decide, newcomer, rows):
    decide(held_case, "let_through")
    newcomer.token()
    newcomer.post("/posts", {"body": "Another: https://bargains.example/"})
    assert [row["is_held"] for row in rows("post")] == [False, False]


def test_a_reply_waits_and_is_not_counted(app, newcomer, ada, make_post, rows, anonymous):
    post = make_post(ada, "Any quaggas?")
    newcomer.get("/")
    answer = newcomer.post(f"/posts/{post.id}/reply", {"body": LINK}, htmx=True)
    assert answer.headers["HX-Redirect"] == "/posts/waiting"
    assert cards(anonymous.get(f"/posts/{post.id}")) == [post.id]
    assert rows("post")[0]["replies_count"] == 0
    counted(app)


def test_a_link_that_is_added_later_makes_the_post_wait(newcomer, mallory, make_post, anonymous):
    post = make_post(mallory, "Look")
    newcomer.token()
    answer = newcomer.post(f"/posts/{post.id}/edit", {"body": LINK})
    assert answer.location == "/posts/waiting"
    assert cards(anonymous.get("/explore")) == []


@pytest.mark.parametrize("why", ["no link", "off", "old", "moderator"])
def test_what_does_not_wait(app, mallory, set_site, travel, give_role, rows, why):
    if why == "off":
        set_site(links_wait_days=0)
    if why == "old":
        travel.shift(timedelta(days=8))
    if why == "moderator":
        give_role(mallory, "moderator")
    with app.app_context(), writing() as session:
        author = session.get_one(User, mallory.id)
        post = publish(author, "Hello @ada #tea" if why == "no link" else LINK)
        assert not db.session.get_one(Post, post.id).deleted_at
    assert rows("moderation_case") == []


def test_members_do_not_decide(held, held_case, ada, signed_in, anonymous):
    client = signed_in(ada)
    client.token()
    answer = client.post(f"/desk/{held_case}/decide", {"action": "let_through", "why": ""})
    assert answer.status_code == 404
    assert cards(anonymous.get("/explore")) == []


@pytest.mark.parametrize("action", ["let_through", "refuse"])
@pytest.mark.parametrize("was_answered", [False, True])
def test_a_case_is_closed_although_the_account_was_deleted(
    app, desk, newcomer, mallory, ada, make_post, decide, rows, anonymous, action, was_answered
):
    post = make_post(mallory, "Look")
    if was_answered:
        make_post(ada, "Where?", in_reply_to=post)
    newcomer.token()
    newcomer.post(f"/posts/{post.id}/edit", {"body": LINK})
    run = app.test_cli_runner().invoke(args=["user", "delete", "mallory", "--yes"])
    assert run.exit_code == 0, run.output
    case = rows("moderation_case")[0]["id"]
    assert desk.get(f"/desk/{case}").status_code == 200
    answer = decide(case, action, why="It sells.")
    assert answer.status_code in (303, 422)
    if answer.status_code == 422:
        assert decide(case, "dismiss").status_code == 303
    absent(desk.get("/desk"), ".desk-case")
    assert "bargains" not in anonymous.get(f"/posts/{post.id}").text


@pytest.mark.parametrize("action", ["let_through", "refuse"])
def test_who_comes_second_reads_who_was_first(
    held, held_case, decide, with_role, signed_in, action
):
    other = signed_in(with_role("omar"))
    decide(held_case, "let_through")
    answer = decide(held_case, action, client=other, why="It sells.")
    assert answer.status_code == 409
    assert messages(answer) == ["This is decided already: Post let through, by @mo."]
    one(answer, "textarea[name=words]", text="It sells.")


def test_the_author_withdraws_it_and_the_case_closes_by_itself(
    app, held, held_case, newcomer, desk, decide, anonymous, rows
):
    newcomer.get("/posts/waiting")
    assert newcomer.press("main button.btn-outline-danger").location == "/posts/waiting"
    absent(newcomer.get("/posts/waiting"), "article")
    newcomer.post(f"/posts/{held}/restore")
    assert cards(anonymous.get("/explore")) == []
    absent(desk.get("/desk"), ".desk-case")
    answer = decide(held_case, "let_through")
    assert (answer.status_code, messages(answer)) == (409, ["The author has deleted the post."])
    assert cards(anonymous.get("/explore")) == []
    assert rows("post")[0]["is_held"] in (0, False)
    counted(app)


def test_a_reported_post_that_waits_after_an_edit_is_one_case(
    newcomer, mallory, ada, make_post, report, rows, desk
):
    post = make_post(mallory, "Look")
    report(ada, f"/posts/{post.id}", reason="harassment")
    newcomer.token()
    newcomer.post(f"/posts/{post.id}/edit", {"body": LINK})
    [case] = rows("moderation_case")
    assert case["reason"] == "held"
    newcomer.get("/posts/waiting")
    newcomer.press("main button.btn-outline-danger")
    [case] = rows("moderation_case", "closed_at IS NULL")
    assert case["reason"] == "harassment"
    one(desk.get(f"/desk/{case['id']}"), "input[value=dismiss]")


def test_the_desk_shows_the_pictures_of_a_post_that_waits(
    files, newcomer, desk, ada, signed_in, rows
):
    newcomer.get("/")
    fields = {"body": LINK, "nonce": "abc", "pictures": [upload()], "description_1": "A pill"}
    newcomer.post("/posts", fields)
    [case], [picture] = rows("moderation_case"), rows("picture")
    url = f"/desk/pictures/{case['id']}/{picture['key']}"
    page = desk.get(f"/desk/{case['id']}")
    one(page, f".desk-quote img[src='{url}'][alt='A pill']")
    one(page, "figcaption", text="A pill")
    assert desk.get(url).status_code == 200
    assert signed_in(ada).get(url).status_code == 404
