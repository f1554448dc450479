"""What a person sees when something is refused or goes wrong, with and without JavaScript."""

from flask import Flask, Response, current_app, make_response, render_template, request
from flask_babel import force_locale
from flask_babel import gettext as _
from flask_wtf.csrf import CSRFError
from werkzeug.exceptions import HTTPException, InternalServerError

from .web import answer_with_messages, notify, wants_fragment

# Fields that a form sent again must not carry along.
NEVER_REPEATED = ("csrf_token", "password", "current_password")


def init_app(app: Flask) -> None:
    """Register the answers for what is refused and for what fails."""
    app.register_error_handler(HTTPException, refused)
    app.register_error_handler(CSRFError, form_expired)
    app.register_error_handler(InternalServerError, failed)


def refused(error: HTTPException) -> Response:
    """Answer any status of 400 and more: a page, or for htmx a message that leaves the page be."""
    if error.code is None or error.code < 400:
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
    if retry_after := getattr(error, "retry_after", None):
        response.headers["Retry-After"] = str(retry_after)
    for name, value in error.get_headers():
        if name in ("Allow", "WWW-Authenticate"):
            response.headers[name] = value
    return response


def form_expired(error: CSRFError) -> Response:
    """Answer a POST without our token: the same form once more, with what was typed in it.

    A form that another site sent gets no token to go on with.
    """
    foreign = request.headers.get("Sec-Fetch-Site", "same-origin") not in (
        "same-origin",
        "none",
    )
    if foreign or wants_fragment():
        return refused(error)
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
    if wants_fragment():
        template = "errors/_failed_partial.html"
    else:
        template = "errors/failed.html"
    languages = current_app.config["LANGUAGES"]
    with force_locale(request.accept_languages.best_match(languages) or "en"):
        html = current_app.jinja_env.get_template(template).render(
            config=current_app.config
        )
    return make_response(html, 500)


def _in_words(error: HTTPException) -> tuple[str, str]:
    """Return a title and what the person can do."""
    told = str(error.description or "")
    match error.code:
        case 401:
            return _("Log in first"), _(
                "You are signed out. What you typed is still here."
            )
        case 403:
            return _("Not for you"), _(
                "You may not do this with the account you are signed in to."
            )
        case 404:
            return _("Nothing here"), _(
                "It may have been deleted, or the address may be wrong."
            )
        case 405:
            return _("Not like this"), _(
                "This address does something else. Go back and try again."
            )
        case 413:
            return _("Too much"), _(
                "That is more than we accept at once. Shorten it and try again."
            )
        case 429:
            return _("Too fast"), _(
                "That was a lot at once. Wait a little and try again."
            )
        case 400 if isinstance(error, CSRFError):
            return _("This form has expired"), _("Reload the page and send it again.")
        case _:
            own = error.code == 400 and told != type(error).description
            return _("That did not work"), told if own else _("Go back and try again.")
