"""The routes of the settings: profile, account, login sessions."""

from functools import cache

from flask import abort, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import bindparam, select
from sqlalchemy.exc import IntegrityError

from ..data.database import AnySelect, db, writing
from ..data.keyset import row_count
from ..data.reading import read
from ..site import site_now
from ..web.answers import back, form_page, show_message
from ..web.i18n import languages
from ..web.limits import limiter
from ..web.preferences import LANGUAGE, chosen, forget_language
from ..web.sent_forms import carry_when_expired, show_when_expired
from . import blueprint
from .access import before_confirming, for_members
from .confirming import ask_to_confirm, confirms_addresses
from .forms import AccountForm, hashing_password
from .login_sessions import LoginSession, browser_name, end_session
from .models import User
from .profile_form import ProfileForm
from .sign_in import begin_session
from .viewer import viewer

MOST_SESSIONS = 100

show_when_expired("display_name", _l("Display name"))
show_when_expired("about_me", _l("About me"), "textarea")
show_when_expired("current_password", _l("Current password"), "password")
carry_when_expired("language", "shows_last_seen")


@blueprint.route("/settings/profile", methods=["GET", "POST"])
@for_members
def edit_profile() -> ResponseReturnValue:
    """Change what others read about oneself."""
    user = db.session.get_one(User, viewer.id)
    form = ProfileForm(user)
    if form.is_accepted():
        with writing():
            user.edit_profile(
                display_name=form.display_name.data, about_me=form.about_me.data or ""
            )
            user.show_last_seen(form.shows_last_seen.data)
        show_message(_("Your profile is saved."))
        return redirect(url_for("profiles.show", username=user.username), 303)
    return form_page("accounts/edit_profile.html", form)


@blueprint.route("/settings/account", methods=["GET", "POST"])
@before_confirming
@for_members
@limiter.limit("60 per hour", methods=["POST"])
def edit_account() -> ResponseReturnValue:
    """Change e-mail address, password or language; the first two sign out other browsers."""
    form = AccountForm(db.session.get_one(User, viewer.id))
    with hashing_password(form):
        if form.validate_on_submit() and _is_saved(form):
            show_message(_("Your account is saved."))
            return redirect(url_for("accounts.edit_account"), 303)
    return form_page("accounts/edit_account.html", form)


@blueprint.post("/settings/language")
@before_confirming
@for_members
def choose_language() -> ResponseReturnValue:
    """Change the language of one's pages and mails, and go back."""
    language = chosen(request.form, LANGUAGE, languages())
    db.session.get_one(User, viewer.id).choose_language(language or None)
    response = redirect(back(default=url_for("accounts.edit_account")), 303)
    if not language:
        forget_language(response)
    return response


@blueprint.get("/settings/sessions")
@for_members
def sessions() -> ResponseReturnValue:
    """List the browsers in which the viewer is signed in."""
    found = read(_sessions(), viewer_id=viewer.id).all()
    return render_template("accounts/sessions.html", sessions=found, browser_name=browser_name)


@blueprint.post("/settings/sessions/<id:id>/revoke")
@before_confirming
@for_members
def revoke_session(id: int) -> ResponseReturnValue:
    """Sign one browser out."""
    if not end_session(viewer.id, id):
        abort(404)
    show_message(_("That browser is logged out."))
    return redirect(url_for("accounts.sessions"), 303)


@cache
def _sessions() -> AnySelect:
    columns = (LoginSession.id, LoginSession.agent, LoginSession.address, LoginSession.last_used_at)
    own = select(*columns).where(LoginSession.user_id == bindparam("viewer_id"))
    return own.order_by(LoginSession.last_used_at.desc()).limit(row_count(MOST_SESSIONS))


def _is_saved(form: AccountForm) -> bool:
    """Save ``form``; False, with an error at the field, if the address was taken just now."""
    user = form.user
    email, password = form.changes_email and form.email.data, form.password.data
    try:
        if email or password:
            # It ends where the same form was sent twice, and is saved by now.
            current = db.session.get(LoginSession, viewer.session_id) or abort(401)
            remembered = current.remembered
            # This browser gets a new token, too: somebody may have copied the one that it had.
            if user.change_credentials(email=email or None, password=password or None):
                if email and confirms_addresses(site_now()):
                    ask_to_confirm(user)
                begin_session(user, remember=remembered)
    except IntegrityError:
        form.validate()
        return False
    user.choose_language(form.language.data or None)
    return True
