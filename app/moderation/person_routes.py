"""The page of a person at the desk: what is known about them, and what can be done."""

from typing import Any

from flask import Response, abort, redirect, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy import Row

from ..accounts.access import for_administrators, for_moderators
from ..accounts.models import User
from ..accounts.roles import LastAdministratorError, is_above
from ..accounts.viewer import viewer
from ..data.database import db
from ..data.reading import read
from ..web.answers import form_page, page, show_message
from . import blueprint, removing_all, roles
from .actions import NotAllowedError
from .deciding import CHOICES, decide_once, find_person, known
from .forms import RoleForm, SubjectForm, WordsForm
from .notes import add_note
from .subjects import so_far
from .words import role_label


@blueprint.get("/desk/people/<username:username>")
@for_moderators
def person(username: str) -> ResponseReturnValue:
    """What moderators know about a person, and can do without a case."""
    found = find_person(username)
    return _person_page(found, None)


@blueprint.post("/desk/people/<username:username>/decide")
@for_moderators
def decide_person(username: str) -> ResponseReturnValue:
    """Act on a person without a report, or as their open case wants it."""
    found = find_person(username)
    if not is_above(viewer.role, found.role):
        abort(403, str(NotAllowedError()))
    form = SubjectForm(_choices_of_person(found))
    after = ".removal" if form.action.data == "remove_all" else ".person"
    to = url_for(after, username=found.username)
    return decide_once(form, lambda: find_person(username), _person_page, to=to)


@blueprint.get("/desk/people/<username:username>/removal")
@for_moderators
def removal(username: str) -> ResponseReturnValue:
    """How many posts of a person the worker still has to remove; htmx polls it."""
    found = find_person(username)
    removing = read(removing_all.to_be_removed(), user_id=found.id).one()
    return page("moderation/removal.html", fragment="removal", person=found, removing=removing)


@blueprint.post("/desk/people/<username:username>/note")
@for_moderators
def note(username: str) -> ResponseReturnValue:
    """Leave a note about a person for the other moderators."""
    found = find_person(username)
    form = WordsForm()
    if not form.validate_on_submit():
        return _person_page(found, None, note=form)
    add_note(viewer, found.id, form.words.data)
    show_message(_("Your note is kept."))
    return redirect(url_for(".person", username=found.username, _anchor="notes"), 303)


@blueprint.post("/desk/people/<username:username>/role")
@for_administrators
def change_role(username: str) -> ResponseReturnValue:
    """Give a person another role, or step down."""
    found = find_person(username)
    form = RoleForm()
    if not form.validate_on_submit():
        return _person_page(found, None, role=form)
    try:
        roles.change_role(viewer, db.session.get_one(User, found.id), form.role.data)
    except NotAllowedError as error:
        abort(403, str(error))
    except LastAdministratorError:
        form.role.errors = [_("Nobody else is administrator here. Give somebody that role first.")]
        return _person_page(found, None, role=form)
    show_message(_("@%(name)s: %(role)s.", name=found.username, role=role_label(form.role.data)))
    # Who stepped down to member has no desk any more.
    is_out = found.id == viewer.id and form.role.data == "member"
    to = "profiles.show" if is_out else ".person"
    return redirect(url_for(to, username=found.username), 303)


def _person_page(
    person: Row[Any],
    form: SubjectForm | None,
    note: WordsForm | None = None,
    role: RoleForm | None = None,
) -> Response:
    choices = _choices_of_person(person)
    shown = form or SubjectForm(choices, formdata=None, seen=so_far(person))
    shown.action.choices = choices
    is_taken = person.taken_by_id not in (None, viewer.id)
    words = form.as_note if form and is_taken else ""
    response = form_page(
        "moderation/person.html",
        shown,
        person=person,
        note=note or WordsForm(formdata=None, words=words),
        is_taken=is_taken,
        may_act=is_above(viewer.role, person.role),
        role_form=_role_form(person, role),
        **known(person.id, 0),
    )
    if note or role:
        response.status_code = 422
    return response


def _role_form(person: Row[Any], sent: RoleForm | None) -> RoleForm | None:
    """Return the form for the role of ``person``; None where the viewer may not change it."""
    may_change = person.id == viewer.id or is_above(viewer.role, person.role)
    if not (viewer.is_administrator and may_change):
        return None
    return sent or RoleForm(formdata=None, role=person.role)


def _choices_of_person(person: Row[Any]) -> list[tuple[str, str]]:
    restorable = ("restore",) if person.state in ("limited", "suspended") else ()
    return [
        (name, str(CHOICES[name]))
        for name in ("warn", "limit", "suspend", "remove_all", *restorable)
    ]
