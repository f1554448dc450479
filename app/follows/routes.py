"""Follow, block and mute, and the lists of people."""

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from ..accounts.models import User, by_name
from ..accounts.sign_in import viewer
from ..data.database import db
from ..data.prepared import Query
from ..web.answers import back, changed, notify, page, reloaded
from ..web.paging import read_rows
from ..web.security import limiter
from . import blueprint, queries
from .models import Follow, block, follow, mute, unblock, unfollow, unmute


@blueprint.post("/@<name:username>/follow")
@login_required
@limiter.limit("3000 per hour")
def follow_user(username: str) -> ResponseReturnValue:
    """Follow someone."""
    author = _visible(username)
    if author.id == current_user.id:
        abort(400, _("You cannot follow yourself."))
    follow(current_user, author)
    return _followed(author)


@blueprint.post("/@<name:username>/unfollow")
@login_required
@limiter.limit("3000 per hour")
def unfollow_user(username: str) -> ResponseReturnValue:
    """Follow someone no longer."""
    author = _visible(username)
    unfollow(current_user, author)
    return _followed(author)


@blueprint.post("/@<name:username>/block")
@login_required
@limiter.limit("3000 per hour")
def block_user(username: str) -> ResponseReturnValue:
    """Hide someone and oneself from each other."""
    author = _somebody_else(username)
    block(current_user, author)
    notify(
        _(
            "You blocked @%(username)s: you do not see each other any more. "
            "“Unblock” undoes it at any time.",
            username=author.username,
        )
    )
    return changed("follows/_blocked.html", to=_where_it_was(author), user=author)


@blueprint.post("/@<name:username>/unblock")
@login_required
@limiter.limit("3000 per hour")
def unblock_user(username: str) -> ResponseReturnValue:
    """Show someone and oneself to each other again."""
    author = _somebody_else(username)
    unblock(current_user, author)
    notify(_("You unblocked @%(username)s.", username=author.username))
    return reloaded(to=_where_it_was(author))


@blueprint.post("/@<name:username>/mute")
@login_required
@limiter.limit("3000 per hour")
def mute_user(username: str) -> ResponseReturnValue:
    """Keep someone out of one's timelines."""
    author = _somebody_else(username)
    mute(current_user, author)
    notify(
        _(
            "You muted @%(username)s: your timelines leave them out. Nobody is told.",
            username=author.username,
        )
    )
    return _muted(author, muted=True)


@blueprint.post("/@<name:username>/unmute")
@login_required
@limiter.limit("3000 per hour")
def unmute_user(username: str) -> ResponseReturnValue:
    """Let someone back into one's timelines."""
    author = _somebody_else(username)
    unmute(current_user, author)
    notify(_("You unmuted @%(username)s.", username=author.username))
    return _muted(author, muted=False)


@blueprint.get("/@<name:username>/followers")
def followers(username: str) -> ResponseReturnValue:
    """List who follows someone, the newest first."""
    author = _visible(username)
    found = queries.followers(author, viewer())
    title = _("Followers of %(name)s", name=author.name)
    return _people(author, found, title=title, nobody=_("Nobody yet."))


@blueprint.get("/@<name:username>/following")
def following(username: str) -> ResponseReturnValue:
    """List whom someone follows, the newest first."""
    author = _visible(username)
    found = queries.following(author, viewer())
    title = _("Followed by %(name)s", name=author.name)
    nobody = _("Nobody yet. Find people on the Explore page.")
    return _people(author, found, title=title, nobody=nobody)


@blueprint.get("/settings/blocks")
@login_required
def blocks() -> ResponseReturnValue:
    """List whom one has blocked or muted, the latest first."""
    found = queries.kept_away(current_user)
    rows = read_rows(found, found.statement.selected_columns.since)
    return page("follows/blocks.html", fragment="people", rows=rows)


def _visible(username: str) -> User:
    user: User = queries.named(username, viewer()).value() or abort(404)
    return user


def _somebody_else(username: str) -> User:
    # Whoever it is: one may keep away those too whom one does not see.
    user: User = db.first_or_404(by_name(username))
    if user.id == current_user.id:
        abort(400, _("You cannot block or mute yourself."))
    return user


def _where_it_was(author: User, anchor: str = "") -> str:
    return back(anchor, default=url_for("profiles.show", username=author.username))


def _people(author: User, found: Query, *, title: str, nobody: str) -> ResponseReturnValue:
    return page(
        "follows/people.html",
        fragment="people",
        user=author,
        rows=read_rows(found, Follow.since),
        title=title,
        nobody=nobody,
    )


def _followed(author: User) -> ResponseReturnValue:
    # As it is by now: a block that came in between leaves nobody to follow. It is looked for,
    # whatever was so when the request began.
    current_user.is_apart = True
    row = queries.with_followers(author, current_user).first() or abort(404)
    to = _where_it_was(author, f"follow_{author.id}")
    return changed("follows/_followed.html", to=to, user=row, followed=row.followed)


def _muted(author: User, *, muted: bool) -> ResponseReturnValue:
    to = _where_it_was(author)
    return changed("follows/_mute_button.html", to=to, user=author, muted=muted)
