"""Write, show, delete and restore posts."""

from typing import Any

from flask import abort, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required
from sqlalchemy import Row

from ..accounts.models import User
from ..db import db
from ..security import limiter
from ..web import back, changed, notify, page, wants_fragment
from . import blueprint, queries
from .forms import PostForm, fresh_form
from .models import Post, publish


@blueprint.post("/posts")
@login_required
@limiter.limit("2000 per 10 minutes")
def create() -> ResponseReturnValue:
    """Write a post."""
    form = PostForm()
    if not form.validate_on_submit():
        return page("posts/new.html", fragment="composer", status=422, form=form)
    post = publish(current_user, form.body.data, nonce=form.nonce.data)
    notify(_("Your post is published."))
    to = back(default="/", instead_of=url_for("posts.new"))
    return changed("posts/_published.html", to=to, row=_row(post), form=fresh_form())


@blueprint.get("/posts/new")
@login_required
def new() -> ResponseReturnValue:
    """A page to write on; ``?body=`` is there already."""
    form = fresh_form(request.args.get("body", ""))
    return page("posts/new.html", fragment="composer", form=form)


@blueprint.get("/posts/<key:id>")
def show(id: int) -> ResponseReturnValue:
    """One post, at its permanent address."""
    found = queries.as_cards(queries.visible_to(_viewer()).where(Post.id == id))
    row = db.session.execute(found).first() or abort(404)
    return page("posts/show.html", fragment="posts", row=row)


@blueprint.post("/posts/<key:id>/delete")
@login_required
@limiter.limit("2000 per 10 minutes")
def delete(id: int) -> ResponseReturnValue:
    """Take one's own post away, with a way to bring it back."""
    post = db.first_or_404(queries.own(current_user).where(Post.id == id))
    post.delete()
    # For htmx the way back is where the post was; a second one would load the page.
    undo = None if wants_fragment() else url_for("posts.restore", id=id)
    notify(_("Your post is deleted."), undo=undo)
    to = back(instead_of=url_for("posts.show", id=id))
    return changed("posts/_deleted.html", to=to, post=post)


@blueprint.post("/posts/<key:id>/restore")
@login_required
@limiter.limit("2000 per 10 minutes")
def restore(id: int) -> ResponseReturnValue:
    """Bring one's own deleted post back, while that is possible."""
    post = db.first_or_404(queries.own(current_user).where(Post.id == id))
    if not post.restore():
        abort(410, _("A deleted post can be brought back for 30 seconds only."))
    notify(_("Your post is back."))
    return changed("posts/_restored.html", to=back(f"post_{id}"), row=_row(post))


def _viewer() -> User | None:
    return current_user if current_user.is_authenticated else None


def _row(post: Post) -> Row[Any]:
    return db.session.execute(
        queries.as_cards(queries.own(current_user).where(Post.id == post.id))
    ).one()
