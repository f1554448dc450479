"""Confirm the e-mail address, and be kept from writing until then."""

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from werkzeug.exceptions import Forbidden

from ..data.database import db
from ..web.access import for_everybody
from ..web.answers import ExplainedError, back, show_message
from ..web.limits import limiter
from . import blueprint
from .access import before_confirming, for_members, is_before_confirming
from .confirming import confirm_address, must_confirm, send_confirmation, user_of_confirmation
from .models import User
from .viewer import viewer


class NotConfirmedError(ExplainedError, Forbidden):
    """The viewer has to confirm the e-mail address first."""

    @property
    def title(self) -> str:
        """What is missing."""
        return _("Confirm your address first")

    @property
    def advice(self) -> str:
        """Where the link is."""
        return _(
            "Open the link in the mail that we sent to %(email)s. On each page you can have it "
            "sent again.",
            email=viewer.email or "",
        )


def keep_confirmed_only() -> None:
    """Keep somebody whose address is not confirmed from writing. Runs before each request.

    Raises :class:`NotConfirmedError`.
    """
    if request.method != "POST":
        return
    view = current_app.view_functions.get(request.endpoint or "")
    if view and not is_before_confirming(view) and must_confirm(viewer):
        raise NotConfirmedError


@blueprint.route("/confirm/<token>", methods=["GET", "POST"])
@for_everybody
@limiter.limit("60 per hour", methods=["POST"])
def confirm(token: str) -> ResponseReturnValue:
    """Confirm the e-mail address to which the link was sent."""
    user = user_of_confirmation(token)
    if user is None:
        return render_template("accounts/confirm.html", user=None), 404
    if request.method == "POST":
        confirm_address(user)
        show_message(_("Your address is confirmed."))
        return redirect("/", 303)
    return render_template("accounts/confirm.html", user=user, token=token)


@blueprint.post("/settings/confirm")
@before_confirming
@for_members
@limiter.limit("10 per hour")
def send_confirmation_again() -> ResponseReturnValue:
    """Send the mail with the link again."""
    if must_confirm(viewer):
        send_confirmation(db.session.get_one(User, viewer.id))
    show_message(_("The mail is on its way. Look for it in your spam folder, too."))
    return redirect(back(default=url_for("accounts.edit_account")), 303)
