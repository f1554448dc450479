"""What the site says of itself: rules, administrators and moderators, privacy page, terms."""

from functools import cache

from flask import abort, render_template
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ..accounts.models import User
from ..accounts.viewer import viewer
from ..accounts.visibility import not_hidden
from ..data.database import AnySelect
from ..data.reading import read
from ..follows.queries import PERSON
from ..site import site
from ..web.access import for_everybody
from . import blueprint

MOST_IN_CHARGE = 50


@blueprint.get("/about")
@for_everybody
def about() -> ResponseReturnValue:
    """Show description, rules, administrators and moderators, counts and contact."""
    # Where only members read, others see the rules, and nobody's name.
    shows_people = viewer.is_authenticated or not site().is_for_members
    people = read(_in_charge()).all() if shows_people else []
    return render_template("administration/about.html", people=people, shows_people=shows_people)


@blueprint.get("/privacy")
@for_everybody
def privacy() -> ResponseReturnValue:
    """Show what becomes of the data of people."""
    return render_template("administration/privacy.html", text=site().privacy or abort(404))


@blueprint.get("/terms")
@for_everybody
def terms() -> ResponseReturnValue:
    """Show the terms of use."""
    return render_template("administration/terms.html", text=site().terms or abort(404))


@cache
def _in_charge() -> AnySelect:
    people = select(*PERSON, User.role).where(
        User.role.in_(("administrator", "moderator")), not_hidden(User.id)
    )
    # Administrators first, and of each those who have been here longest.
    return people.order_by(User.role, User.id).limit(MOST_IN_CHARGE)
