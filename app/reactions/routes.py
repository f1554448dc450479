"""Like, bookmark and their undoing; who likes a post, and the viewer's bookmarks."""

from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ..accounts.access import for_members
from ..accounts.pending import Reason
from ..accounts.viewer import viewer
from ..follows.queries import audience_of
from ..posts.access import add_button, visible_post_or_404
from ..posts.card_reading import read_timeline
from ..web.access import for_readers
from ..web.answers import page
from ..web.limits import limiter
from ..web.paging import read_rows
from . import blueprint, queries
from .models import bookmark, like, unbookmark, unlike

limit_reacting = limiter.shared_limit("6000 per 10 minutes", scope="reacting")


add_button(
    blueprint,
    "like",
    like,
    unlike,
    template="reactions/_like.html",
    limit=limit_reacting,
    count=queries.likes_seen,
    reason=lambda: Reason(_("Join to like this"), _("Log in to like this")),
    done=lambda: _("You like the post now."),
)
add_button(
    blueprint,
    "bookmark",
    bookmark,
    unbookmark,
    template="reactions/_bookmark.html",
    limit=limit_reacting,
    reason=lambda: Reason(_("Join to bookmark this"), _("Log in to bookmark this")),
    done=lambda: _("The post is among your bookmarks."),
)


@blueprint.get("/posts/<id:id>/likes")
@for_readers
def likes(id: int) -> ResponseReturnValue:
    """Who likes a post, the latest first."""
    post, audience = visible_post_or_404(id), audience_of(viewer)
    rows = read_rows(
        lambda window: queries.likers(window, audience), "since", post_id=id, viewer_id=viewer.id
    )
    return page("reactions/likes.html", fragment="people", post=post, rows=rows)


@blueprint.get("/bookmarks")
@for_members
def bookmarks() -> ResponseReturnValue:
    """What the viewer bookmarked. Nobody else sees it."""
    audience = audience_of(viewer)
    rows, cards = read_timeline(lambda window: queries.bookmarks(window, audience), "since", viewer)
    return page("reactions/bookmarks.html", fragment="posts", rows=rows, cards=cards)
