"""Settings: profile, account, login sessions."""

from flask import Response, abort, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user, login_required
from flask_wtf import FlaskForm
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from ..data.database import db
from ..web.answers import notify
from ..web.security import limiter
from . import blueprint
from .forms import AccountForm, ProfileForm
from .models import LoginSession


@blueprint.route("/settings/profile", methods=["GET", "POST"])
@login_required
def edit_profile() -> ResponseReturnValue:
    """Change what others read of you."""
    form = ProfileForm(obj=current_user)
    if form.validate_on_submit():
        current_user.edit_profile(
            display_name=form.display_name.data, about_me=form.about_me.data or ""
        )
        notify(_("Your profile is saved."))
        return redirect(url_for("profiles.show", username=current_user.username), 303)
    return _form_page("accounts/edit_profile.html", form)


@blueprint.route("/settings/account", methods=["GET", "POST"])
@login_required
@limiter.limit("60 per hour", methods=["POST"])
def edit_account() -> ResponseReturnValue:
    """Change e-mail address, password or language; the first two sign you out elsewhere."""
    form = AccountForm(obj=current_user)
    if form.validate_on_submit():
        try:
            _save_account(form)
        except IntegrityError:
            # Someone took the address between the check and the write: the check now says so.
            form.validate()
        else:
            notify(_("Your account is saved."))
            return redirect(url_for("accounts.edit_account"), 303)
    return _form_page("accounts/edit_account.html", form)


@blueprint.get("/settings/sessions")
@login_required
def sessions() -> ResponseReturnValue:
    """List the browsers that are signed in."""
    own = select(LoginSession).where(LoginSession.user_id == current_user.id)
    found = db.session.scalars(own.order_by(LoginSession.last_used_at.desc()).limit(100)).all()
    return make_response(render_template("accounts/sessions.html", sessions=found))


@blueprint.post("/settings/sessions/<key:id>/revoke")
@login_required
def revoke_session(id: int) -> ResponseReturnValue:
    """Sign one browser out."""
    if not current_user.end_session(id):
        abort(404)
    notify(_("That browser is signed out."))
    return redirect(url_for("accounts.sessions"), 303)


def _save_account(form: AccountForm) -> None:
    here = current_user.login_session_id
    current_user.choose_language(form.language.data or None)
    if form.changes_email:
        current_user.change_email(form.email.data, but=here)
    if form.password.data:
        current_user.change_password(form.password.data, but=here)


def _form_page(template: str, form: FlaskForm) -> Response:
    return make_response(render_template(template, form=form), 422 if form.errors else 200)
