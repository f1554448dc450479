"""Register, log in, log out, forgotten password."""

from flask import current_app, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import login_required
from sqlalchemy.exc import IntegrityError
from werkzeug.exceptions import TooManyRequests

from ..data.database import db
from ..mail.sending import send_mail
from ..web.answers import form_page, own_path, show_message
from ..web.errors import show_when_expired
from ..web.i18n import language
from ..web.limits import limiter
from ..web.urls import external_url
from . import blueprint, passwords
from .forms import ForgottenPasswordForm, LoginForm, RegisterForm, ResetPasswordForm
from .models import by_email, by_login, register
from .sign_in import begin_session, leave_session
from .throttling import WITHIN, note_failure, remember_browser, too_many_failures
from .tokens import reset_token, user_of_reset_token
from .viewer import viewer

show_when_expired("username", _l("Username"))
show_when_expired("login", _l("Username or e-mail"))
show_when_expired("email", _l("E-mail"), "email")
show_when_expired("password", _l("Password"), "password")


@blueprint.route("/register", methods=["GET", "POST"], endpoint="register")
@limiter.limit("60 per hour", methods=["POST"])
def register_account() -> ResponseReturnValue:
    """Create an account and sign in to it."""
    if viewer.is_authenticated:
        return redirect("/")
    if current_app.config["REGISTRATION"] == "closed":
        return render_template("accounts/closed.html"), 403
    form = RegisterForm()
    if form.validate_on_submit():
        try:
            user = register(form.username.data, email=form.email.data, password=form.password.data)
        except IntegrityError:
            # Somebody took the name between the check and the INSERT: the check now says which.
            form.validate()
        else:
            begin_session(user, remember=False)
            show_message(_("Welcome, %(name)s!", name=user.username))
            return redirect(_next(), 303)
    return form_page("accounts/register.html", form)


@blueprint.route("/login", methods=["GET", "POST"])
@limiter.limit("200 per hour", methods=["POST"])
def login() -> ResponseReturnValue:
    """Sign in, and go on to where the person was going."""
    if viewer.is_authenticated:
        return redirect(_next())
    form = LoginForm()
    if form.validate_on_submit():
        if too_many_failures(form.login.data):
            raise TooManyRequests(retry_after=int(WITHIN.total_seconds()))
        user = db.session.scalar(by_login(form.login.data))
        # One hash is computed whether there is such a user or not.
        right = passwords.check(user.password_hash if user else None, form.password.data)
        if user and right:
            user.rehash_password(form.password.data)
            begin_session(user, remember=form.remember.data)
            remember_browser(user)
            return redirect(_next(), 303)
        note_failure(form.login.data)
        form.password.errors = [_("The name or the password is wrong.")]
    return form_page("accounts/login.html", form)


@blueprint.post("/logout")
@login_required
def logout() -> ResponseReturnValue:
    """Sign out of this browser."""
    leave_session(viewer)
    show_message(_("You are signed out."))
    return redirect("/", 303)


@blueprint.route("/reset-password", methods=["GET", "POST"])
@limiter.limit("60 per hour", methods=["POST"])
def forgot_password() -> ResponseReturnValue:
    """Mail a link that sets a new password. The answer tells nothing about who has an account."""
    form = ForgottenPasswordForm()
    if form.validate_on_submit():
        user = db.session.scalar(by_email(form.email.data))
        if user and user.email:
            send_mail(
                user.email,
                _("Set a new password"),
                "mail/reset_password.txt",
                language=user.language or language(),
                user=user,
                url=external_url("accounts.reset_password", token=reset_token(user)),
            )
        show_message(_("If there is an account with this address, a link is on its way to it."))
        return redirect(url_for("accounts.login"), 303)
    return form_page("accounts/forgot_password.html", form)


@blueprint.route("/reset-password/<token>", methods=["GET", "POST"])
@limiter.limit("60 per hour", methods=["POST"])
def reset_password(token: str) -> ResponseReturnValue:
    """Set a new password by the link in a mail."""
    user = user_of_reset_token(token)
    form = ResetPasswordForm()
    if user and not form.validate_on_submit():
        return form_page("accounts/reset_password.html", form)
    if user and user.change_password(form.password.data):
        show_message(_("Your password is set. Log in with it."))
        return redirect(url_for("accounts.login"), 303)
    show_message(_("This link no longer works. Ask for a new one."))
    return redirect(url_for("accounts.forgot_password"), 303)


def _next() -> str:
    """Return the path of ours that the person was going to."""
    target = request.args.get("next")
    return target if target and own_path(target) else "/"
