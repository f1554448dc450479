"""A post in its thread, its history, its reposts; deleting and restoring it."""

from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Row

from ..accounts.access import for_members
from ..accounts.pending import Reason
from ..accounts.viewer import Viewer, current_viewer, viewer
from ..data.ids import moment_of
from ..data.reading import read
from ..follows.queries import audience_of, relationship_to
from ..web.access import for_readers
from ..web.answers import back, changed, left_for, page, show_message, show_undoable
from ..web.paging import read_rows, requested_key
from ..web.requests import wants_fragment
from . import blueprint, queries
from .access import (
    add_button,
    card_of,
    is_on_its_page,
    limit_writing,
    own_post_or_404,
    visible_post_or_404,
)
from .card import Card
from .card_reading import read_cards
from .composer import composer_parts, reply_composer
from .drafts import draft_for
from .models import Post
from .reposting import repost, unrepost
from .thread import read_thread
from .writing import undo_edit


@blueprint.get("/posts/<id:id>")
@for_readers
def show(id: int) -> ResponseReturnValue:
    """One post in its thread, at its permalink; with ``?earlier=`` many of its ancestors."""
    viewer = current_viewer()
    thread = read_thread(id, viewer, earlier="earlier" in request.args)
    composer = None
    if viewer.is_authenticated and thread.post.card and not wants_fragment():
        draft = draft_for(viewer, in_reply_to_id=id)
        composer = reply_composer(id, draft=draft, below_opened=True)
    return page(
        "posts/show.html", fragment="posts", thread=thread, rows=thread.rows, composer=composer
    )


@blueprint.get("/posts/<id:id>/menu")
@for_readers
def menu(id: int) -> ResponseReturnValue:
    """What one can do with a post: the menu of its card, read when it is opened."""
    post, author = read_cards([id], viewer).get(id) or abort(404), None
    if not (post.is_own or post.for_anonymous):
        found = relationship_to(audience_of(viewer))
        author = read(found, username=post.username, viewer_id=viewer.id).first()
    came_from = back(default=url_for("posts.show", id=id))
    return page("posts/menu.html", fragment="menu", post=post, author=author, came_from=came_from)


@blueprint.get("/posts/<id:id>/history")
@for_readers
def history(id: int) -> ResponseReturnValue:
    """What a post said before each edit, the latest first."""
    post = visible_post_or_404(id)
    return page(
        "posts/history.html",
        fragment="versions",
        post=post,
        created_at=moment_of(id),
        rows=read_rows(queries.versions, "id", post_id=id),
        parts=composer_parts(),
    )


def _repost(viewer: Viewer, post: Row[Any]) -> None:
    if read(queries.is_by_limited(), post_id=post.id).first():
        abort(403, _("What this person posts is shown to their followers only."))
    repost(viewer, post)


add_button(
    blueprint,
    "repost",
    _repost,
    unrepost,
    template="posts/_repost.html",
    limit=limit_writing,
    count=queries.reposts_seen,
    reason=lambda: Reason(_("Join to repost this"), _("Log in to repost this")),
    done=lambda: _("You reposted the post."),
)


@blueprint.get("/posts/<id:id>/reposts")
@for_readers
def reposts(id: int) -> ResponseReturnValue:
    """Who reposted a post, the latest first."""
    post, audience = visible_post_or_404(id), audience_of(viewer)
    rows = read_rows(
        lambda window: queries.reposters(window, audience),
        "repost_id",
        post_id=id,
        viewer_id=viewer.id,
    )
    return page("posts/reposts.html", fragment="people", post=post, rows=rows)


@blueprint.post("/posts/<id:id>/delete")
@for_members
@limit_writing
def delete(id: int) -> ResponseReturnValue:
    """Delete one's own post, with a button that restores it, unless it waits for moderators."""
    post = own_post_or_404(id, or_deleted=True)
    if post.withdraw():
        show_message(_("Your post is deleted."))
        return left_for(url_for(".held"))
    post.delete()
    show_undoable(_("Your post is deleted."), url_for("posts.restore", id=id))
    to = back(instead_of=url_for("posts.show", id=id))
    return changed("posts/_deleted.html", to=to, post=post, parent=_parent_of(post))


@blueprint.post("/posts/<id:id>/restore")
@for_members
@limit_writing
def restore(id: int) -> ResponseReturnValue:
    """Restore one's own post: a deleted one, or as it was before the edit ``?version=``."""
    version = requested_key("version")
    post = own_post_or_404(id, or_deleted=version is None)
    if not (post.restore() if version is None else undo_edit(post, version)):
        abort(410, _("This can be undone for 30 seconds only."))
    show_message(_("Your post is back.") if version is None else _("Your post is as it was."))
    to = back(f"post_{id}", default=url_for("posts.show", id=id))
    if not wants_fragment():
        return redirect(to, 303)
    card = card_of(post, takes_focus=True, is_opened=is_on_its_page(id))
    if version is not None:
        return changed("posts/_changed.html", to=to, post=card)
    composer = reply_composer(id, draft=draft_for(viewer, in_reply_to_id=id), below_opened=True)
    around = {"parent": _parent_of(post), "composer": composer}
    return changed("posts/_restored.html", to=to, post=card, **around)


def _parent_of(post: Post) -> Card | None:
    """Return the card of what ``post`` replies to, for htmx: its count of replies changed."""
    if post.in_reply_to_id is None or not wants_fragment():
        return None
    return read_cards([post.in_reply_to_id], viewer).get(post.in_reply_to_id)
