"""The page on which administrators see what goes on."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ..accounts.access import for_administrators
from . import blueprint, glance


@blueprint.get("/admin")
@for_administrators
def overview() -> ResponseReturnValue:
    """Show what goes on, in numbers."""
    people, posts = glance.charts()
    return render_template(
        "administration/overview.html",
        people=people,
        posts=posts,
        numbers=glance.numbers(),
        machine=glance.machine(),
    )
