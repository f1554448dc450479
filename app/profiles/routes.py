"""The profile page and the avatars."""

from flask import Response, abort, current_app, make_response
from flask.typing import ResponseReturnValue

from ..accounts.avatars import identicon
from ..accounts.sign_in import viewer
from ..follows import queries as follows
from ..posts.cards import read_entries
from ..posts.models import Post
from ..web.answers import page
from ..web.i18n import speaking
from . import blueprint, queries

A_YEAR = 365 * 24 * 60 * 60


@blueprint.get("/@<name:username>")
def show(username: str) -> ResponseReturnValue:
    """A person, and what they posted and reposted; whom the viewer has blocked, only by name."""
    return _profile(username, with_replies=False)


@blueprint.get("/@<name:username>/replies")
def replies(username: str) -> ResponseReturnValue:
    """A person, and all that they wrote, answers included."""
    return _profile(username, with_replies=True)


def _profile(username: str, *, with_replies: bool) -> ResponseReturnValue:
    reader = viewer()
    person = follows.profile(username, reader).first() or abort(404)
    if person.blocked:
        return page("profiles/blocked.html", fragment="profile", user=person.User)
    listed = queries.by(person.User, reader, with_replies=with_replies)
    rows, cards = read_entries(listed, Post.id, reader)
    return page(
        "profiles/show.html",
        fragment="posts",
        user=person.User,
        followed=person.followed,
        muted=person.muted,
        with_replies=with_replies,
        rows=rows,
        cards=cards,
    )


@blueprint.get("/avatars/<name:username>.svg")
def avatar(username: str) -> Response:
    """Draw someone's avatar. It depends on the name alone, so it may be kept for ever."""
    # Nobody is asked who is looking, and in which language: it has no words.
    with speaking("en"):
        drawing = current_app.jinja_env.get_template("profiles/avatar.svg")
    response = make_response(drawing.render(identicon(username)))
    response.mimetype = "image/svg+xml"
    response.cache_control.public = True
    response.cache_control.max_age = A_YEAR
    response.cache_control.immutable = True
    return response
