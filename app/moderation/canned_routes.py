"""Ready-made reasons: what moderators often write to people."""

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ..accounts.access import for_moderators
from ..accounts.viewer import viewer
from ..data.reading import read
from ..web.answers import form_page, show_message
from . import blueprint, notes, queries
from .forms import WordsForm


@blueprint.route("/desk/reasons", methods=["GET", "POST"])
@for_moderators
def canned_reasons() -> ResponseReturnValue:
    """List the ready-made reasons, and keep another one."""
    form = WordsForm()
    form.submit.label.text = _("Save")
    if not form.validate_on_submit():
        reasons = read(queries.canned_reasons()).all()
        return form_page("moderation/canned.html", form, reasons=reasons)
    notes.add_canned_reason(viewer, form.words.data)
    show_message(_("It is kept."))
    return redirect(url_for(".canned_reasons"), 303)


@blueprint.post("/desk/reasons/<id:id>/delete")
@for_moderators
def delete_canned_reason(id: int) -> ResponseReturnValue:
    """Delete a ready-made reason."""
    if not notes.delete_canned_reason(viewer, id):
        abort(404)
    show_message(_("It is gone."))
    return redirect(url_for(".canned_reasons"), 303)
