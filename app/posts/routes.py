"""Write, answer, edit, delete and restore posts; repost them."""

from dataclasses import replace
from typing import Any

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required

from ..accounts.sign_in import viewer
from ..data.database import db
from ..web.answers import back, changed, notify, page, wants_fragment
from ..web.paging import asked_key, read_rows
from ..web.security import limiter
from . import blueprint, queries
from .cards import Card, read_cards
from .drafts import draft_for
from .forms import PostForm, edit_composer, post_composer, reply_composer
from .models import Post, Version, repost, unrepost
from .thread import read_thread
from .writing import SentBeforeError, edit, publish, undo_edit

WRITING = limiter.shared_limit("2000 per 10 minutes", scope="writing")


def visible_post(id: int) -> Post:
    """Return the post if the viewer may see it; answer 404 otherwise."""
    post: Post = queries.visible_post(id, viewer()).value() or abort(404)
    return post


def card_of(post: Post, **just_now: Any) -> Card:
    """Return the card of a post that the viewer may see, with what was done ``just_now``."""
    return replace(read_cards([post.id], viewer())[post.id], **just_now)


# Writing


@blueprint.post("/posts")
@login_required
@WRITING
def create() -> ResponseReturnValue:
    """Write a post."""
    form = PostForm()
    post = _publish(form)
    if post is None:
        again = post_composer(sent=form)
        return page("posts/new.html", fragment="composer", status=422, composer=again)
    undo = url_for("posts.delete", id=post.id)
    _tell(_("Your post is published."), undo)
    to = back(default="/", instead_of=url_for("posts.new"))
    shown = card_of(post, undo=undo)
    return changed("posts/_published.html", to=to, post=shown, composer=post_composer())


@blueprint.get("/posts/new")
@login_required
def new() -> ResponseReturnValue:
    """A page to write on."""
    composer = post_composer(**_typed())
    return page("posts/new.html", fragment="composer", composer=composer)


@blueprint.get("/posts/<key:id>/reply")
@login_required
def write_reply(id: int) -> ResponseReturnValue:
    """A page to answer a post on."""
    typed = _typed(in_reply_to_id=id)
    post = db.session.scalar(queries.visible_to(current_user).where(Post.id == id))
    if post is None and (draft := typed.get("draft")):
        return redirect(url_for(".new", draft=draft.id), 303)
    if post is None:
        abort(404)
    composer = reply_composer(post, **typed)
    return page("posts/reply.html", fragment="composer", post=card_of(post), composer=composer)


@blueprint.post("/posts/<key:id>/reply")
@login_required
@WRITING
def reply(id: int) -> ResponseReturnValue:
    """Answer a post."""
    answered = db.session.scalar(queries.visible_to(current_user).where(Post.id == id))
    if answered is None:
        return _nothing_to_answer()
    form = PostForm()
    post = _publish(form, in_reply_to=answered)
    if post is None:
        again = reply_composer(answered, sent=form)
        around = {} if wants_fragment() else {"post": card_of(answered)}
        return page("posts/reply.html", fragment="composer", status=422, composer=again, **around)
    undo = url_for("posts.delete", id=post.id)
    _tell(_("Your reply is published."), undo)
    to = url_for("posts.show", id=id, through=post.id, _anchor=f"post_{post.id}")
    if not wants_fragment():
        return redirect(to, 303)
    both = read_cards([post.id, id], current_user)
    composer = reply_composer(answered, in_thread=True) if form.in_thread.data else None
    card = replace(both[post.id], undo=undo, takes_focus=composer is None)
    return changed("posts/_replied.html", to=to, post=card, answered=both[id], composer=composer)


@blueprint.get("/posts/<key:id>/edit")
@login_required
def write_edit(id: int) -> ResponseReturnValue:
    """A page to change one's own post on."""
    post = own_post(id)
    composer = edit_composer(post, **_typed(edits_id=id))
    return page("posts/edit.html", fragment="composer", composer=composer, post=post)


@blueprint.post("/posts/<key:id>/edit", endpoint="edit")
@login_required
@WRITING
def save_edit(id: int) -> ResponseReturnValue:
    """Change one's own post."""
    post = own_post(id)
    form, version = PostForm(), None
    is_saved = form.validate_on_submit()
    try:
        version = edit(post, form.body.data, nonce=form.nonce.data) if is_saved else None
    except SentBeforeError:
        is_saved = False
        form.renew(_("You sent this form before, with another text. Save again to keep this one."))
    if not is_saved:
        again = edit_composer(post, sent=form)
        return page("posts/edit.html", fragment="composer", status=422, composer=again, post=post)
    undo = url_for("posts.restore", id=id, version=version.id) if version else None
    _tell(_("Your post is changed."), undo)
    shown = card_of(post, undo=undo, takes_focus=True)
    return changed("posts/_changed.html", to=url_for("posts.show", id=id), post=shown)


