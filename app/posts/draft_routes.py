"""The routes of drafts: saved while one types, listed, discarded; of a post that is taken back."""

from dataclasses import replace

from flask import Response, abort, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..accounts.access import before_confirming, for_members
from ..accounts.viewer import viewer
from ..data.reading import read
from ..follows.queries import audience_of
from ..web.answers import answer_with_messages, back, changed, page, show_message
from ..web.limits import limiter
from ..web.paging import read_rows
from ..web.requests import wants_fragment
from . import blueprint
from .access import find_own_post, find_visible_post, is_on_its_page, limit_writing, own_post_or_404
from .card_reading import read_cards
from .composer import (
    Composer,
    DraftForm,
    composer_parts,
    composer_url,
    edit_composer,
    post_composer,
    reply_composer,
)
from .drafts import delete_draft, draft_by_id, save_draft
from .drafts import drafts as viewers_drafts
from .models import Draft, Post
from .refusals import TooManyDraftsError
from .taking_back import take_back

SAVED = {
    "kept": _l("Your draft is kept."),
    "deleted": _l("Nothing is typed, so there is no draft."),
    "sent already": _l("This was sent already."),
}


@blueprint.get("/drafts")
@for_members
def drafts() -> ResponseReturnValue:
    """What the viewer typed and did not send."""
    audience = audience_of(viewer)
    rows = read_rows(lambda window: viewers_drafts(window, audience), "id", viewer_id=viewer.id)
    parts = composer_parts()
    return page("posts/drafts.html", fragment="drafts", rows=rows, parts=parts)


@blueprint.post("/drafts")
@before_confirming
@for_members
@limiter.limit("6000 per 10 minutes")
def save() -> ResponseReturnValue:
    """Store the form of a composer: while one types, or by its button."""
    form = DraftForm()
    form.receive(find_own_post(form.edits.data) if form.edits.data and request.files else None)
    if not form.validate_on_submit():
        return _not_saved(form)
    try:
        saved = save_draft(
            viewer,
            form.nonce.data,
            form.body.data or "",
            in_reply_to_id=form.in_reply_to.data,
            edits_id=form.edits.data,
            extra=form.extra,
        )
    except TooManyDraftsError as error:
        form.body.errors = [str(error)]
        return _not_saved(form)
    if wants_fragment():
        return make_response("", 204)
    show_message(str(SAVED[saved]))
    return redirect(back(), 303)


@blueprint.post("/drafts/<id:id>/delete")
@before_confirming
@for_members
def discard(id: int) -> ResponseReturnValue:
    """Delete a draft."""
    draft = read(draft_by_id(), viewer_id=viewer.id, draft_id=id).first() or abort(404)
    delete_draft(viewer.id, draft.nonce)
    show_message(_("The draft is gone."))
    return changed("posts/_discarded.html", to=url_for("posts.drafts"))


@blueprint.post("/posts/<id:id>/take-back", endpoint="take_back")
@for_members
@limit_writing
def take_back_post(id: int) -> ResponseReturnValue:
    """Delete a post that was just published, and give its text back to its author."""
    post = own_post_or_404(id, or_deleted=True)
    try:
        draft = take_back(viewer, post)
    except TooManyDraftsError as error:
        show_message(str(error))
        return answer_with_messages(409) if wants_fragment() else redirect(back(), 303)
    show_message(_("Taken back. The text is kept as a draft."))
    if not wants_fragment():
        to = composer_url(draft.id, draft.in_reply_to_id) if draft else back()
        return redirect(to, 303)
    parents = read_cards([post.in_reply_to_id] if post.in_reply_to_id else [], viewer)
    return changed(
        "posts/_taken_back.html",
        to="",
        post=post,
        parent=parents.get(post.in_reply_to_id or 0),
        composer=draft and _composer_of(post, draft),
    )


def _composer_of(post: Post, draft: Draft) -> Composer:
    """Return the composer with the text of a post that was taken back, for its page."""
    if not draft.in_reply_to_id:
        composer = post_composer(draft=draft)
    else:
        below_opened = is_on_its_page(draft.in_reply_to_id)
        composer = reply_composer(draft.in_reply_to_id, below_opened=below_opened, draft=draft)
        if not below_opened:
            # In place of the card. Another reply to the same post may be open.
            composer = replace(composer, element=f"composer_{post.id}")
    return replace(composer, takes_focus=True)


def _not_saved(form: DraftForm) -> Response:
    wrong = " ".join(str(error) for errors in form.errors.values() for error in errors)
    if wants_fragment():
        show_message(wrong)
        return answer_with_messages(422)
    # The composer that it came from: a reply must not become a post.
    if form.in_reply_to.data and (parent := find_visible_post(form.in_reply_to.data)):
        again = reply_composer(parent.id)
    elif form.edits.data and (post := find_own_post(form.edits.data)):
        again = edit_composer(post)
    else:
        again = post_composer()
    again = replace(
        again,
        body=form.body.data or "",
        nonce=again.nonce if form.nonce.errors else form.nonce.data,
        extra=form.extra,
        errors={"body": [wrong]},
    )
    return page("posts/new.html", fragment="composer", status=422, composer=again)
