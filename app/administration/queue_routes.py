"""The queue of applications: who asked to join, and letting people in or turning them away."""

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select

from ..accounts.access import for_moderators
from ..accounts.applications import LONGEST_REASON, applications, let_in, turn_away
from ..accounts.models import User
from ..accounts.viewer import viewer
from ..data.database import db, writing
from ..data.ids import is_id
from ..data.types import is_storable
from ..web.answers import page, show_message
from ..web.paging import LONGEST_PAGE, PAGE, read_rows
from ..web.sent_forms import carry_when_expired
from . import blueprint

# Decisions of one form: all are one transaction.
MOST_AT_ONCE = PAGE

carry_when_expired("people", "decision")


@blueprint.get("/desk/people")
@for_moderators
def queue() -> ResponseReturnValue:
    """List who waits to be let in, those who asked first at the top."""
    return _queue()


@blueprint.post("/desk/people")
@for_moderators
def decide() -> ResponseReturnValue:
    """Let the chosen people in, or turn them away with a reason, which they get by mail.

    Of more than :data:`MOST_AT_ONCE`, those who asked first; the others stay in the list.
    """
    reason = request.form.get("why", "").strip()
    decision = request.form.get("decision", "")
    if decision not in ("let_in", "turn_away") or not is_storable(reason):
        abort(400)
    if len(reason) > LONGEST_REASON:
        abort(413)
    chosen = {int(id) for id in request.form.getlist("people")[:LONGEST_PAGE] if is_id(id)}
    with writing():
        users = _users(sorted(chosen)[:MOST_AT_ONCE])
        if decision == "let_in":
            done = sum(let_in(user, viewer) for user in users)
        else:
            done = sum(turn_away(user, viewer, reason) for user in users)
    if decision == "let_in":
        said = ngettext("%(num)d person is in.", "%(num)d people are in.", done)
    else:
        said = ngettext("%(num)d person is turned away.", "%(num)d people are turned away.", done)
    if not done:
        show_message(_("Nobody was chosen, or somebody else has decided already."))
        return _queue(reason, status=422)
    if len(chosen) > MOST_AT_ONCE:
        more = _("At most %(max)d at once: the others whom you chose still wait.", max=MOST_AT_ONCE)
        said = f"{said} {more}"
    show_message(said)
    return redirect(url_for("administration.queue"), 303)


def _queue(reason: str = "", status: int = 200) -> Response:
    rows = read_rows(applications, "id", oldest_first=True)
    values = {"rows": rows, "reason": reason, "longest": LONGEST_REASON}
    return page("administration/queue.html", "people", status, **values)


def _users(ids: list[int]) -> list[User]:
    return list(db.session.scalars(select(User).where(User.id.in_(ids)).order_by(User.id)))