def _publish(form: PostForm, in_reply_to: Post | None = None) -> Post | None:
    """Publish what ``form`` holds; None, with the errors at its fields, where that cannot be."""
    if not form.validate_on_submit():
        return None
    try:
        return publish(current_user, form.body.data, nonce=form.nonce.data, in_reply_to=in_reply_to)
    except SentBeforeError:
        form.renew(_("You sent this form before. Send it again to publish this text as well."))
        return None


def _nothing_to_answer() -> Response:
    """Refuse an answer to what is gone; the text goes on, as with htmx it stays where it is."""
    form = PostForm()
    if wants_fragment() or not form.body.data:
        abort(404)
    form.body.errors = [_("What you answer is not here any more. You can post this on its own.")]
    again = post_composer(sent=form)
    return page("posts/new.html", fragment="composer", status=404, composer=again)


def _tell(message: str, undo: str | None) -> None:
    # For htmx the way back is where the post is; a second one would load the page.
    notify(message, undo=None if wants_fragment() else undo)


def _typed(**what: int) -> dict[str, Any]:
    """Return what was typed before: ``?body=``, else the draft that is named, else the newest."""
    if body := request.args.get("body"):
        return {"body": body}
    return {"draft": draft_for(current_user, id=asked_key("draft"), **what)}


def own_post(id: int, *, deleted_too: bool = False) -> Post:
    """Return the viewer's own post, by default one that is not deleted; answer 404 otherwise."""
    found = queries.own(current_user).where(Post.id == id)
    post: Post = db.first_or_404(found if deleted_too else found.where(Post.deleted_at.is_(None)))
    return post


# Taking back


@blueprint.post("/posts/<key:id>/delete")
@login_required
@WRITING
def delete(id: int) -> ResponseReturnValue:
    """Take one's own post away, with a way to bring it back."""
    post = own_post(id, deleted_too=True)
    post.delete()
    _tell(_("Your post is deleted."), url_for("posts.restore", id=id))
    to = back(instead_of=url_for("posts.show", id=id))
    return changed("posts/_deleted.html", to=to, post=post)


@blueprint.post("/posts/<key:id>/restore")
@login_required
@WRITING
def restore(id: int) -> ResponseReturnValue:
    """Bring one's own post back as it was: deleted, or before the edit ``?version=``."""
    version = asked_key("version")
    post = own_post(id, deleted_too=version is None)
    if not (post.restore() if version is None else undo_edit(post, version)):
        abort(410, _("This can be undone for 30 seconds only."))
    notify(_("Your post is back.") if version is None else _("Your post is as it was."))
    to = back(f"post_{id}", default=url_for("posts.show", id=id))
    return changed("posts/_changed.html", to=to, post=card_of(post, takes_focus=True))


# Reading


@blueprint.get("/posts/<key:id>")
def show(id: int) -> ResponseReturnValue:
    """One post in its thread, at its permanent address."""
    reader = viewer()
    thread = read_thread(id, reader)
    composer = None
    if reader and thread.post.card and not wants_fragment():
        draft = draft_for(reader, in_reply_to_id=id)
        composer = reply_composer(Post(id=id), draft=draft, in_thread=True)
    return page(
        "posts/show.html", fragment="posts", thread=thread, rows=thread.rows, composer=composer
    )


@blueprint.get("/posts/<key:id>/history")
def history(id: int) -> ResponseReturnValue:
    """What a post said before, the latest first."""
    post = visible_post(id)
    rows = read_rows(queries.versions(post), Version.id)
    return page("posts/history.html", fragment="versions", post=post, rows=rows)


# Reposts


@blueprint.post("/posts/<key:id>/repost", endpoint="repost")
@login_required
@WRITING
def repost_post(id: int) -> ResponseReturnValue:
    """Show a post to those who follow you."""
    post = visible_post(id)
    repost(current_user, post)
    return _reposted(post, pressed=True)


@blueprint.post("/posts/<key:id>/unrepost", endpoint="unrepost")
@login_required
@WRITING
def unrepost_post(id: int) -> ResponseReturnValue:
    """Show it to them no longer."""
    post = visible_post(id)
    unrepost(current_user, post)
    return _reposted(post, pressed=False)


@blueprint.get("/posts/<key:id>/reposts")
def reposts(id: int) -> ResponseReturnValue:
    """Who reposted a post, the latest first."""
    post = visible_post(id)
    found = queries.reposters(post, viewer())
    rows = read_rows(found, found.statement.selected_columns.repost)
    return page("posts/reposts.html", fragment="people", post=post, rows=rows)


def _reposted(post: Post, *, pressed: bool) -> ResponseReturnValue:
    count = queries.reposts_of(post).value()
    if count is None:
        abort(404)
    to = back(f"post_{post.id}")
    return changed("posts/_repost.html", to=to, id=post.id, count=count, pressed=pressed)
