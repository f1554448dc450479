"""What a person sees when something is refused or goes wrong, with and without JavaScript."""

import json

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf.csrf import CSRFError, generate_csrf
from werkzeug.exceptions import HTTPException, InternalServerError, SecurityError

from .answers import answer_with_messages, notify, wants_fragment
from .i18n import speaking
from .security import from_another_site, seconds_limited

# Fields that a form sent again must not carry along.
NEVER_REPEATED = ("csrf_token", "password", "current_password")

# Per status: a title, and what the person can do.
IN_WORDS = {
    403: (_l("Not for you"), _l("Your account may not do this.")),
    404: (_l("Nothing here"), _l("It may have been deleted, or the address may be wrong.")),
    405: (_l("Not like this"), _l("This address does something else. Go back and try again.")),
    413: (_l("Too much"), _l("That is more than we accept at once. Shorten it and try again.")),
    429: (_l("Too fast"), _l("That was a lot at once. Wait a little and try again.")),
}


def init_app(app: Flask) -> None:
    """Register the answers for what is refused and for what fails."""
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(CSRFError, form_expired)
    app.register_error_handler(InternalServerError, failed)


def refused(error: HTTPException) -> Response:
    """Answer any status of 400 and more: a page, or for htmx a message that leaves the page be."""
    if error.code is None or error.code < 400:
        return make_response(error.get_response())
    if isinstance(error, SecurityError):
        # A host that is not ours: no address of ours can be built, so no page drawn.
        return make_response(error.get_response())
    title, advice = _in_words(error)
    if wants_fragment():
        notify(f"{title}. {advice}")
        response = answer_with_messages(error.code)
    else:
        response = make_response(
            render_template("errors/refused.html", title=title, advice=advice),
            error.code,
        )
    if retry_after := getattr(error, "retry_after", None) or seconds_limited():
        response.headers["Retry-After"] = str(retry_after)
    for name, value in error.get_headers():
        if name in ("Allow", "WWW-Authenticate"):
            response.headers[name] = value
    return response


def form_expired(error: CSRFError) -> Response:
    """Answer a POST without our token: the same form once more, with what was typed in it.

    For htmx the page stays and app.js puts a fresh token into it. A form that another
    site sent gets no token to go on with.
    """
    if from_another_site():
        return refused(error)
    if wants_fragment():
        notify(_("You signed in or out since this page was opened. Nothing is lost: try again."))
        response = answer_with_messages(400)
        response.headers["HX-Trigger"] = json.dumps({"fresh-token": {"token": generate_csrf()}})
        return response
    fields = [
        (name, value)
        for name, value in request.form.items(multi=True)
        if name not in NEVER_REPEATED
    ]
    passwords = [name for name in request.form if name in NEVER_REPEATED[1:]]
    return make_response(
        render_template("errors/form_expired.html", fields=fields, passwords=passwords),
        400,
    )


def failed(error: InternalServerError) -> Response:
    """Answer a failure of ours, without the database: it may be what failed."""
    template = "errors/_failed_partial.html" if wants_fragment() else "errors/failed.html"
    languages = current_app.config["LANGUAGES"]
    with speaking(request.accept_languages.best_match(languages) or "en"):
        html = current_app.jinja_env.get_template(template).render(config=current_app.config)
    return make_response(html, 500)


def _in_words(error: HTTPException) -> tuple[str, str]:
    """Return a title and what the person can do."""
    if isinstance(error, CSRFError):
        return _("This form has expired"), _("Reload the page and send it again.")
    if error.code in IN_WORDS:
        title, advice = IN_WORDS[error.code]
        return str(title), str(advice)
    own = error.description if error.description != type(error).description else None
    return _("That did not work"), own or _("Go back and try again.")
