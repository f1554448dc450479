"""Pictures in a composer, one at a time: arrive, remove, move, try again.

The whole form of the composer comes along, and is kept as a draft. With htmx the answer is what is
attached now; without it, one goes on in the composer with that draft.
"""

from collections.abc import Sequence
from typing import Any

from flask import abort, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ..accounts.access import for_members
from ..accounts.viewer import viewer
from ..data.database import db
from ..posts.access import card_of, find_own_post, is_on_its_page, limit_writing
from ..posts.composer import Composer, DraftForm, composer_url
from ..posts.drafts import draft_of_form, save_draft
from ..posts.models import Draft, Post
from ..posts.refusals import TooManyDraftsError
from ..web.answers import back, changed, show_message
from ..web.requests import wants_fragment
from . import blueprint
from .composer import Attached, attached, move_one, values_of
from .describing import keeps_last_picture, take_from_post
from .failures import Passing
from .models import Picture
from .uploads import discard, retry


@blueprint.post("/pictures")
@for_members
@limit_writing
def arrive() -> ResponseReturnValue:
    """Store the files that were chosen in a composer."""
    return _attached(_form())


@blueprint.post("/pictures/<id:id>/remove")
@for_members
@limit_writing
def remove(id: int) -> ResponseReturnValue:
    """Take a picture out of a composer, or out of a post."""
    picture = _own(id)
    if "nonce" not in request.form:
        return _removed_from_post(picture)
    if picture.post_id is None:
        # First: a file that comes with the form may be in its place.
        discard([id])
    form = _form()
    there = [each for each in _there(form) if each.picture.id != id]
    return _rearranged(form, there)


@blueprint.post("/pictures/<id:id>/move")
@for_members
@limit_writing
def move(id: int) -> ResponseReturnValue:
    """Move a picture in a composer one place up or down (``direction``)."""
    _own(id)
    form = _form()
    there = _there(form)
    move_one(there, id, request.form.get("direction"))
    return _rearranged(form, there)


@blueprint.post("/pictures/<id:id>/retry")
@for_members
@limit_writing
def try_again(id: int) -> ResponseReturnValue:
    """Have the worker begin anew with a picture that failed."""
    picture = _own(id)
    retry(picture)
    if "nonce" in request.form:
        form = _form()
        response = make_response(_rearranged(form, _there(form), takes_focus=id))
        # The others stay as they are: some may still go up.
        response.headers["HX-Reselect"] = f"#picture_{id}"
        return response
    return _card(picture)


def _own(id: int) -> Picture:
    """Return a picture of the viewer's; else 404.

    It may have been removed meanwhile, in another tab: then the answer shows what there is.
    """
    own = select(Picture).where(Picture.id == id, Picture.owner_id == viewer.id)
    return db.session.scalar(own.where(Picture.purpose == "post")) or abort(404)


# On a card


def _removed_from_post(picture: Picture) -> ResponseReturnValue:
    post = find_own_post(picture.post_id) if picture.post_id else None
    if post is None:
        abort(404)
    if not take_from_post(post, picture.id):
        show_message(keeps_last_picture())
    return _card(picture)


def _card(picture: Picture) -> ResponseReturnValue:
    post = find_own_post(picture.post_id) if picture.post_id else None
    if post is None:
        abort(404)
    to = back(f"post_{post.id}", default=url_for("posts.show", id=post.id))
    if not wants_fragment():
        return redirect(to, 303)
    card = card_of(post, takes_focus=True, is_opened=is_on_its_page(post.id))
    return changed("posts/_changed.html", to=to, post=card)


# In a composer


def _form() -> DraftForm:
    """Return the form that the request sent, and take its files.

    400 without a nonce, which every composer has. Without JavaScript any button sends the files
    that were chosen, and a browser cannot fill their field again.
    """
    form = DraftForm()
    if not form.nonce.validate(form):
        abort(400)
    if request.files:
        form.receive(_edited(form))
    return form


def _edited(form: DraftForm) -> Post | None:
    return find_own_post(form.edits.data) if form.edits.data else None


def _there(form: DraftForm) -> list[Attached]:
    return attached(form.extra, form.nonce.data, form.edits.data)


def _rearranged(
    form: DraftForm, there: Sequence[Attached], takes_focus: int | None = None
) -> ResponseReturnValue:
    edited = _edited(form)
    is_edit = edited is not None and edited.pictures_count > 0
    form.received = dict(values_of(there, sensitive=form.extra.get("sensitive"), is_edit=is_edit))
    return _attached(form, takes_focus)


def _attached(form: DraftForm, takes_focus: int | None = None) -> ResponseReturnValue:
    """Keep the form as a draft, and answer with what is attached to its composer now."""
    errors = [str(error) for error in form.body.process_errors]
    # After 503 the script offers to send the same file again.
    is_passing = any(isinstance(error, Passing) for error in form.body.process_errors)
    # What is wrong with a file is not wrong with the text, which is kept.
    form.body.process_errors = []
    _keep(form)
    if not wants_fragment():
        for error in errors:
            show_message(error)
        return redirect(_page_of(form), 303)
    composer = Composer(
        nonce=form.nonce.data,
        extra=form.extra,
        errors={"pictures": errors},
        element=_element(form),
        in_reply_to_id=form.in_reply_to.data,
        edits_id=form.edits.data,
    )
    html = render_template("media/_attached.html", composer=composer, takes_focus=takes_focus)
    html += render_template("_messages_partial.html")
    return make_response(html, 503 if is_passing else 422 if errors else 200)


def _keep(form: DraftForm) -> None:
    """Save the draft. Of a form without a text field, the text that is kept already stays."""
    body = form.body.data or ""
    what: dict[str, Any] = {"in_reply_to_id": form.in_reply_to.data, "edits_id": form.edits.data}
    if "body" not in request.form:
        kept = select(Draft.body).where(
            Draft.author_id == viewer.id, Draft.nonce == form.nonce.data
        )
        body = db.session.scalar(kept) or ""
    if not form.body.validate(form):
        return
    try:
        save_draft(viewer, form.nonce.data, body, extra=form.extra, **what)
    except TooManyDraftsError as error:
        show_message(str(error))


def _element(form: DraftForm) -> str:
    if form.edits.data:
        return f"composer_edit_{form.edits.data}"
    if form.in_reply_to.data and "below_opened" not in request.form:
        return f"composer_{form.in_reply_to.data}"
    return "composer"


def _page_of(form: DraftForm) -> str:
    """Return the URL of the composer that goes on with the draft of this form."""
    draft = draft_of_form(viewer.id, form.nonce.data)
    id = draft.id if draft else None
    return composer_url(id, form.in_reply_to.data, form.edits.data)
