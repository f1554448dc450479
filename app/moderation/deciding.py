"""What a moderator can choose, and doing it: for a case, a post, or a person."""

from typing import Any

from flask import abort, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row

from ..accounts.models import User
from ..accounts.standing import LastAdministratorError
from ..accounts.viewer import viewer
from ..data.reading import read
from ..posts.models import Post
from ..web.answers import show_message
from . import actions, bulk, holding, queries
from .actions import NotAllowedError, TakenError
from .appeals import dismiss_or_uphold
from .forms import DecisionForm
from .models import Case
from .words import action_label

# What can be chosen, by action, in the words of a moderator.
CHOICES = {
    "dismiss": _l("Nothing: it is fine"),
    "remove": _l("Remove the post"),
    "mark": _l("Put a warning on the post"),
    "warn": _l("Warn the person"),
    "limit": _l("Limit: only followers see what they post"),
    "suspend": _l("Suspend: sign out, and hide everything"),
    "remove_all": _l("Remove every post of the person"),
    "restore": _l("Make the account active again"),
    "undo": _l("Take the decision back"),
    "uphold": _l("The decision stays"),
    "let_through": _l("Let it through: everybody sees it"),
    "refuse": _l("Refuse it: nobody sees it"),
}


def decide_by(
    form: DecisionForm, person: User | None, post: Post | None, case: Case | None, **urls: str
) -> ResponseReturnValue:
    """Do what ``form`` says, and go on to ``urls``: ``to``, or ``here`` where it is refused."""
    action, decision = form.action.data, form.decision
    try:
        if action in ("dismiss", "uphold", "undo"):
            dismiss_or_uphold(viewer, action, decision, case or abort(404))
        elif action in ("let_through", "refuse"):
            act = holding.let_through if action == "let_through" else holding.refuse
            act(viewer, case or abort(404), decision)
        elif action == "remove":
            actions.remove_post(viewer, post or abort(404), decision, case)
        elif action == "mark":
            actions.mark_post(viewer, post or abort(404), decision, case)
        elif action == "remove_all":
            bulk.remove_all(viewer, person or abort(404), decision)
        elif action == "restore":
            actions.restore(viewer, person or abort(404), decision)
        else:
            actions.ACTIONS[action](viewer, person or abort(404), decision, case)
    except LastAdministratorError:
        abort(403)
    except NotAllowedError as error:
        abort(403, str(error))
    except TakenError as error:
        show_message(str(error))
        return redirect(urls["here"], 303)
    show_message(_("Decided: %(action)s.", action=action_label(action)))
    return redirect(urls["to"], 303)


def find_person(username: str) -> Row[Any]:
    """Return the person as moderators see them; else 404."""
    found = read(queries.person_by_username(), username=username, viewer_id=viewer.id)
    return found.first() or abort(404)


def known(person_id: int, case_id: int) -> dict[str, Any]:
    """Return what moderators know about a person."""
    addresses = read(queries.addresses(), user_id=person_id) if viewer.is_administrator else ()
    return {
        "history": read(queries.history(), user_id=person_id).all(),
        "notes": read(queries.notes(), user_id=person_id, viewer_id=viewer.id).all(),
        "other_cases": read(
            queries.other_cases(), user_id=person_id, case_id=case_id, viewer_id=viewer.id
        ).all(),
        "addresses": [row.address for row in addresses],
    }
