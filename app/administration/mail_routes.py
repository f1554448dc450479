"""The page of the mails that did not arrive, for administrators."""

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ..accounts.access import before_confirming, for_administrators
from ..accounts.viewer import viewer
from ..web.answers import page, show_message
from ..web.paging import read_rows
from . import blueprint
from .mails import failed
from .mails import send_mail_again as send_again


@blueprint.get("/admin/mails")
@for_administrators
def mails() -> ResponseReturnValue:
    """List the mails that could not be delivered, the newest first."""
    return page("administration/mails.html", "mails", rows=read_rows(failed, "id"))


@blueprint.post("/admin/mails/<id:id>/send")
@before_confirming
@for_administrators
def send_mail_again(id: int) -> ResponseReturnValue:
    """Send a mail again at once."""
    if not send_again(viewer, id):
        abort(404)
    show_message(_("The mail is on its way again."))
    return redirect(url_for("administration.mails"), 303)
