"""Follow and unfollow, and the lists of people."""

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from ..accounts.models import User, by_name
from ..db import db
from ..paging import read_rows
from ..security import limiter
from ..web import back, changed, page
from . import blueprint, queries
from .models import Follow, follow, unfollow


@blueprint.post("/@<name:username>/follow")
@login_required
@limiter.limit("3000 per hour")
def follow_user(username: str) -> ResponseReturnValue:
    """Follow someone."""
    author = db.first_or_404(by_name(username))
    if author.id == current_user.id:
        abort(400, _("You cannot follow yourself."))
    follow(current_user, author)
    return _changed(author, followed=True)


@blueprint.post("/@<name:username>/unfollow")
@login_required
@limiter.limit("3000 per hour")
def unfollow_user(username: str) -> ResponseReturnValue:
    """Follow someone no longer."""
    author = db.first_or_404(by_name(username))
    unfollow(current_user, author)
    return _changed(author, followed=False)


@blueprint.get("/@<name:username>/followers")
def followers(username: str) -> ResponseReturnValue:
    """List who follows someone, the newest first."""
    author = db.first_or_404(by_name(username))
    rows = read_rows(queries.followers(author, _viewer()), Follow.since)
    return page("follows/followers.html", fragment="people", user=author, rows=rows)


@blueprint.get("/@<name:username>/following")
def following(username: str) -> ResponseReturnValue:
    """List whom someone follows, the newest first."""
    author = db.first_or_404(by_name(username))
    rows = read_rows(queries.following(author, _viewer()), Follow.since)
    return page("follows/following.html", fragment="people", user=author, rows=rows)


def _viewer() -> User | None:
    return current_user if current_user.is_authenticated else None


def _changed(author: User, *, followed: bool) -> ResponseReturnValue:
    db.session.refresh(author, ["followers_count"])
    to = back(
        f"follow_{author.id}",
        default=url_for("profiles.show", username=author.username),
    )
    return changed("follows/_followed.html", to=to, user=author, followed=followed)
