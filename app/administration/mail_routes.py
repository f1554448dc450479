"""The mails that did not arrive, for administrators."""

from functools import cache

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import select

from ..accounts.access import before_confirming, for_administrators
from ..data.database import AnySelect
from ..data.keyset import Window
from ..mail.models import OutboxMail
from ..mail.sending import send_again
from ..web.answers import page, show_message
from ..web.paging import read_rows
from . import blueprint


@blueprint.get("/admin/mails")
@for_administrators
def mails() -> ResponseReturnValue:
    """List the mails that could not be delivered, the newest first."""
    return page("administration/mails.html", "mails", rows=read_rows(_failed, "id"))


@blueprint.post("/admin/mails/<key:id>/send")
@before_confirming
@for_administrators
def send_mail_again(id: int) -> ResponseReturnValue:
    """Send a mail again at once."""
    if not send_again(id):
        abort(404)
    show_message(_("The mail is on its way again."))
    return redirect(url_for("administration.mails"), 303)


@cache
def _failed(window: Window) -> AnySelect:
    columns = (
        OutboxMail.id,
        OutboxMail.recipient,
        OutboxMail.kind,
        OutboxMail.subject,
        OutboxMail.attempts,
        OutboxMail.due_at,
    )
    failed = select(*columns).where(OutboxMail.sent_at.is_(None), OutboxMail.attempts > 0)
    return window.of(failed, OutboxMail.id)
