"""Register, in the way that the site says: open, with approval, with an invitation, not at all."""

from flask import current_app, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.exc import IntegrityError

from ..data.database import now
from ..site import Site, site, site_now
from ..web.access import for_everybody
from ..web.answers import form_page, show_message
from ..web.limits import limiter, network
from ..web.preferences import chosen_language
from ..web.sent_forms import carry_when_expired, sent_form, show_when_expired
from . import blueprint
from .applications import apply_to_join
from .confirming import confirms_addresses, send_confirmation
from .forms import hashing_password
from .invitations import Invitation, NoInvitationError, join_with, open_invitation
from .models import User
from .pending import form_to_carry, reason_to_sign_in
from .register_form import RegisterForm
from .registering import register
from .seen_addresses import see_address
from .sign_in import begin_session, go_on, next_path
from .viewer import viewer

show_when_expired("answer", _l("Your answer"), "textarea")
carry_when_expired("invitation", "opened", "subject")


@blueprint.route("/register", methods=["GET", "POST"], endpoint="register")
@for_everybody
@limiter.limit("60 per hour", methods=["POST"])
def register_account() -> ResponseReturnValue:
    """Create an account, and sign in to it unless it waits for approval."""
    if viewer.is_authenticated:
        return redirect(next_path() or "/")
    form = RegisterForm(form_to_carry())
    settings = site_now() if form.is_submitted() else site()
    invitation = open_invitation(form.invitation.data or "")
    if not (settings.can_join or (settings.registration == "invite" and invitation)):
        return _closed(settings)
    form.ask(settings, is_invited=invitation is not None)
    with hashing_password(form):
        if form.validate_on_submit():
            try:
                user = _registered(form, settings, invitation)
            except NoInvitationError:
                return _closed(settings)
            if user:
                return _welcome(user)
    reason = reason_to_sign_in(form.sent, next_path())
    return form_page("accounts/register.html", form, reason=reason, invitation=invitation)


@blueprint.get("/register/waiting")
@for_everybody
def waiting() -> ResponseReturnValue:
    """Say what happens next, to anybody: whether somebody asked to join or not."""
    return render_template("accounts/waiting.html")


def _closed(settings: Site) -> ResponseReturnValue:
    values = {"settings": settings, "typed": sent_form().typed}
    return make_response(render_template("accounts/closed.html", **values), 403)


def _welcome(user: User) -> ResponseReturnValue:
    if user.state == "waiting":
        return redirect(url_for("accounts.waiting"), 303)
    begin_session(user, remember=False)
    welcome = _("Welcome, %(name)s!", name=user.username)
    if user.role == "administrator":
        welcome = f"{welcome} {_('You are the administrator: see Settings, Administration.')}"
    show_message(welcome)
    return go_on(by="discover.introduce")


def _registered(form: RegisterForm, settings: Site, invitation: Invitation | None) -> User | None:
    """Return the new user; None, with an error at the field, if the name was taken just now."""

    def enter(user: User) -> None:
        if not user.confirmed_at:
            send_confirmation(user)
        if invitation:
            join_with(invitation, user)
        elif settings.registration == "approval" and user.role == "member":
            answer = form.answer.data if form.answer else ""
            apply_to_join(user, answer=answer, network=network())
            see_address(user.id, request.remote_addr or "")

    try:
        return register(
            form.username.data,
            email=form.email.data,
            password=form.password.data,
            language=chosen_language() or None,
            may_administer=current_app.config["FIRST_ACCOUNT"] == "administrator",
            must_confirm=confirms_addresses(settings),
            last_seen_at=now(),
            enter=enter,
        )
    except IntegrityError:
        form.validate()
        return None
