"""Flask-Login over login sessions: who is asking, and what a stranger is told."""

from urllib.parse import urlencode

from flask import redirect, request, session, url_for
from flask.sansio.blueprints import BlueprintSetupState
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import LoginManager, current_user, login_user, logout_user

from ..data.readers import only_reads
from ..web.answers import answer_with_messages, notify, wants_fragment
from .models import User, user_of_session


class Logins(LoginManager):
    """Flask-Login without its guess, from address and browser, whether a cookie was stolen.

    A login session is a row of ours. Flask-Login makes that guess even where nothing comes of it.
    """

    def _session_protection_failed(self) -> bool:
        return False


login_manager = Logins()


def init_app(state: BlueprintSetupState) -> None:
    """Let Flask-Login find who is asking."""
    login_manager.init_app(state.app)
    login_manager.user_loader(_who_asks)
    # Who asks is looked up before the first word is said, whatever says it.
    state.app.extensions["chosen_language"] = _chosen_language


def _who_asks(token: str) -> User | None:
    return user_of_session(token, for_page=only_reads() and not wants_fragment())


def _chosen_language() -> str | None:
    user = viewer()
    return user.language if user else None


def viewer() -> User | None:
    """Return who is asking; None for a stranger."""
    # The user themselves: a proxy would look for them with each attribute.
    user: User = current_user._get_current_object()
    return user if user.is_authenticated else None


@login_manager.unauthorized_handler
def ask_to_log_in() -> ResponseReturnValue:
    """Send a stranger to log in and back; what they typed goes along."""
    if wants_fragment():
        notify(_("You are signed out. What you typed is still here: log in, in another tab."))
        return answer_with_messages(401)
    if request.method == "GET":
        to = request.full_path.rstrip("?")
    elif body := request.form.get("body"):
        to = _where_to_write() + "?" + urlencode({"body": body})
    else:
        to = "/"
    notify(_("Log in to go on."))
    return redirect(url_for("accounts.login", next=to), 303)


def _where_to_write() -> str:
    """Return the path of the page with the composer that was sent: an answer stays an answer."""
    for field, verb in (("in_reply_to", "reply"), ("edits", "edit")):
        id = request.form.get(field, "")
        if id.isascii() and id.isdigit():
            return f"/posts/{id}/{verb}"
    return "/posts/new"


def begin_session(user: User, *, remember: bool) -> None:
    """Sign ``user`` in, in this browser, under a new token and with a new CSRF token."""
    session.clear()
    user.sign_in(
        address=request.remote_addr or "",
        agent=request.user_agent.string,
        remembered=remember,
    )
    login_user(user, remember=remember)


def end_session(user: User) -> None:
    """Sign ``user`` out of this browser, here and in the database."""
    if user.login_session_id:
        user.end_session(user.login_session_id)
    logout_user()
    # Flask-Login's note to clear the remember-me cookie must survive.
    note = session.get("_remember")
    session.clear()
    if note:
        session["_remember"] = note
