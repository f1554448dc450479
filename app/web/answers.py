"""A page and its fragments: one view serves both, at one URL, with and without JavaScript."""

import re
from typing import Any
from urllib.parse import quote, urlsplit

from flask import Response, flash, make_response, redirect, render_template, request
from flask.typing import ResponseReturnValue
from flask_htmx import make_response as htmx_response
from jinja2_fragments.flask import render_block
from werkzeug.exceptions import HTTPException

from .requests import has_many_fields, wants_fragment

# The form field with the path to go back to.
BACK = "back"
# Characters that browsers remove from a URL, or read as another one.
_AMBIGUOUS = re.compile(r"[\x00-\x20\x7F\\]")


class ExplainedError(HTTPException):
    """A refusal that says in its own words what is wrong, and what the person can do."""

    @property
    def title(self) -> str:
        """What is wrong, in a few words."""
        raise NotImplementedError

    @property
    def advice(self) -> str:
        """What the person can do."""
        raise NotImplementedError


def page(template: str, fragment: str, status: int = 200, **context: Any) -> Response:
    """Answer with ``template``, or with its block ``fragment`` alone where htmx asks for that.

    So a fragment is a verbatim piece of the full page at the same URL. With a
    :class:`app.web.paging.Rows` as ``rows``, the browser's URL follows the scrolling.
    """
    if not wants_fragment():
        return make_response(render_template(template, **context), status)
    html = render_block(template, fragment, **context)
    rows = context.get("rows")
    through = rows.through_url if rows else None
    return (
        htmx_response(html, status, replace_url=through) if through else make_response(html, status)
    )


def form_page(template: str, form: Any, **context: Any) -> Response:
    """Answer with the page of ``form``: 422 once it has errors, with everything typed in it."""
    html = render_template(template, form=form, **context)
    return make_response(html, 422 if form.errors else 200)


def changed(partial: str, to: str, **context: Any) -> ResponseReturnValue:
    """Answer a successful POST: the fragment ``partial`` for htmx, else a redirect to ``to``.

    The messages travel with the fragment.
    """
    if not wants_fragment():
        return redirect(to, 303)
    return render_template(partial, **context) + render_template("_messages_partial.html")


def reloaded(to: str) -> ResponseReturnValue:
    """Answer a successful POST that changes the whole page: htmx reloads it, else a redirect.

    The messages wait for the next page.
    """
    return htmx_response("", refresh=True) if wants_fragment() else redirect(to, 303)


def left_for(to: str) -> ResponseReturnValue:
    """Answer a successful POST after which another page is shown, with htmx and without.

    The messages wait for that page.
    """
    return htmx_response("", redirect=to) if wants_fragment() else redirect(to, 303)


def answer_with_messages(status: int) -> Response:
    """Answer htmx with nothing but the messages: what is on the page stays."""
    return make_response(render_template("_messages_partial.html"), status)


def show_message(message: str, *, undo: str | None = None, view: str | None = None) -> None:
    """Show ``message`` once.

    With a link "View" to the URL ``view``, and a button "Undo" that posts to ``undo``, if given.
    """
    flash({"text": str(message), "undo": undo, "view": view}, "message")  # type: ignore[arg-type]


def show_undoable(message: str, undo: str | None, *, view: str | None = None) -> None:
    """Show ``message`` as :func:`show_message`; the button that posts to ``undo`` without htmx.

    With htmx the button is on the page; a second one would reload it.
    """
    show_message(message, undo=None if wants_fragment() else undo, view=view)


def back(anchor: str = "", *, instead_of: str = "", default: str = "/") -> str:
    """Return the path that the person came from, else ``default``, with ``#anchor``.

    A page that one only passes through sends the path in the field :data:`BACK`. ``instead_of``
    names a path that is not gone back to, with all paths below it.
    """
    came_from = urlsplit(_passed_from() or request.referrer or "")
    own = came_from.netloc in ("", request.host) and is_own_path(came_from.path)
    if not own or came_from.path == request.path:
        return default
    if instead_of and f"{came_from.path}/".startswith(f"{instead_of}/"):
        return default
    query = f"?{came_from.query}" if came_from.query else ""
    return came_from.path + query + (f"#{anchor}" if anchor else "")


def _passed_from() -> str | None:
    if wants_fragment():
        return None
    try:
        path = None if has_many_fields() else request.form.get(BACK)
    except HTTPException:  # A body that cannot be read says nothing; its error page is rendered.
        return None
    return path if is_own_path(path) else None


def own_url() -> str:
    """Return the URL of this request, its path and its whole query, in ASCII."""
    # What RFC 3986 allows in a path and a query, and what is quoted already.
    path = quote(request.path, safe="/@:!$&'()*+,;=~")
    query = quote(request.query_string, safe="/?@:!$&'()*+,;=~%")
    return f"{path}?{query}" if query else path


def is_own_path(target: str | None) -> bool:
    r"""Whether ``target`` leads to a page of ours and cannot be read as another site's URL.

    Browsers take ``//host``, ``/\host`` and either with tabs or line ends inside
    for other hosts (WHATWG URL, section 4.4), so only plain paths pass.
    """
    if not target or not target.startswith("/") or target.startswith("//"):
        return False
    if _AMBIGUOUS.search(target):
        return False
    parts = urlsplit(target)
    return not parts.scheme and not parts.netloc
