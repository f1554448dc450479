"""Pinning a post to one's profile, and unpinning it."""

from urllib.parse import urlsplit

from flask import redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ..accounts.access import for_members
from ..accounts.viewer import viewer
from ..data.database import HasId
from ..posts.access import card_of, own_post_or_404
from ..web.answers import answer_with_messages, back, changed, reloaded, show_message
from ..web.limits import limiter
from ..web.requests import wants_fragment
from . import blueprint
from .models import TooManyPinsError, pin, unpin

limit_pinning = limiter.shared_limit("2000 per 10 minutes", scope="pinning")


@blueprint.post("/posts/<id:id>/pin", endpoint="pin")
@for_members
@limit_pinning
def pin_post(id: int) -> ResponseReturnValue:
    """Show one's own post first on one's profile."""
    post = own_post_or_404(id)
    try:
        pin(post)
    except TooManyPinsError:
        show_message(_("Three posts are pinned, which is as many as fit. Unpin one of them first."))
        return (
            answer_with_messages(409) if wants_fragment() else redirect(_previous_page(post), 303)
        )
    show_message(_("Pinned: it stands first on your profile."))
    return _moved(post)


@blueprint.post("/posts/<id:id>/unpin", endpoint="unpin")
@for_members
@limit_pinning
def unpin_post(id: int) -> ResponseReturnValue:
    """Show it among the other posts again."""
    post = own_post_or_404(id)
    unpin(post)
    show_message(_("Unpinned: it stands among your other posts."))
    return _moved(post)


def _moved(post: HasId) -> ResponseReturnValue:
    """Answer with the card; on the profile, which has other lists now, with the whole page."""
    to = _previous_page(post)
    if urlsplit(to).path.lower() == url_for("profiles.show", username=viewer.username).lower():
        return reloaded(to)
    return changed("posts/_changed.html", to=to, post=card_of(post, takes_focus=True))


def _previous_page(post: HasId) -> str:
    return back(f"post_{post.id}", default=url_for("posts.show", id=post.id))
