"""What a moderator can choose, and doing it: for a case, a post, or a person."""

from collections.abc import Callable
from typing import Any

from flask import Response, abort, redirect
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row

from ..accounts.models import User
from ..accounts.roles import LastAdministratorError
from ..accounts.viewer import viewer
from ..data.database import db, writing
from ..data.reading import read
from ..posts.models import Post
from ..web.answers import show_message
from . import actions, holding, queries, removing_all, subjects, undoing
from .actions import NotAllowedError
from .appeals import dismiss_or_uphold
from .assignment import TakenError, wait_for_turn
from .forms import DecisionForm, SubjectForm
from .models import Case, LogEntry
from .subjects import check_unchanged, so_far
from .words import action_label

Verb = Callable[..., LogEntry]

# What can be chosen, by action, in the words of a moderator.
CHOICES = {
    "dismiss": _l("Nothing: it is fine"),
    "remove": _l("Remove the post"),
    "mark": _l("Put a warning on the post"),
    "warn": _l("Warn the person"),
    "limit": _l("Limit: only followers see what they post"),
    "suspend": _l("Suspend: log out, and hide everything"),
    "remove_all": _l("Remove every post of the person"),
    "restore": _l("Make the account active again"),
    "undo": _l("Take the decision back"),
    "uphold": _l("The decision stays"),
    "let_through": _l("Let it through: everybody sees it"),
    "refuse": _l("Refuse it: nobody sees it"),
}


# The verbs, by action: what is done to a post, to a person, and to a post that waits.
TO_POST: dict[str, Verb] = {"remove": actions.remove_post, "mark": actions.mark_post}
TO_PERSON: dict[str, Verb] = {
    "warn": actions.warn,
    "limit": actions.limit,
    "suspend": actions.suspend,
    "remove_all": removing_all.remove_all,
    "restore": undoing.restore,
}
TO_HELD: dict[str, Verb] = {"let_through": holding.let_through, "refuse": holding.refuse}


def decide_by(
    form: DecisionForm, act: Callable[[], object], *, to: str, again: Callable[[], Response]
) -> ResponseReturnValue:
    """Do what ``form`` says, with ``act``, and go on to the URL ``to``.

    Where somebody else was first, the answer is the page ``again``.
    """
    try:
        act()
    except LastAdministratorError:
        abort(403)
    except NotAllowedError as error:
        abort(403, str(error))
    except TakenError as error:
        return answer_second(str(error), again)
    show_message(_("Decided: %(action)s.", action=action_label(form.action.data)))
    return redirect(to, 303)


def answer_second(sentence: str, again: Callable[[], Response]) -> Response:
    """Answer who comes second with the page ``again``: with who was first, and what was typed."""
    show_message(sentence)
    response = again()
    response.status_code = 409
    return response


def act_on_case(form: DecisionForm, case: Case) -> None:
    """Do what ``form`` says about ``case``."""
    person = db.session.get(User, case.person_id)
    post = db.session.get(Post, case.post_id) if case.post_id else None
    _act(form, person, post, case)


def decide_once(
    form: SubjectForm,
    find: Callable[[], Row[Any]],
    show: Callable[[Row[Any], SubjectForm], Response],
    *,
    to: str,
) -> ResponseReturnValue:
    """Do what ``form`` says about a person or a post, if nothing has happened since it was drawn.

    ``find`` reads the subject, and ``show`` draws its page with the form.
    """
    found = find()

    def again() -> Response:
        fresh = find()
        form.seen.data = so_far(fresh)
        return show(fresh, form)

    try:
        check_unchanged(form.seen.data or "", found, viewer.id)
    except TakenError as error:
        return answer_second(str(error), again)
    if not form.validate_on_submit():
        return show(found, form)
    return decide_by(form, lambda: _act_once(form, found), to=to, again=again)


def _act_once(form: SubjectForm, found: Row[Any]) -> None:
    statement = subjects.post() if found.post_id else subjects.person()
    with writing() as session:
        wait_for_turn(session, found.person_id)
        ids = {"user_id": found.person_id, "post_id": found.post_id, "viewer_id": viewer.id}
        subject = session.execute(statement, ids).first() or abort(404)
        check_unchanged(form.seen.data or "", subject, viewer.id)
        case = session.get(Case, subject.open_case_id) if subject.open_case_id else None
        post = session.get(Post, found.post_id) if found.post_id else None
        _act(form, session.get(User, found.person_id), post, case)


def _act(form: DecisionForm, person: User | None, post: Post | None, case: Case | None) -> None:
    action, decision = form.action.data, form.decision
    if action in TO_POST:
        TO_POST[action](viewer, post or abort(404), decision, case)
    elif action in TO_PERSON:
        TO_PERSON[action](viewer, person or abort(404), decision, case)
    elif action in TO_HELD:
        TO_HELD[action](viewer, case or abort(404), decision)
    else:
        dismiss_or_uphold(viewer, action, decision, case or abort(404))


def find_person(username: str) -> Row[Any]:
    """Return the person as moderators see them; else 404."""
    found = read(subjects.person_by_username(), username=username, viewer_id=viewer.id)
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
