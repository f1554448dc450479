"""Errors: what a person sees when a request is refused or fails, with and without JavaScript."""

from typing import Any

from flask import (
    Flask,
    Response,
    current_app,
    get_flashed_messages,
    make_response,
    render_template,
    request,
    session,
)
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError, generate_csrf
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, InternalServerError

from ..data.failures import is_away, is_busy, is_disk_full
from .account_binding import HEADER
from .answers import ExplainedError, answer_with_messages, show_message
from .bodies import FilesTooLargeError
from .forms import from_another_site
from .i18n import browser_language, using_language
from .limits import seconds_limited
from .requests import wants_fragment
from .sent_forms import sent_form

# Per status: a title, and what the person can do.
EXPLANATIONS = {
    403: (_l("Not for you"), _l("Your account may not do this.")),
    404: (_l("Nothing here"), _l("It may have been deleted, or the address may be wrong.")),
    405: (_l("Not like this"), _l("This address does something else. Go back and try again.")),
    413: (_l("Too much"), _l("That is more than we accept at once. Shorten it and try again.")),
    429: (_l("Too fast"), _l("That was a lot at once. Wait a little and try again.")),
}

# The header by which an answer gives the page a new CSRF token: token.js sends the request again.
RENEWAL = "X-CSRFToken"


def init_app(app: Flask) -> None:
    """Register the answers for what is refused and for what fails."""
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(CSRFError, form_expired)
    app.register_error_handler(InternalServerError, failed)


def refused(error: HTTPException) -> Response:
    """Answer a status of 400 or more: a page, or for htmx a message that leaves the page as is.

    The page shows what was typed into the form that is refused.
    """
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    title, advice = _explanation(error)
    if wants_fragment():
        show_message(f"{title}. {advice}")
        response = answer_with_messages(error.code)
    else:
        # A form that is too long is not parsed, and another site's is not shown.
        is_parsed = error.code != 413 or isinstance(error, FilesTooLargeError)
        typed = _typed() if is_parsed else []
        html = render_template("errors/refused.html", title=title, advice=advice, typed=typed)
        response = make_response(html, error.code)
    if retry_after := getattr(error, "retry_after", None) or seconds_limited():
        response.headers["Retry-After"] = str(retry_after)
    for name, value in error.get_headers():
        if name in ("Allow", "WWW-Authenticate"):
            response.headers[name] = value
    return response


def form_expired(error: CSRFError) -> Response:
    """Answer a POST without our token: the same form again, with what was typed in it.

    For htmx the page stays; where it is the viewer's, token.js puts the new token into it and
    sends the request again. A form of another site gets no token, shows nothing, sets no cookie.
    """
    if from_another_site():
        response = refused(error)
        session.modified = False
        return response
    if not wants_fragment():
        explanation = _(
            "You logged in or out since it was opened. What you typed is here: send it again."
        )
        return send_again(_("This form has expired"), explanation, 400)
    response = refused(error)
    if HEADER in request.headers:
        response.headers[RENEWAL] = generate_csrf()
    return response


def send_again(title: str, explanation: str, status: int = 200) -> Response:
    """Answer with the form that was sent, or that the log-in form carries, to be sent again."""
    html = render_template(
        "errors/send_again.html", title=title, explanation=explanation, sent=sent_form()
    )
    return make_response(html, status)


def failed(error: InternalServerError) -> Response:
    """Answer a failure of ours, without the database: it may be what failed."""
    if is_disk_full(error.original_exception):
        return not_stored(_l("The disk of this site is full."))
    if is_busy(error.original_exception):
        return not_stored(_l("The database of this site is busy."))
    if is_away(error.original_exception):
        return not_stored(_l("The database of this site does not answer."))
    return _without_database(500, _l("Something broke"))


def not_stored(reason: str) -> Response:
    """Answer what could not be stored, or not be read, for a ``reason`` in a sentence (lazy)."""
    is_form = request.method == "POST"
    try:
        response = _to_send_again(reason) if is_form else _without_database(503, reason, reason)
    except DBAPIError:
        # The database cannot be read either. The message about it is not for the next page.
        get_flashed_messages()
        title = _l("That could not be stored")
        response = _without_database(503, title, reason, typed=_typed())
    response.headers["Retry-After"] = "60"
    return response


def _to_send_again(reason: str) -> Response:
    if wants_fragment():
        again = _("Nothing you typed is lost: try again in a minute.")
        show_message(f"{reason} {again}")
        return answer_with_messages(503)
    again = _("What you typed is here: send it again in a minute.")
    return send_again(_("That could not be stored"), f"{reason} {again}", 503)


def _without_database(status: int, title: str, reason: str = "", **values: Any) -> Response:
    template = "errors/_failed_partial.html" if wants_fragment() else "errors/failed.html"
    with using_language(browser_language()):
        html = current_app.jinja_env.get_template(template).render(
            config=current_app.config, title=title, reason=reason, **values
        )
    return make_response(html, status)


def _typed() -> list[tuple[str, str, str, str]]:
    """Return what a person typed into the form of this request; nothing of another site's."""
    is_ours = request.method == "POST" and not from_another_site()
    return sent_form().typed if is_ours else []


def _explanation(error: HTTPException) -> tuple[str, str]:
    """Return a title, and what the person can do."""
    if isinstance(error, ExplainedError):
        return error.title, error.advice
    if isinstance(error, CSRFError):
        return _("This form has expired"), _("Reload the page and send it again.")
    if isinstance(error, FilesTooLargeError):
        return _("Too much"), error.advice
    own = error.description if error.description != type(error).description else None
    if error.code in EXPLANATIONS:
        title, advice = EXPLANATIONS[error.code]
        # The description of a view that refuses, if it gave one.
        return str(title), (error.code == 403 and own) or str(advice)
    return _("That did not work"), own or _("Go back and try again.")
