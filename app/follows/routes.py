"""Follow, block and mute, and the lists of people."""

from typing import Any

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Row

from ..accounts.access import for_members
from ..accounts.pending import Reason, do_once_joined
from ..accounts.viewer import viewer
from ..data.reading import read
from ..web.access import for_readers
from ..web.answers import back, changed, page, reloaded, show_message, show_undoable
from ..web.limits import limiter
from ..web.paging import Listing, read_rows
from . import blueprint, queries
from .models import block, follow, mute, unblock, unfollow, unmute
from .queries import Audience, audience_of


@blueprint.post("/@<username:username>/follow")
@for_members
@limiter.limit("3000 per hour")
def follow_user(username: str) -> ResponseReturnValue:
    """Follow a person."""
    author = _visible(username)
    if author.id == viewer.id:
        abort(400, _("You cannot follow yourself."))
    follow(viewer, author)
    return _followed(author)


def _reason_to_follow(username: str) -> Reason | None:
    person = read(queries.person_by_username(Audience.ANONYMOUS), username=username).first()
    if person is None:
        return None
    return Reason(
        _("Join to follow %(name)s", name=person.name),
        _("Log in to follow %(name)s", name=person.name),
    )


def _follow_once_joined(username: str) -> str:
    person = queries.person_by_username(audience_of(viewer))
    author = read(person, username=username, viewer_id=viewer.id).first()
    if author and author.id != viewer.id:
        follow(viewer, author)
        show_message(_("You follow %(name)s now.", name=author.name))
    return url_for("profiles.show", username=username)


do_once_joined("follows.follow_user", _reason_to_follow, _follow_once_joined)


@blueprint.post("/@<username:username>/unfollow")
@for_members
@limiter.limit("3000 per hour")
def unfollow_user(username: str) -> ResponseReturnValue:
    """Unfollow a person."""
    author = _visible(username)
    unfollow(viewer, author)
    return _followed(author)


@blueprint.post("/@<username:username>/block")
@for_members
@limiter.limit("3000 per hour")
def block_user(username: str) -> ResponseReturnValue:
    """Block a person: the two do not see each other."""
    author = _somebody_else(username)
    block(viewer, author)
    show_undoable(
        _(
            "You blocked @%(username)s: you do not see each other any more. "
            "“Unblock” undoes it at any time.",
            username=author.username,
        ),
        url_for("follows.unblock_user", username=author.username),
    )
    # Their posts have no page any more.
    to = back(instead_of="/posts", default=url_for("profiles.show", username=author.username))
    return changed("follows/_blocked.html", to=to, user=author)


@blueprint.post("/@<username:username>/unblock")
@for_members
@limiter.limit("3000 per hour")
def unblock_user(username: str) -> ResponseReturnValue:
    """Unblock a person."""
    author = _somebody_else(username)
    unblock(viewer, author)
    show_message(_("You unblocked @%(username)s.", username=author.username))
    return reloaded(to=_previous_page(author))


@blueprint.post("/@<username:username>/mute")
@for_members
@limiter.limit("3000 per hour")
def mute_user(username: str) -> ResponseReturnValue:
    """Mute a person: timelines and notifications leave them out."""
    author = _somebody_else(username)
    mute(viewer, author)
    show_undoable(
        _(
            "You muted @%(username)s: your timelines leave them out. Nobody is told.",
            username=author.username,
        ),
        url_for("follows.unmute_user", username=author.username),
    )
    return _muted(author, muted=True)


@blueprint.post("/@<username:username>/unmute")
@for_members
@limiter.limit("3000 per hour")
def unmute_user(username: str) -> ResponseReturnValue:
    """Unmute a person."""
    author = _somebody_else(username)
    unmute(viewer, author)
    show_message(_("You unmuted @%(username)s.", username=author.username))
    return _muted(author, muted=False)


@blueprint.get("/@<username:username>/followers")
@for_readers
def followers(username: str) -> ResponseReturnValue:
    """List who follows a person, the newest first."""
    audience = audience_of(viewer)
    return _people(
        _visible(username),
        lambda window: queries.followers(window, audience),
        title=_("Followers of %(name)s"),
        nobody=_("Nobody yet."),
    )


@blueprint.get("/@<username:username>/following")
@for_readers
def following(username: str) -> ResponseReturnValue:
    """List whom a person follows, the newest first."""
    audience = audience_of(viewer)
    return _people(
        _visible(username),
        lambda window: queries.following(window, audience),
        title=_("Followed by %(name)s"),
        nobody=_("Nobody yet. Find people on the Explore page."),
    )


@blueprint.get("/settings/blocks")
@for_members
def blocks() -> ResponseReturnValue:
    """List whom the viewer has blocked or muted, the latest first."""
    rows = read_rows(queries.blocked_or_muted, "since", viewer_id=viewer.id)
    return page("follows/blocks.html", fragment="people", rows=rows)


def _visible(username: str) -> Row[Any]:
    person = queries.person_by_username(audience_of(viewer))
    return read(person, username=username, viewer_id=viewer.id).first() or abort(404)


def _somebody_else(username: str) -> Row[Any]:
    # Whoever it is: people whom the viewer may not see can be blocked and muted too.
    person = queries.person_by_username(Audience.ANONYMOUS)
    author = read(person, username=username).first() or abort(404)
    if author.id == viewer.id:
        abort(400, _("You cannot block or mute yourself."))
    return author


def _previous_page(author: Row[Any], anchor: str = "") -> str:
    return back(anchor, default=url_for("profiles.show", username=author.username))


def _people(user: Row[Any], listing: Listing, *, title: str, nobody: str) -> ResponseReturnValue:
    rows = read_rows(listing, "since", user_id=user.id, viewer_id=viewer.id)
    title = title % {"name": user.name}
    return page(
        "follows/people.html", fragment="people", user=user, rows=rows, title=title, nobody=nobody
    )


def _followed(author: Row[Any]) -> ResponseReturnValue:
    values = {"user_id": author.id, "viewer_id": viewer.id}
    person = read(queries.person_with_followers(), **values).first() or abort(404)
    to = _previous_page(author, f"follow_{author.id}")
    return changed("follows/_followed.html", to=to, user=person, followed=person.followed)


def _muted(author: Row[Any], *, muted: bool) -> ResponseReturnValue:
    to = _previous_page(author)
    return changed("follows/_mute_button.html", to=to, user=author, muted=muted)
