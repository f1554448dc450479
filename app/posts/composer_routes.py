"""Routes of the composer: write a post, reply to one, edit one's own."""

import secrets
from contextlib import suppress
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row
from werkzeug.datastructures import MultiDict

from ..accounts.access import for_members
from ..accounts.pending import Reason, ask_to_join
from ..accounts.sign_in import resume_after_login
from ..accounts.viewer import viewer
from ..web.answers import back, changed, left_for, page, reloaded, show_message, show_undoable
from ..web.paging import requested_key
from ..web.requests import wants_fragment
from ..web.sent_forms import SentForm, carry_when_expired, show_when_expired
from . import blueprint
from .access import card_of, find_own_post, find_visible_post, is_on_its_page, limit_writing
from .card_reading import read_cards
from .composer import (
    DraftForm,
    PostForm,
    composer_url,
    edit_composer,
    page_after_publishing,
    post_composer,
    reply_composer,
    typed_extra,
)
from .drafts import draft_for, draft_of_form, save_draft
from .models import Post
from .refusals import (
    GoneError,
    PostedLatelyError,
    SentBeforeError,
    TooManyDraftsError,
    TooManyMentionsError,
)
from .writing import edit, publish

show_when_expired("body", _l("Text"), "textarea")
carry_when_expired("nonce", "again", "below_opened", "in_reply_to", "edits")


@blueprint.post("/posts")
@for_members
@limit_writing
def create() -> ResponseReturnValue:
    """Write a post."""
    form = PostForm()
    post = _publish(form)
    if post is None:
        again = post_composer(sent=form)
        return page("posts/new.html", fragment="composer", status=422, composer=again)
    if post.is_held:
        return _redirect_to_held()
    undo, view = url_for("posts.take_back", id=post.id), url_for("posts.show", id=post.id)
    if wants_fragment() and urlsplit(back()).path == url_for("posts.new"):
        # That page has no list where the post would appear with its button.
        show_message(_("Your post is published."), undo=undo, view=view)
        return left_for("/")
    show_undoable(_("Your post is published."), undo, view=view)
    # A page of a post has no place for another one, and may be gone.
    to = page_after_publishing(post) or back(instead_of=url_for("posts.create"))
    shown = card_of(post, undo=undo)
    return changed("posts/_published.html", to=to, post=shown, composer=post_composer())


@blueprint.get("/posts/new")
@for_members
def new() -> ResponseReturnValue:
    """A page to write on."""
    composer = replace(post_composer(**_typed()), takes_focus=True)
    return page("posts/new.html", fragment="composer", composer=composer)


ask_to_join("posts.write_reply", lambda **_values: Reason(_("Join to reply"), _("Log in to reply")))


@blueprint.get("/posts/<id:id>/reply")
@for_members
def write_reply(id: int) -> ResponseReturnValue:
    """A page to reply on."""
    typed, parent = _typed(in_reply_to_id=id), find_visible_post(id)
    if parent is None:
        return _on_its_own(typed)
    composer = reply_composer(id, **typed)
    return page("posts/reply.html", fragment="composer", post=card_of(parent), composer=composer)


@blueprint.post("/posts/<id:id>/reply")
@for_members
@limit_writing
def reply(id: int) -> ResponseReturnValue:
    """Reply to a post."""
    parent, form = find_visible_post(id), PostForm()
    if parent is None:
        error = _("The post you reply to is not here any more. You can post this on its own.")
        return _refuse_gone(form, error, reply_composer(id, sent=form).element)
    post = _publish(form, in_reply_to=parent)
    if post is None:
        again = reply_composer(id, sent=form)
        around = {} if wants_fragment() else {"post": card_of(parent)}
        return page("posts/reply.html", fragment="composer", status=422, composer=again, **around)
    if post.is_held:
        return _redirect_to_held()
    undo = url_for("posts.take_back", id=post.id)
    show_undoable(_("Your reply is published."), undo, view=url_for("posts.show", id=post.id))
    shown = url_for("posts.show", id=id, through=post.id, _anchor=f"post_{post.id}")
    to = page_after_publishing(post) or shown
    if not wants_fragment():
        return redirect(to, 303)
    both = read_cards([post.id, id], viewer)
    if id not in both:  # The parent was deleted meanwhile.
        return reloaded(shown)
    composer = reply_composer(id, below_opened=True) if form.below_opened.data else None
    card = replace(both[post.id], undo=undo, takes_focus=composer is None)
    return changed("posts/_replied.html", to=shown, post=card, parent=both[id], composer=composer)


