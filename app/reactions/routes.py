"""Like, bookmark and their undoing; who liked a post, and one's own bookmarks."""

from flask import abort
from flask.typing import ResponseReturnValue
from flask_login import current_user, login_required

from ..accounts.sign_in import viewer
from ..posts.cards import read_entries
from ..posts.models import Post
from ..posts.routes import visible_post
from ..web.answers import back, changed, page
from ..web.paging import read_rows
from ..web.security import limiter
from . import blueprint, queries
from .models import Bookmark, Like, bookmark, like, unbookmark, unlike

REACTING = limiter.shared_limit("6000 per 10 minutes", scope="reacting")


@blueprint.post("/posts/<key:id>/like", endpoint="like")
@login_required
@REACTING
def like_post(id: int) -> ResponseReturnValue:
    """Like a post."""
    post = visible_post(id)
    like(current_user, post)
    return _liked(post, pressed=True)


@blueprint.post("/posts/<key:id>/unlike", endpoint="unlike")
@login_required
@REACTING
def unlike_post(id: int) -> ResponseReturnValue:
    """Like it no longer."""
    post = visible_post(id)
    unlike(current_user, post)
    return _liked(post, pressed=False)


@blueprint.post("/posts/<key:id>/bookmark", endpoint="bookmark")
@login_required
@REACTING
def bookmark_post(id: int) -> ResponseReturnValue:
    """Put a post among one's bookmarks."""
    post = visible_post(id)
    bookmark(current_user, post)
    return _bookmarked(post, pressed=True)


@blueprint.post("/posts/<key:id>/unbookmark", endpoint="unbookmark")
@login_required
@REACTING
def unbookmark_post(id: int) -> ResponseReturnValue:
    """Take it from there."""
    post = visible_post(id)
    unbookmark(current_user, post)
    return _bookmarked(post, pressed=False)


@blueprint.get("/posts/<key:id>/likes")
def likes(id: int) -> ResponseReturnValue:
    """Who likes a post, the latest first."""
    post = visible_post(id)
    rows = read_rows(queries.who_liked(post, viewer()), Like.since)
    return page("reactions/likes.html", fragment="people", post=post, rows=rows)


@blueprint.get("/bookmarks")
@login_required
def bookmarks() -> ResponseReturnValue:
    """What one wants to find again. Nobody else sees it."""
    rows, cards = read_entries(queries.bookmarks(current_user), Bookmark.since, current_user)
    return page("reactions/bookmarks.html", fragment="posts", rows=rows, cards=cards)


def _liked(post: Post, *, pressed: bool) -> ResponseReturnValue:
    count = queries.likes_of(post).value()
    if count is None:
        abort(404)
    to = back(f"post_{post.id}")
    return changed("reactions/_like.html", to=to, id=post.id, count=count, pressed=pressed)


def _bookmarked(post: Post, *, pressed: bool) -> ResponseReturnValue:
    to = back(f"post_{post.id}")
    return changed("reactions/_bookmark.html", to=to, id=post.id, pressed=pressed)
