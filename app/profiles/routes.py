"""The profile page and the avatars."""

from typing import Any

from flask import Response, abort, current_app, make_response, request
from flask.typing import ResponseReturnValue
from sqlalchemy import Row

from ..accounts.avatars import initial_on_tint
from ..accounts.viewer import Viewer, current_viewer
from ..data.ids import moment_of
from ..data.reading import read
from ..follows.queries import audience_of
from ..posts.card import Card
from ..posts.card_reading import read_cards, read_timeline
from ..web.access import for_everybody, for_readers
from ..web.answers import page
from ..web.requests import wants_fragment
from . import blueprint, queries
from .models import MOST_PINNED

A_YEAR = 365 * 24 * 60 * 60


@blueprint.get("/@<username:username>")
@for_readers
def show(username: str) -> ResponseReturnValue:
    """A person, and what they posted and reposted; of one whom the viewer blocked, the name."""
    return _profile(username, with_replies=False)


@blueprint.get("/@<username:username>/replies")
@for_readers
def replies(username: str) -> ResponseReturnValue:
    """A person, and everything that they wrote, replies included."""
    return _profile(username, with_replies=True)


def _profile(username: str, *, with_replies: bool) -> ResponseReturnValue:
    viewer = current_viewer()
    audience = audience_of(viewer)
    found = read(queries.profile(audience), username=username, viewer_id=viewer.id)
    person = found.first()
    if person is None:
        return _suspended(username)
    if person.blocked:
        return page("profiles/blocked.html", fragment="profile", user=person)
    if person.state == "limited" and not (
        person.followed or person.id == viewer.id or "anyway" in request.args
    ):
        return page("profiles/limited.html", fragment="profile", user=person)
    pinned = [] if with_replies else _pinned(person)
    rows, cards = read_timeline(
        lambda window: queries.posts(
            window, audience, with_replies=with_replies, without_pinned=bool(pinned)
        ),
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
        has_pinned=bool(pinned),
        pinned=() if wants_fragment() or rows.previous_url else _cards(pinned, viewer),
        rows=rows,
        cards=cards,
    )


def _suspended(username: str) -> ResponseReturnValue:
    """Say that an account is suspended; 404 where it is not, or nobody has it."""
    person = read(queries.suspended(), username=username).first() or abort(404)
    return page("profiles/suspended.html", fragment="profile", status=404, user=person)


def _pinned(person: Row[Any]) -> list[int]:
    """Return the ids of the posts that ``person`` has pinned, the latest first."""
    ids = (getattr(person, f"pinned_{position}") for position in range(MOST_PINNED))
    return [id for id in ids if id is not None]


def _cards(ids: list[int], viewer: Viewer) -> list[Card]:
    found = read_cards(ids, viewer)
    return [found[id] for id in ids if id in found]


@blueprint.get("/avatars/<username:username>.svg")
@for_everybody
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
