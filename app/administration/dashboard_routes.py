"""The dashboard of administrators."""

from flask import render_template
from flask.typing import ResponseReturnValue

from ..accounts.access import for_administrators
from . import blueprint, dashboard


@blueprint.get("/admin")
@for_administrators
def overview() -> ResponseReturnValue:
    """Show the numbers of the site and of the machine."""
    people, posts = dashboard.charts()
    return render_template(
        "administration/overview.html",
        people=people,
        posts=posts,
        numbers=dashboard.numbers(),
        machine=dashboard.machine(),
    )
