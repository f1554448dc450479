"""Delete one's own account, and change one's mind about it."""

from typing import Any

from flask import abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import format_date
from flask_babel import gettext as _

from ..data.database import db, now
from ..web.access import for_everybody
from ..web.answers import form_page, show_message
from ..web.limits import limiter
from . import blueprint
from .access import before_confirming, for_members
from .forms import hashing_password
from .leaving import STAY_WITHIN, leave, may_stay, stay
from .leaving_forms import LeaveForm
from .models import User
from .refused import RefusedPart, add_to_refused
from .roles import LastAdministratorError
from .sign_in import leave_session
from .tokens import make_token, read_token
from .viewer import viewer

STAY = "stay"


@blueprint.route("/settings/delete", methods=["GET", "POST"])
@before_confirming
@for_members
@limiter.limit("20 per hour", methods=["POST"])
def leave_site() -> ResponseReturnValue:
    """Delete the viewer's account, with the password again; it is hidden at once."""
    user = db.session.get_one(User, viewer.id)
    form = LeaveForm(user)
    with hashing_password(form):
        if form.validate_on_submit() and _leaves(form):
            leave_session(viewer)
            until = format_date(user.state_until, "long")
            show_message(
                _("Your account is hidden. Until %(date)s you can log in to keep it.", date=until)
            )
            return redirect("/", 303)
    return form_page("accounts/leave.html", form, until=now() + STAY_WITHIN)


@blueprint.post("/login/stay/<token>")
@for_everybody
@limiter.limit("60 per hour")
def stay_on_site(token: str) -> ResponseReturnValue:
    """Keep an account that is to be deleted, from the page that its owner gets at log-in."""
    found = read_token(STAY, token) or abort(404)
    if found.claims["until"] == _until(found.user) and stay(found.user):
        show_message(_("Your account stays. Log in to it."))
    else:
        show_message(_("This form was used, or is too old. Log in to see how your account is."))
    return redirect(url_for("accounts.login"), 303)


def how_to_stay(user: User) -> dict[str, Any] | None:
    """Return what the page at log-in says to who is leaving, with the token of the form to stay.

    A form that was used does nothing: the account is not leaving any more, or until another time.
    """
    if user.state != "leaving":
        return None
    if not may_stay(user) or user.state_until is None:
        return {}
    token = make_token(STAY, user, ends=user.state_until, until=_until(user))
    return {"token": token, "until": user.state_until}


def _leaves(form: LeaveForm) -> bool:
    try:
        leave(form.user)
    except LastAdministratorError:
        form.password.errors = [
            _("You are the only administrator. Make somebody else administrator first.")
        ]
        return False
    return True


def _until(user: User) -> str:
    return user.state_until.isoformat() if user.state_until else ""


add_to_refused(RefusedPart("accounts/_stay.html", how_to_stay))
