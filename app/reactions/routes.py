"""Like, bookmark and their undoing; who likes a post, and the viewer's bookmarks."""

from flask.typing import ResponseReturnValue
from flask_login import login_required

from ..accounts.viewer import viewer
from ..follows.queries import audience_of
from ..posts.access import button_changed, visible_post
from ..posts.card import read_timeline
from ..posts.models import Post
from ..web.answers import page
from ..web.limits import limiter
from ..web.paging import read_rows
from . import blueprint, queries
from .models import bookmark, like, unbookmark, unlike

LIKE, BOOKMARK = "reactions/_like.html", "reactions/_bookmark.html"

REACTING = limiter.shared_limit("6000 per 10 minutes", scope="reacting")


@blueprint.post("/posts/<key:id>/like", endpoint="like")
@login_required
@REACTING
def like_post(id: int) -> ResponseReturnValue:
    """Like a post."""
    post = visible_post(id)
    like(viewer, post)
    return button_changed(LIKE, post, pressed=True, count=Post.likes_count)


@blueprint.post("/posts/<key:id>/unlike", endpoint="unlike")
@login_required
@REACTING
def unlike_post(id: int) -> ResponseReturnValue:
    """Undo a like."""
    post = visible_post(id)
    unlike(viewer, post)
    return button_changed(LIKE, post, pressed=False, count=Post.likes_count)


@blueprint.post("/posts/<key:id>/bookmark", endpoint="bookmark")
@login_required
@REACTING
def bookmark_post(id: int) -> ResponseReturnValue:
    """Bookmark a post."""
    post = visible_post(id)
    bookmark(viewer, post)
    return button_changed(BOOKMARK, post, pressed=True)


@blueprint.post("/posts/<key:id>/unbookmark", endpoint="unbookmark")
@login_required
@REACTING
def unbookmark_post(id: int) -> ResponseReturnValue:
    """Undo a bookmark."""
    post = visible_post(id)
    unbookmark(viewer, post)
    return button_changed(BOOKMARK, post, pressed=False)


@blueprint.get("/posts/<key:id>/likes")
def likes(id: int) -> ResponseReturnValue:
    """Who likes a post, the latest first."""
    post, audience = visible_post(id), audience_of(viewer)
    rows = read_rows(
        lambda window: queries.likers(window, audience), "since", post_id=id, viewer_id=viewer.id
    )
    return page("reactions/likes.html", fragment="people", post=post, rows=rows)


@blueprint.get("/bookmarks")
@login_required
def bookmarks() -> ResponseReturnValue:
    """What the viewer bookmarked. Nobody else sees it."""
    audience = audience_of(viewer)
    rows, cards = read_timeline(lambda window: queries.bookmarks(window, audience), "since", viewer)
    return page("reactions/bookmarks.html", fragment="posts", rows=rows, cards=cards)