@blueprint.get("/posts/<id:id>/edit")
@for_members
def write_edit(id: int) -> ResponseReturnValue:
    """A page to edit one's own post on."""
    typed, post = _typed(edits_id=id), find_own_post(id)
    if post is None:
        return _on_its_own(typed)
    composer = edit_composer(post, **typed)
    return page("posts/edit.html", fragment="composer", composer=composer, post=post)


@blueprint.post("/posts/<id:id>/edit", endpoint="edit")
@for_members
@limit_writing
def save_edit(id: int) -> ResponseReturnValue:
    """Edit one's own post."""
    post, form, version = find_own_post(id), PostForm(), None
    if post is None:
        return _refuse_gone(form, str(GoneError()), f"composer_edit_{id}")
    form.receive(post)
    is_saved = form.validate_on_submit()
    try:
        if is_saved:
            version = edit(post, form.body.data, nonce=form.nonce.data, extra=form.extra)
    except GoneError as error:
        return _refuse_gone(form, str(error), f"composer_edit_{id}")
    except (SentBeforeError, TooManyMentionsError) as error:
        is_saved = False
        form.refuse(error)
    if not is_saved:
        _keep_refused(form, edits_id=id)
        again = edit_composer(post, sent=form)
        return page("posts/edit.html", fragment="composer", status=422, composer=again, post=post)
    if post.is_held:
        return _redirect_to_held()
    undo = url_for("posts.restore", id=id, version=version.id) if version else None
    show_undoable(_("Your post is changed."), undo)
    shown = card_of(post, undo=undo, takes_focus=True, is_opened=is_on_its_page(id))
    to = page_after_publishing(post) or url_for("posts.show", id=id)
    return changed("posts/_changed.html", to=to, post=shown)


def _publish(form: PostForm, in_reply_to: Row[Any] | None = None) -> Post | None:
    """Publish what ``form`` holds; None, with the errors at its fields, where that fails.

    What is refused is kept as a draft.
    """
    form.receive()
    try:
        if form.validate_on_submit():
            return publish(
                viewer,
                form.body.data,
                nonce=form.nonce.data,
                in_reply_to=in_reply_to,
                extra=form.extra,
                again=bool(form.again.data),
            )
    except (PostedLatelyError, SentBeforeError, TooManyMentionsError) as error:
        form.refuse(error)
    _keep_refused(form, in_reply_to_id=in_reply_to.id if in_reply_to else None)
    return None


def _redirect_to_held() -> ResponseReturnValue:
    """Lead to the posts that wait: nobody sees what was written before a moderator has read it."""
    show_message(_("A moderator reads your post before others do."))
    return left_for(url_for(".held"))


def _keep_refused(form: PostForm, **what: int | None) -> None:
    typed = DraftForm()
    if typed.validate() and form.nonce.data:
        with suppress(TooManyDraftsError):
            extra = typed.extra | form.received
            save_draft(viewer, form.nonce.data, typed.body.data or "", extra=extra, **what)


def _refuse_gone(form: PostForm, error: str, element: str) -> Response:
    """Refuse a reply to a post, or an edit of one, that is gone; the text becomes a new post.

    ``element`` is the id of the composer that was sent, which htmx replaces.
    """
    _keep_refused(form)
    form.body.errors = [error]
    again = post_composer(sent=form)
    if wants_fragment():
        again = replace(again, leaves_page=True, element=element)
    return page("posts/new.html", fragment="composer", status=404, composer=again)


def _typed(**what: int) -> dict[str, Any]:
    """Return what was typed before: ``?body=``, else the draft that is named, else the newest."""
    if body := request.args.get("body"):
        return {"body": body}
    return {"draft": draft_for(viewer, id=requested_key("draft"), **what)}


def _on_its_own(typed: dict[str, Any]) -> ResponseReturnValue:
    """Lead to a composer of a new post, with what was ``typed`` for a post that is gone."""
    if draft := typed.get("draft"):
        return redirect(url_for(".new", draft=draft.id), 303)
    if body := typed.get("body"):
        return redirect(url_for(".new", body=body), 303)
    abort(404)


@resume_after_login
def _keep_as_draft(sent: SentForm) -> str | None:
    """Store what was typed into a composer; return the page with that composer."""
    fields = MultiDict(sent.fields)
    if not fields.get("nonce"):
        fields["nonce"] = secrets.token_hex(16)
    form = DraftForm(fields, meta={"csrf": False})
    if not (form.body.data and form.validate()):
        return None
    what = {"in_reply_to_id": form.in_reply_to.data, "edits_id": form.edits.data}
    extra, nonce = typed_extra(fields), form.nonce.data
    try:
        if save_draft(viewer, nonce, form.body.data, extra=extra, **what) != "kept":
            return None
    except TooManyDraftsError:
        return None
    kept = draft_of_form(viewer.id, nonce)
    return composer_url(kept.id if kept else None, **what)
