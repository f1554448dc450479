"""Who may open a route, by the viewer's role. Others do not find what is not for them."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import Response, abort, after_this_request, current_app, request

from ..site import site
from ..web.access import access_of, marked
from .viewer import Viewer, viewer

View = Callable[..., Any]


def for_members(view: View) -> View:
    """Have an anonymous viewer of ``view`` log in first: a decorator."""
    return _only(view, "members", lambda viewer: True)


def for_moderators(view: View) -> View:
    """Answer ``view`` to moderators and administrators, and 404 to members: a decorator."""
    return _only(view, "moderators", lambda viewer: viewer.is_moderator)


def for_administrators(view: View) -> View:
    """Answer ``view`` to administrators, and 404 to all other members: a decorator."""
    return _only(view, "administrators", lambda viewer: viewer.is_administrator)


def before_confirming(view: View) -> View:
    """Have ``view`` take forms of who has yet to confirm the e-mail address, too: a decorator.

    For what nobody else sees. Routes without it refuse such a form.
    """
    view.__dict__["before_confirming"] = True
    return view


def is_before_confirming(view: View) -> bool:
    """Whether ``view`` takes forms of who has yet to confirm: marked so, or for everybody."""
    return "before_confirming" in view.__dict__ or access_of(view) == "everybody"


def keep_readers_only() -> None:
    """Where only members read, have an anonymous viewer log in first, and caches keep nothing.

    Runs before each request.
    """
    view = current_app.view_functions.get(request.endpoint or "")
    if view is None or access_of(view) != "readers" or not site().is_for_members:
        return
    if not viewer.is_authenticated:
        abort(401)

    @after_this_request
    def _keep_private(response: Response) -> Response:
        response.headers["Cache-Control"] = "private, no-store"
        return response


def _only(view: View, access: str, may_open: Callable[[Viewer], bool]) -> View:
    @wraps(view)
    def open(*args: Any, **kwargs: Any) -> Any:
        if not viewer.is_authenticated:
            abort(401)
        if not may_open(viewer):
            abort(404)
        return view(*args, **kwargs)

    return marked(open, access)
