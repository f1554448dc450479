"""The profile page and the avatars."""

from flask import Response, abort, current_app, make_response
from flask.typing import ResponseReturnValue

from ..accounts.avatars import initial_on_tint
from ..accounts.viewer import viewer
from ..data.ids import moment_of
from ..data.reading import read
from ..follows.queries import audience_of
from ..posts.card import read_timeline
from ..web.answers import page
from . import blueprint, queries

A_YEAR = 365 * 24 * 60 * 60


@blueprint.get("/@<name:username>")
def show(username: str) -> ResponseReturnValue:
    """A person, and what they posted and reposted; of one whom the viewer blocked, the name."""
    return _profile(username, with_replies=False)


@blueprint.get("/@<name:username>/replies")
def replies(username: str) -> ResponseReturnValue:
    """A person, and everything that they wrote, replies included."""
    return _profile(username, with_replies=True)


def _profile(username: str, *, with_replies: bool) -> ResponseReturnValue:
    audience = audience_of(viewer)
    found = read(queries.profile(audience), username=username, viewer_id=viewer.id)
    person = found.first() or abort(404)
    if person.blocked:
        return page("profiles/blocked.html", fragment="profile", user=person)
    rows, cards = read_timeline(
        lambda window: queries.posts(window, audience, with_replies=with_replies),
        "id",
        viewer,
        user_id=person.id,
    )
    return page(
        "profiles/show.html",
        fragment="posts",
        user=person,
        joined_at=moment_of(person.id),
        with_replies=with_replies,
        rows=rows,
        cards=cards,
    )


@blueprint.get("/avatars/<name:username>.svg")
def avatar(username: str) -> Response:
    """Draw a person's avatar. It depends on the username alone, so it may be cached for ever."""
    # Without Flask's context processors, which would read the viewer.
    drawing = current_app.jinja_env.get_template("profiles/avatar.svg")
    response = make_response(drawing.render(initial_on_tint(username)))
    response.mimetype = "image/svg+xml"
    response.cache_control.public = True
    response.cache_control.max_age = A_YEAR
    response.cache_control.immutable = True
    return response
