"""The first steps of a new member: who one is, whom to follow, a first post. All can be skipped."""

from collections.abc import Callable
from dataclasses import replace
from functools import wraps
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ..accounts.access import for_members
from ..accounts.confirming import must_confirm
from ..accounts.models import User
from ..accounts.viewer import viewer
from ..data.database import db
from ..data.reading import read
from ..follows.queries import audience_of
from ..posts.composer import post_composer
from ..web.answers import form_page, is_own_path
from ..web.paging import Rows, read_first
from . import blueprint, queries
from .forms import FirstStepForm

View = Callable[[], ResponseReturnValue]

# People whom a new member is shown.
FIRST_PEOPLE = 12


def _once_confirmed(view: View) -> View:
    """Have a step wait until its viewer has confirmed the e-mail address: a decorator."""

    @wraps(view)
    def step() -> ResponseReturnValue:
        if must_confirm(viewer):
            here = _step(view.__name__)
            return render_template("discover/confirm_first.html", here=here, **_around())
        return view()

    return step


@blueprint.route("/welcome", methods=["GET", "POST"])
@for_members
@_once_confirmed
def introduce() -> ResponseReturnValue:
    """Step one: a name, and a sentence about oneself."""
    user = db.session.get_one(User, viewer.id)
    form = FirstStepForm(user)
    if form.is_accepted():
        user.edit_profile(display_name=form.display_name.data, about_me=form.about_me.data or "")
        return redirect(_step("follow_some"), 303)
    return form_page("discover/introduce.html", form, **_around())


@blueprint.get("/welcome/people")
@for_members
@_once_confirmed
def follow_some() -> ResponseReturnValue:
    """Step two: follow a few people."""
    audience = audience_of(viewer)
    first = queries.suggested(audience, FIRST_PEOPLE)
    rows = Rows(read(first, viewer_id=viewer.id).all())
    if not rows.items:
        rows = read_first(
            lambda window: queries.newest(window, audience), FIRST_PEOPLE, viewer_id=viewer.id
        )
    return render_template("discover/follow_some.html", rows=rows, **_around())


@blueprint.get("/welcome/hello")
@for_members
@_once_confirmed
def say_hello() -> ResponseReturnValue:
    """Step three: a first post. Who has written one goes on."""
    if read(queries.has_written(), viewer_id=viewer.id).scalar():
        return redirect(_afterwards())
    greeting = _("Hello! I am %(name)s. ", name=viewer.name)
    # The page has no list that the post would go to.
    composer = replace(post_composer(body=greeting), leaves_page=True)
    return render_template("discover/say_hello.html", composer=composer, **_around())


def _around() -> dict[str, Any]:
    """Return the URLs of the steps, and of what comes after them."""
    steps = {name: _step(name) for name in ("introduce", "follow_some", "say_hello")}
    return {"steps": steps, "afterwards": _afterwards()}


def _afterwards() -> str:
    """Return where the new member was going; by default home."""
    path = request.args.get("next")
    return path if path and is_own_path(path) else "/"


def _step(name: str) -> str:
    path = _afterwards()
    return url_for(f"discover.{name}", next=path if path != "/" else None)
