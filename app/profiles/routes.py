"""The profile page and the avatars."""

from flask import Response, abort, current_app, make_response
from flask.typing import ResponseReturnValue
from flask_login import current_user

from ..accounts.avatars import identicon
from ..accounts.models import by_name
from ..db import db
from ..follows.queries import is_followed_by
from ..paging import read_rows
from ..posts.cards import entry_cards
from ..posts.models import Post
from ..web import page
from . import blueprint, queries

A_YEAR = 365 * 24 * 60 * 60


@blueprint.get("/@<name:username>")
def show(username: str) -> ResponseReturnValue:
    """A person, and what they posted and reposted."""
    return _profile(username, with_replies=False)


@blueprint.get("/@<name:username>/replies")
def replies(username: str) -> ResponseReturnValue:
    """A person, and all that they wrote, answers included."""
    return _profile(username, with_replies=True)


def _profile(username: str, *, with_replies: bool) -> ResponseReturnValue:
    viewer = current_user if current_user.is_authenticated else None
    found = by_name(username).add_columns(is_followed_by(viewer).label("followed"))
    row = db.session.execute(found).first() or abort(404)
    rows = read_rows(queries.by(row.User, viewer, with_replies=with_replies), Post.id)
    return page(
        "profiles/show.html",
        fragment="posts",
        user=row.User,
        followed=row.followed,
        with_replies=with_replies,
        rows=rows,
        cards=entry_cards(rows.items, viewer),
    )


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
