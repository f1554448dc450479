"""Log in, log out, forgotten password."""

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.exceptions import TooManyRequests

from ..data.database import db
from ..mail.sending import send_mail
from ..web.access import for_everybody
from ..web.answers import form_page, show_message
from ..web.i18n import language
from ..web.limits import limiter
from ..web.sent_forms import carry_when_expired, show_when_expired
from . import blueprint, passwords
from .access import before_confirming, for_members
from .addresses import canonical
from .applications import comes_in_first
from .forms import ForgottenPasswordForm, LoginForm, ResetPasswordForm, hashing_password
from .known_browsers import COOKIE, LONGEST_COOKIE
from .models import User, by_login
from .pending import form_to_carry, reason_to_sign_in
from .refused import refused
from .resets import RESET, user_of_reset_token
from .sign_in import begin_session, go_on, leave_session, next_path
from .throttling import WITHIN, failure_keys, note_failure, too_many_failures
from .viewer import viewer

show_when_expired("username", _l("Username"))
show_when_expired("login", _l("Username or e-mail"))
show_when_expired("email", _l("E-mail"), "email")
show_when_expired("password", _l("Password"), "password")
carry_when_expired("remember")


@blueprint.route("/login", methods=["GET", "POST"])
@for_everybody
@limiter.limit("200 per hour", methods=["POST"])
def login() -> ResponseReturnValue:
    """Sign in, and go on to where the person was going."""
    if viewer.is_authenticated:
        return go_on()
    form = LoginForm(form_to_carry())
    with hashing_password(form):
        if form.validate_on_submit() and (user := _authenticated(form)):
            user.end_state_in_time()
            if not user.is_open:
                return refused(user)
            first = "discover.introduce" if comes_in_first(user) else None
            begin_session(user, remember=form.remember.data)
            return go_on(by=first)
    return form_page("accounts/login.html", form, reason=reason_to_sign_in(form.sent, next_path()))


@blueprint.post("/logout")
@before_confirming
@for_members
def logout() -> ResponseReturnValue:
    """Sign out of this browser."""
    leave_session(viewer)
    show_message(_("You are logged out."))
    return redirect("/", 303)


@blueprint.route("/reset-password", methods=["GET", "POST"])
@for_everybody
@limiter.limit("60 per hour", methods=["POST"])
def forgot_password() -> ResponseReturnValue:
    """Mail a link that sets a new password. The answer does not show who has an account."""
    form = ForgottenPasswordForm()
    if form.validate_on_submit():
        # The job looks for the account: this answer takes as long for an unknown address.
        send_mail(
            canonical(form.email.data),
            RESET,
            language=language(),
            browser=request.cookies.get(COOKIE, "")[:LONGEST_COOKIE],
        )
        return redirect(url_for("accounts.reset_sent"), 303)
    return form_page("accounts/forgot_password.html", form)


@blueprint.get("/reset-password/sent")
@for_everybody
def reset_sent() -> ResponseReturnValue:
    """Say what to do next, to anybody: whether there was such an account, or a request at all."""
    return render_template("accounts/reset_sent.html")


@blueprint.route("/reset-password/<token>", methods=["GET", "POST"])
@for_everybody
@limiter.limit("60 per hour", methods=["POST"])
def reset_password(token: str) -> ResponseReturnValue:
    """Set a new password by the link in a mail."""
    user = user_of_reset_token(token)
    if user:
        form, changed = ResetPasswordForm(user), None
        with hashing_password(form):
            if form.validate_on_submit():
                changed = user.change_credentials(password=form.password.data)
        if changed is None:
            return form_page("accounts/reset_password.html", form)
        if changed:
            show_message(_("Your password is set. Log in with it."))
            return redirect(url_for("accounts.login"), 303)
    show_message(_("This link no longer works. Ask for a new one."))
    return redirect(url_for("accounts.forgot_password"), 303)


def _authenticated(form: LoginForm) -> User | None:
    """Return the user who logs in; None, with an error at the field, if it is none.

    Raises :class:`werkzeug.exceptions.TooManyRequests` after too many failures.
    """
    user = db.session.scalar(by_login(form.login.data))
    counted_by = failure_keys(form.login.data, user)
    if too_many_failures(counted_by):
        raise TooManyRequests(retry_after=int(WITHIN.total_seconds()))
    # A hash is computed whether there is such a user or not.
    right = passwords.matching(user.password_hash if user else None, form.password.data)
    if user and right:
        user.renew_hash(right)
        return user
    note_failure(counted_by)
    form.password.errors = [_("The name or the password is wrong.")]
    return None
