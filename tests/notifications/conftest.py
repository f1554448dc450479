"""Fixtures: actions that notify people."""

import pytest

from app.data.database import writing
from app.notifications.models import notify_users
from app.posts.models import Post
from app.posts.signals import post_created, post_edited, reposted, unreposted
from app.reactions.signals import liked, unliked


@pytest.fixture
def people(make_user):
    """Give a function that registers ``count`` users."""
    names = ("ann", "bob", "cid", "dee", "eve", "flo", "gus", "hal", "ida", "jon")

    def register(count):
        return [make_user(name, password=None) for name in names[:count]]

    return register


@pytest.fixture
def announce(app):
    """Give a function that sends a signal as the domain that owns it does."""

    def send(signal, sender, **details):
        with app.app_context(), writing() as session:
            if isinstance(sender, Post):
                sender = session.merge(sender)
            signal.send(sender, **details)

    return send


@pytest.fixture
def like(announce):
    return lambda user, post: announce(liked, user, post=post)


@pytest.fixture
def unlike(announce):
    return lambda user, post: announce(unliked, user, post=post)


@pytest.fixture
def repost(announce):
    return lambda user, post: announce(reposted, user, post=post)


@pytest.fixture
def unrepost(announce):
    return lambda user, post: announce(unreposted, user, post=post)


@pytest.fixture
def mention(make_post, announce):
    """Give a function that publishes a post with mentions and returns the post."""

    def write(author, *named, body="Look who is here"):
        post = make_post(author, body)
        announce(post_created, post, author=author, mentioned=[user.id for user in named])
        return post

    return write


@pytest.fixture
def edit_to_mention(announce):
    def edit(post, *named):
        announce(post_edited, post, mentioned=[user.id for user in named], body_before=post.body)

    return edit


@pytest.fixture
def reply(app, make_post):
    """Give a function that publishes a reply and returns it."""

    def write(author, post, body="So it is"):
        written = make_post(author, body)
        with app.app_context():
            notify_users([post.author_id], "reply", author.id, written.id)
        return written

    return write


@pytest.fixture
def notifications_of(rows):
    """Give a function that lists the notifications of a user, oldest first: (kind, actor, post)."""

    def read(user):
        found = sorted(rows("notification", "user_id = :id", id=user.id), key=lambda row: row["id"])
        return [(row["kind"], row["actor_id"], row["post_id"]) for row in found]

    return read
