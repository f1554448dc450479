"""The author of a post removes the preview of its link, or restores it."""

from flask import abort, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ..accounts.access import for_members
from ..posts.access import card_of, is_on_its_page, limit_writing, own_post_or_404
from ..web.answers import back, changed, show_message
from . import blueprint
from .models import set_removed


@blueprint.post("/posts/<id:id>/preview/remove")
@for_members
@limit_writing
def remove(id: int) -> ResponseReturnValue:
    """Show one's own post without the preview of its link."""
    return _changed(id, is_removed=True, message=_("The preview is removed."))


@blueprint.post("/posts/<id:id>/preview/restore")
@for_members
@limit_writing
def restore(id: int) -> ResponseReturnValue:
    """Show one's own post with the preview of its link again."""
    return _changed(id, is_removed=False, message=_("The preview is back."))


def _changed(id: int, *, is_removed: bool, message: str) -> ResponseReturnValue:
    post = own_post_or_404(id)
    if not set_removed(post, is_removed=is_removed):
        abort(404)
    show_message(message)
    to = back(f"post_{id}", default=url_for("posts.show", id=id))
    card = card_of(post, takes_focus=True, is_opened=is_on_its_page(id))
    return changed("posts/_changed.html", to=to, post=card)
