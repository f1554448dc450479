"""Flask-Login over login sessions: signing in and out, and what happens to who is signed out."""

from collections.abc import Callable
from typing import Any

from flask import make_response, redirect, render_template, request, session, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, login_user, logout_user
from werkzeug.exceptions import HTTPException

from ..web.account_binding import check_carried_account, forget_hidden_fields, note_signed_in
from ..web.answers import answer_with_messages, back, is_own_path, own_url, show_message
from ..web.errors import send_again
from ..web.i18n import choose_language_by
from ..web.preferences import chosen_language
from ..web.requests import wants_fragment
from ..web.sent_forms import SentForm, carried_form, sent_form
from . import blueprint
from .confirming import must_confirm
from .forms import LoginForm
from .known_browsers import remember_browser
from .login_sessions import end_session
from .models import User
from .pending import do_pending, join_url
from .viewer import ANONYMOUS, Viewer, current_viewer, viewer, viewer_of, viewer_of_session

login_manager = LoginManager()
login_manager.anonymous_user = lambda: ANONYMOUS

# Characters of a URL to come back to. It is part of a URL itself.
LONGEST_NEXT = 2_000
# What is for viewers who are not signed in: nobody comes back to it.
SIGNING_IN = tuple(
    f"accounts.{view}"
    for view in ("login", "register", "forgot_password", "reset_sent", "reset_password")
)

_resume: list[Callable[[SentForm], str | None]] = []


def init_app(state: BlueprintSetupState) -> None:
    """Have Flask-Login find the viewer of each request."""
    login_manager.init_app(state.app)
    state.app.jinja_env.globals.update(
        next_path=next_path, join_url=join_url, sign_in_url=sign_in_url
    )
    choose_language_by(state.app, _chosen_language)
    state.app.shell_context_processor(lambda: {"viewer_of": viewer_of})


@login_manager.user_loader
def _load_viewer(token: str) -> Viewer | None:
    """Return who is signed in by the login session with this token; note it in the cookie."""
    viewer = viewer_of_session(token)
    if viewer:
        note_signed_in()
    return viewer


def _chosen_language() -> str | None:
    """Return the language of the account; while it leaves that to the browser, the browser's."""
    return viewer.language or chosen_language()


def viewer_in_templates() -> dict[str, Viewer]:
    """Have templates know the viewer."""
    return {"viewer": current_viewer()}


def resume_after_login(keep: Callable[[SentForm], str | None]) -> Callable[[SentForm], str | None]:
    """Have ``keep`` store a form that was sent before log-in, for the viewer: a decorator.

    It returns the path of ours where the viewer goes on with it, or None if the form is not of its
    domain or cannot be stored: then the viewer sees the form and sends it again.
    """
    _resume.append(keep)
    return keep


def next_path() -> str | None:
    """Return the path to come back to after log-in: that of ``?next=``, else this page.

    None means home.
    """
    if request.endpoint in SIGNING_IN:
        path = request.args.get("next", "")
    else:
        path = own_url() if request.method == "GET" else back()
    return path if path != "/" and is_own_path(path) and len(path) <= LONGEST_NEXT else None


def sign_in_url(endpoint: str, form: Any = None) -> str:
    """Return the URL to join or to log in that leads back here, with what ``form`` carries."""
    sent = getattr(form, "sent", None) if form else None
    return url_for(endpoint, next=next_path(), then=sent.action if sent else None)


@blueprint.app_errorhandler(401)
def ask_to_log_in(_error: HTTPException) -> ResponseReturnValue:
    """Have an anonymous viewer log in and come back; the log-in form carries what they typed."""
    if wants_fragment():
        show_message(_("You are logged out. What you typed is still here: log in, in another tab."))
        return answer_with_messages(401)
    if request.method == "POST" and (sent := sent_form()).typed:
        show_message(_("Log in to go on. What you typed is kept."))
        form = LoginForm(sent, formdata=None)
        return make_response(render_template("accounts/login.html", form=form), 401)
    show_message(_("Log in to go on."))
    return redirect(url_for("accounts.login", next=next_path()), 303)


def go_on(*, by: str | None = None) -> ResponseReturnValue:
    """Answer a log-in: go on to where the person was going, with the form that was sent before.

    ``by`` is the endpoint of a page that comes first, and leads there by its ``?next=``. Raises
    :class:`app.web.account_binding.AnotherAccountError` if somebody else sent that form.
    """
    status = 303 if request.method == "POST" else 302
    if not (sent := carried_form()):
        return redirect(_by(by, next_path() or "/"), status)
    check_carried_account()
    if not must_confirm(viewer) and (path := do_pending(sent)):
        return redirect(_by(by, next_path() or path), status)
    for keep in _resume:
        if path := keep(sent):
            return redirect(_by(by, path), status)
    return send_again(_("You are logged in"), _("What you typed is here: send it again."))


def _by(endpoint: str | None, path: str) -> str:
    if endpoint is None:
        return path
    return url_for(endpoint, next=path if path != "/" else None)


def begin_session(user: User, *, remember: bool) -> None:
    """Sign ``user`` in, in this browser, under a new token and with a new CSRF token."""
    session.clear()
    forget_hidden_fields()
    token = user.sign_in(
        address=request.remote_addr or "", agent=request.user_agent.string, remembered=remember
    )
    login_user(_load_viewer(token), remember=remember)
    remember_browser(user)


def leave_session(viewer: Viewer) -> None:
    """Sign ``viewer`` out of this browser, here and in the database."""
    if viewer.session_id:
        end_session(viewer.id, viewer.session_id)
    # In this order: Flask-Login notes in the session that the remember-me cookie is to be cleared.
    session.clear()
    logout_user()
