"""The profile page and the avatars."""

from flask import Response, abort, current_app, make_response
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..accounts.avatars import identicon
from ..db import db
from ..follows import queries as follows
from ..paging import read_rows
from ..posts.models import Post
from ..posts.queries import as_cards, written_by
from ..web import page
from . import blueprint

A_YEAR = 365 * 24 * 60 * 60


@blueprint.get("/@<name:username>")
def show(username: str) -> ResponseReturnValue:
    """A person, and what they wrote; whom the viewer has blocked, only by name."""
    viewer = current_user if current_user.is_authenticated else None
    person = db.session.execute(follows.profile(username, viewer)).first() or abort(404)
    user = person.User
    if person.blocked:
        return page("profiles/blocked.html", fragment="profile", user=user)
    rows = read_rows(as_cards(written_by(user, viewer)), Post.id)
    between = {"followed": person.followed, "muted": person.muted}
    return page("profiles/show.html", fragment="posts", user=user, rows=rows, **between)


@blueprint.get("/avatars/<name:username>.svg")
def avatar(username: str) -> Response:
    """Draw someone's avatar. It depends on the name alone, so it may be kept for ever."""
    # Not render_template, which would ask the database who is looking.
    drawing = current_app.jinja_env.get_template("profiles/avatar.svg")
    response = make_response(drawing.render(identicon(username)))
    response.mimetype = "image/svg+xml"
    response.cache_control.public = True
    response.cache_control.max_age = A_YEAR
    response.cache_control.immutable = True
    return response
