"""The page on which the pictures of a published post are described, without JavaScript."""

from collections.abc import Mapping, Sequence

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_wtf import FlaskForm

from ..accounts.access import for_members
from ..data.database import db, read_again, writing
from ..posts.access import limit_writing, own_post_or_404
from ..posts.models import Post
from ..web.answers import page, show_message
from . import blueprint
from .composer import (
    DESCRIPTIONS,
    Attached,
    descriptions,
    ids_in,
    move_one,
    pictures_of,
    save_pictures,
    values_of,
)

# The fields of a composer, with its rules.
DescriptionsForm = type("DescriptionsForm", (FlaskForm,), dict(DESCRIPTIONS))


@blueprint.get("/posts/<id:id>/pictures")
@for_members
def describe(id: int) -> ResponseReturnValue:
    """A page on which to describe the pictures of one's own post, and to put them in order."""
    post = own_post_or_404(id)
    there = _pictures(post)
    return _page(post, there, {}, sensitive=any(each.picture.sensitive for each in there))


@blueprint.post("/posts/<id:id>/pictures")
@for_members
@limit_writing
def save_descriptions(id: int) -> ResponseReturnValue:
    """Save descriptions and order; a button also moves a picture, or removes it.

    This is no edit: the history of the post does not show it.
    """
    post = own_post_or_404(id)
    form = DescriptionsForm()
    form.validate()
    with writing() as session:
        read_again(session, post) or abort(404)
        there, sensitive = _as_typed(post), request.form.get("sensitive")
        errors = _errors(form, there)
        if not errors:
            _move(there)
            save_pictures(post, values_of(there, sensitive=sensitive))
    if errors:
        return _page(post, there, errors, sensitive=bool(sensitive))
    removed = request.form.get("remove", type=int)
    if removed and not take_from_post(post, removed):
        show_message(keeps_last_picture())
    stays = removed or "move" in request.form
    return redirect(
        url_for(".describe" if stays and post.pictures_count else "posts.show", id=id), 303
    )


def take_from_post(post: Post, picture_id: int) -> bool:
    """Remove a picture from a post; returns False if the post would have no content then."""
    with writing() as session:
        read_again(session, post) or abort(404)
        there = [each for each in _pictures(post) if each.picture.id != picture_id]
        if not there and not post.body:
            return False
        sensitive = any(each.picture.sensitive for each in there)
        save_pictures(post, values_of(there, sensitive=sensitive))
    return True


def keeps_last_picture() -> str:
    """Return why a picture cannot be removed."""
    return _("A post without a text keeps its last picture. Delete the post instead.")


def _pictures(post: Post) -> list[Attached]:
    return [Attached(row, row.description) for row in db.session.scalars(pictures_of(post.id))]


def _as_typed(post: Post) -> list[Attached]:
    """Return the pictures of a post as the form has them; what it does not know comes last."""
    there = {each.picture.id: each for each in _pictures(post)}
    ids = ids_in(request.form.get("attached"))
    typed = zip(ids, descriptions(request.form, len(ids)), strict=True)
    known = [Attached(there.pop(id).picture, text) for id, text in typed if id in there]
    return [*known, *there.values()]


def _move(there: list[Attached]) -> None:
    """Move the picture that the pressed button names: its id, and "up" or "down"."""
    id, _space, direction = request.form.get("move", "").partition(" ")
    for moved in ids_in(id):
        move_one(there, moved, direction)


def _errors(form: FlaskForm, there: Sequence[Attached]) -> dict[int, str]:
    """Return what is wrong with the descriptions of pictures, by the id of the picture."""
    typed = zip(ids_in(request.form.get("attached")), DESCRIPTIONS, strict=False)
    wrong = {id: form.errors[name][0] for id, name in typed if name in form.errors}
    return {each.picture.id: wrong[each.picture.id] for each in there if each.picture.id in wrong}


def _page(
    post: Post, there: Sequence[Attached], errors: Mapping[int, str], *, sensitive: bool
) -> ResponseReturnValue:
    status = 422 if errors else 200
    values = {"post": post, "there": there, "errors": errors, "sensitive": sensitive}
    return page("media/describe.html", "pictures", status, **values)
