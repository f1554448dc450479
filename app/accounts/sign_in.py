"""Flask-Login over login sessions: signing in and out, and what happens to who is signed out."""

from collections.abc import Callable

from flask import redirect, request, session, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, login_user, logout_user

from ..web.answers import answer_with_messages, show_message, wants_fragment
from ..web.i18n import choose_language_by
from .known_browsers import remember_browser
from .models import User, end_session
from .viewer import ANONYMOUS, Viewer, viewer, viewer_of, viewer_of_session

login_manager = LoginManager()
login_manager.user_loader(viewer_of_session)
login_manager.anonymous_user = lambda: ANONYMOUS

_resume: list[Callable[[], str | None]] = []


def init_app(state: BlueprintSetupState) -> None:
    """Have Flask-Login find the viewer of each request."""
    login_manager.init_app(state.app)
    choose_language_by(state.app, lambda: viewer.language)
    state.app.shell_context_processor(lambda: {"viewer_of": viewer_of})


def viewer_in_templates() -> dict[str, Viewer]:
    """Have templates know the viewer: the object, since the proxy looks it up at each access."""
    return {"viewer": viewer._get_current_object()}


def resume_after_login(path: Callable[[], str | None]) -> Callable[[], str | None]:
    """Have ``path`` tell where a POST by an anonymous viewer can go on after log-in: a decorator.

    It looks at the request and returns a path of ours that keeps what was typed, or None if the
    request is not of its domain.
    """
    _resume.append(path)
    return path


@login_manager.unauthorized_handler
def ask_to_log_in() -> ResponseReturnValue:
    """Send an anonymous viewer to log in and back; what they typed is not lost."""
    if wants_fragment():
        show_message(_("You are signed out. What you typed is still here: log in, in another tab."))
        return answer_with_messages(401)
    if request.method == "GET":
        to = request.full_path.rstrip("?")
    else:
        to = next(filter(None, (path() for path in _resume)), "/")
    show_message(_("Log in to go on."))
    return redirect(url_for("accounts.login", next=to), 303)


def begin_session(user: User, *, remember: bool) -> None:
    """Sign ``user`` in, in this browser, under a new token and with a new CSRF token."""
    session.clear()
    token = user.sign_in(
        address=request.remote_addr or "", agent=request.user_agent.string, remembered=remember
    )
    login_user(viewer_of_session(token), remember=remember)
    remember_browser(user)


def leave_session(viewer: Viewer) -> None:
    """Sign ``viewer`` out of this browser, here and in the database."""
    if viewer.session_id:
        end_session(viewer.id, viewer.session_id)
    logout_user()
    # Flask-Login's note to clear the remember-me cookie must survive.
    note = session.get("_remember")
    session.clear()
    if note:
        session["_remember"] = note
