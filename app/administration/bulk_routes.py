"""Limiting or suspending many accounts, or removing their posts: of a network, of an invitation."""

from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from ..accounts.access import for_administrators
from ..accounts.finding import values_of
from ..accounts.viewer import viewer
from ..data.ids import is_id
from ..data.reading import read
from ..moderation.bulk import ACTIONS, act_on_many, progress
from ..moderation.deciding import CHOICES
from ..moderation.forms import DecisionForm
from ..web.answers import form_page, page
from ..web.sent_forms import carry_when_expired
from . import blueprint
from .people_routes import MOST_AT_ONCE, asked_for, may_select, selection

carry_when_expired("people")


class BulkForm(DecisionForm):
    """What is to be done to all of those who are chosen."""

    def __init__(self) -> None:
        super().__init__([(each, str(CHOICES[each])) for each in ACTIONS])


@blueprint.route("/admin/people/bulk", methods=["GET", "POST"])
@for_administrators
def act_on_people() -> ResponseReturnValue:
    """Choose among the members that the filters find, and say what is to be done to them."""
    asked = asked_for()
    if not may_select(asked):
        abort(404)
    found = read(selection(frozenset(asked)), **values_of(asked)).all()
    form, sent = BulkForm(), request.method == "POST"
    wanted = {int(id) for id in request.form.getlist("people")[:MOST_AT_ONCE] if is_id(id)}
    chosen = [row.id for row in found if row.id in wanted or not sent]
    is_valid = form.validate_on_submit()
    if is_valid and chosen:
        bulk = act_on_many(viewer, chosen, form.action.data, form.decision)
        return redirect(url_for(".bulk_progress", id=bulk.id), 303)
    nobody: Any = _("Choose somebody.") if sent and not chosen else None
    response = form_page(
        "administration/bulk.html", form, rows=found, chosen=chosen, asked=asked, nobody=nobody
    )
    return (response, 422) if nobody else response


@blueprint.get("/admin/people/bulk/<id:id>")
@for_administrators
def bulk_progress(id: int) -> ResponseReturnValue:
    """Say how far the worker is; htmx polls it."""
    bulk = read(progress(), bulk_id=id).first() or abort(404)
    return page("administration/bulk_progress.html", fragment="progress", bulk=bulk)
