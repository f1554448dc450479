"""What an anonymous viewer wanted to do is named, and done once they have joined or logged in."""

from urllib.parse import urlencode

import pytest

from app.data.database import db
from app.posts.models import Post
from tests.conftest import PASSWORD
from tests.html import absent, attributes, messages, one, text_of

NEW = {"username": "newcomer", "email": "new@example.org", "password": "a long password"}


@pytest.fixture
def post(bruno, make_post):
    return make_post(bruno)


def come(client, page, css):
    """Press what an anonymous viewer sees in place of a button."""
    return client.get(one(client.get(page), css).attributes["href"])


def join(client, **typed):
    return client.submit("main form", **NEW | typed)


def log_in(client, login="ada"):
    return client.submit("main form", login=login, password=PASSWORD)


def id_of(rows, username):
    return rows("user", "username = :name", name=username)[0]["id"]


def test_follow_says_why_to_join_and_is_done_once_joined(bruno, anonymous, rows):
    page = come(anonymous, "/@bruno", f"#follow_{bruno.id}")
    assert text_of(one(page, "h1")) == "Join to follow bruno"
    assert rows("follow") == []
    answer = join(anonymous)
    assert answer.location == "/welcome?next=/@bruno"
    assert messages(anonymous.follow(answer)) == ["Welcome, newcomer!", "You follow bruno now."]
    newcomer = id_of(rows, "newcomer")
    assert [(row["follower_id"], row["followed_id"]) for row in rows("follow")] == [
        (newcomer, bruno.id)
    ]


def test_every_link_to_join_and_to_log_in_there_has_it(bruno, anonymous):
    page = come(anonymous, "/@bruno", f"#follow_{bruno.id}")
    refused = join(anonymous, username="")
    for each in (page, refused):
        links = attributes(each, "a[href^='/register'], a[href^='/login']", "href")
        assert len(links) == 4
        assert all("then=/@bruno/follow" in link for link in links)


def test_it_is_done_once_logged_in_too(ada, bruno, anonymous, rows):
    page = come(anonymous, "/@bruno", f"#follow_{bruno.id}")
    page = anonymous.get(one(page, "main a[href^='/login']").attributes["href"])
    assert text_of(one(page, "h1")) == "Log in to follow bruno"
    assert log_in(anonymous).location == "/@bruno"
    assert rows("follow")[0]["follower_id"] == ada.id


def test_it_survives_errors_and_changing_between_the_forms(ada, bruno, anonymous, rows):
    come(anonymous, "/@bruno", f"#follow_{bruno.id}")
    page = join(anonymous, username="ADA")
    assert page.status_code == 422
    assert text_of(one(page, "h1")) == "Join to follow bruno"
    page = anonymous.get(one(page, "main a[href^='/login']").attributes["href"])
    anonymous.get(one(page, "main a[href^='/register']").attributes["href"])
    assert join(anonymous).status_code == 303
    assert len(rows("follow")) == 1


@pytest.mark.parametrize(
    ("verb", "why", "done"),
    [
        ("like", "Join to like this", "You like the post now."),
        ("repost", "Join to repost this", "You reposted the post."),
    ],
)
def test_a_button_of_a_card_is_pressed_once_joined(post, anonymous, rows, verb, why, done):
    page = come(anonymous, "/explore", f"#post_{post.id} a.{verb}")
    assert text_of(one(page, "h1")) == why
    answer = join(anonymous)
    assert answer.location == f"/welcome?next=/posts/{post.id}"
    assert messages(anonymous.follow(answer)) == ["Welcome, newcomer!", done]
    by = id_of(rows, "newcomer")
    if verb == "like":
        assert [(row["user_id"], row["post_id"]) for row in rows("like")] == [(by, post.id)]
    else:
        assert rows("post", "repost_of_id = :id", id=post.id)[0]["author_id"] == by


def test_reply_says_why_to_join_and_leads_to_the_form(post, anonymous):
    page = come(anonymous, "/explore", f"#post_{post.id} a.reply")
    assert text_of(one(page, "h1")) == "Join to reply"
    assert join(anonymous).location == f"/welcome?next=/posts/{post.id}/reply"


def test_when_registration_is_closed_the_way_leads_to_log_in(bruno, ada, anonymous, set_site, rows):
    set_site(registration="closed")
    page = come(anonymous, "/@bruno", f"#follow_{bruno.id}")
    assert text_of(one(page, "h1")) == "Log in to follow bruno"
    assert log_in(anonymous).location == "/@bruno"
    assert len(rows("follow")) == 1


# Links from elsewhere


@pytest.mark.parametrize("path", ["/register", "/login"])
def test_a_get_does_nothing_for_who_is_signed_in(ada, bruno, signed_in, rows, path):
    way = f"{path}?{urlencode({'then': '/@bruno/follow', 'next': '/@bruno'})}"
    assert signed_in(ada).get(way).location == "/@bruno"
    assert rows("follow") == []


def test_a_form_of_another_site_does_nothing(ada, bruno, anonymous, rows):
    anonymous.get("/login")
    fields = {"login": "ada", "password": PASSWORD, "sent_to": "/@bruno/follow"}
    origin = {"Origin": "https://evil.example"}
    assert anonymous.post("/login", fields, headers=origin).status_code == 400
    assert anonymous.post("/login", fields, token=None).status_code == 400
    assert rows("follow") == []


@pytest.mark.parametrize(
    "then",
    [
        *("/@nobody/follow", "/@bruno/unfollow", "/@bruno/block", "/@bruno", "/posts", "/logout"),
        *("https://evil.example/@bruno/follow", "//evil.example", "x", "/\x00", "/posts/9/delete"),
        *("/posts/99/like", "/posts/99/repost", "/" + "x" * 3000),
    ],
)
def test_nothing_else_is_done(ada, bruno, anonymous, rows, then):
    page = anonymous.get(f"/login?{urlencode({'then': then})}")
    assert page.status_code == 200
    assert log_in(anonymous).status_code == 303
    assert rows("follow") == rows("block") == rows("like") == []
    assert anonymous.is_signed_in


def test_what_another_account_sent_is_not_done(ada, bruno, make_user, anonymous, rows):
    anonymous.get("/login?then=/@bruno/follow")
    typed = {"login": "ada", "password": PASSWORD, "sent_to": "/@bruno/follow"}
    answer = anonymous.post("/login", typed | {"sent-account": str(bruno.id)})
    assert answer.status_code == 409
    assert rows("follow") == []


@pytest.mark.parametrize("who", ["oneself", "blocked", "blocker"])
def test_following_somebody_who_may_not_be_followed_is_skipped(
    ada, bruno, make_block, anonymous, rows, who
):
    if who != "oneself":
        make_block(*((ada, bruno) if who == "blocked" else (bruno, ada)))
    whom = "ada" if who == "oneself" else "bruno"
    anonymous.get(f"/login?then=/@{whom}/follow")
    assert log_in(anonymous).location == f"/@{whom}"
    assert rows("follow") == []


def test_a_post_that_is_gone_meanwhile_is_not_liked(app, ada, post, anonymous, rows):
    anonymous.get(f"/login?then=/posts/{post.id}/like")
    with app.app_context():
        db.session.get_one(Post, post.id).delete()
    assert log_in(anonymous).location == f"/posts/{post.id}"
    assert rows("like") == []


def test_pages_for_anonymous_viewers_set_no_cookie_for_it(post, anonymous):
    answer = anonymous.get("/explore")
    assert "Set-Cookie" not in answer.headers
    assert attributes(answer, f"#post_{post.id} a.like", "rel") == ["nofollow"]
    absent(answer, "main form")
