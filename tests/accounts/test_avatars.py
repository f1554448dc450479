"""The picture that somebody is known by: one key, which every page that shows a face uses."""

import pytest

from app.accounts.models import User
from app.data.database import db
from app.reactions.models import like
from tests.client import Client
from tests.conftest import PASSWORD
from tests.html import attributes, one

SMALL, LARGE = "/pictures/{}/96.webp", "/pictures/{}/400.webp"


@pytest.fixture
def use_avatar(app):
    """Give a function that has a user use the picture with a key, or none."""

    def use(user, key):
        with app.app_context():
            db.session.get(User, user.id).use_avatar(key)

    return use


@pytest.mark.parametrize(
    ("url", "css", "shown"),
    [
        ("/", "#posts .avatar", SMALL),
        ("/explore", "#posts .avatar", SMALL),
        ("/posts/{post}", "article .avatar", SMALL),
        ("/posts/{post}", ".site-aside .avatar", SMALL),
        ("/notifications", ".notification-people .avatar", SMALL),
        ("/search?q=ada&by=people", ".person .avatar", SMALL),
        ("/explore/people", ".person .avatar", SMALL),
        ("/@bruno/following", ".person .avatar", SMALL),
        ("/completions?text=@ad", ".completions .avatar", SMALL),
        ("/@ada", ".profile .avatar", LARGE),
    ],
)
def test_the_picture_is_shown_wherever_the_person_is(
    app, ada, bruno, make_post, make_follow, signed_in, use_avatar, url, css, shown
):
    post = make_post(ada)
    make_follow(bruno, ada)
    with app.app_context():
        like(ada, make_post(bruno))
    client = signed_in(bruno)
    at = url.format(post=post.id)
    assert "/avatars/ada.svg" in attributes(client.get(at), css, "src")
    for key in ("first", "second"):
        use_avatar(ada, key)
        faces = attributes(client.get(at), css, "src")
        assert shown.format(key) in faces
        assert "/avatars/ada.svg" not in faces
    use_avatar(ada, None)
    assert "/avatars/ada.svg" in attributes(client.get(at), css, "src")


@pytest.mark.parametrize("css", [".site-header .avatar", "#composer .avatar"])
def test_the_viewer_sees_their_own_picture_at_once(ada, signed_in, use_avatar, css):
    client = signed_in(ada)
    assert attributes(client.get("/"), css, "src") == ["/avatars/ada.svg"]
    use_avatar(ada, "mine")
    assert attributes(client.get("/"), css, "src") == [SMALL.format("mine")]


def test_a_chosen_picture_comes_before_that_of_gravatar(make_app, app, ada, bruno, use_avatar):
    use_avatar(ada, "mine")
    client = Client(make_app({"AVATARS": "gravatar"}))
    client.log_in("bruno", PASSWORD)
    assert one(client.get("/@ada"), ".profile img").attributes["src"] == LARGE.format("mine")
    theirs = one(client.get("/@bruno"), ".profile img").attributes["src"]
    assert theirs.startswith("https://www.gravatar.com/avatar/")
