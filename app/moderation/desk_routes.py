"""The desk: open cases, what is known about a person, and what moderators do."""

from collections.abc import Callable
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row

from ..accounts.access import for_moderators
from ..accounts.models import User
from ..accounts.standing import LastAdministratorError, is_above
from ..accounts.viewer import viewer
from ..data.database import db
from ..data.reading import read
from ..posts.models import Post
from ..web.answers import back, form_page, page, show_message
from ..web.paging import read_rows
from ..web.typed import carry_when_expired, show_when_expired
from . import actions, blueprint, bulk, queries
from .actions import NotAllowedError, TakenError
from .appeals import dismiss_or_uphold, may_decide
from .forms import DecisionForm, WordsForm
from .models import Case, LogEntry
from .notes import add_note, mail_new_cases
from .words import REASONS, action_label

show_when_expired("why", _l("Why"), "textarea")
carry_when_expired("action", "days", "rule")

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
}


@blueprint.get("/desk")
@for_moderators
def desk() -> ResponseReturnValue:
    """List the open cases, the oldest or (``?by=reports``) the most reported first."""
    reason, by_reports = request.args.get("reason") or None, request.args.get("by") == "reports"
    if reason and not (reason in REASONS or reason.startswith("rule_") or reason == "appeal"):
        abort(404)
    rows = read_rows(
        lambda window: queries.desk(window, by_reports=by_reports, of_reason=bool(reason)),
        *(("reports_count", "id") if by_reports else ("id",)),
        oldest_first=not by_reports,
        viewer_id=viewer.id,
        reason=reason,
    )
    return page(
        "moderation/desk.html",
        fragment="cases",
        rows=rows,
        reason=reason,
        by_reports=by_reports,
        is_mailed=read(queries.is_mailed(), viewer_id=viewer.id).first() is not None,
    )


@blueprint.post("/desk/mail/<any(on, off):wanted>")
@for_moderators
def mail(wanted: str) -> ResponseReturnValue:
    """Choose whether to get a mail for each new case."""
    mail_new_cases(viewer, wanted=wanted == "on")
    show_message(_("Mails are on.") if wanted == "on" else _("Mails are off."))
    return redirect(url_for(".desk"), 303)


@blueprint.get("/desk/<key:id>")
@for_moderators
def case(id: int) -> ResponseReturnValue:
    """One case: what was reported, as it was then, what is known, and what can be done."""
    return _case_page(_case_row(id), None)


@blueprint.post("/desk/<key:id>/take")
@for_moderators
def take(id: int) -> ResponseReturnValue:
    """Take a case, so that nobody else decides it meanwhile."""
    return _do(lambda case: actions.take(viewer, case), id, _("The case is yours."))


@blueprint.post("/desk/<key:id>/release")
@for_moderators
def release(id: int) -> ResponseReturnValue:
    """Leave a case to others."""
    return _do(lambda case: actions.release(viewer, case), id, _("The case is everybody's again."))


@blueprint.post("/desk/<key:id>/decide")
@for_moderators
def decide(id: int) -> ResponseReturnValue:
    """Decide a case."""
    row = _case_row(id)
    form = DecisionForm(_choices_of_case(row))
    if not form.validate_on_submit():
        return _case_page(row, form)
    found = db.session.get_one(Case, id)
    person = db.session.get(User, found.person_id)
    post = db.session.get(Post, found.post_id) if found.post_id else None
    return _decide(form, person, post, found, to=url_for(".desk"), here=url_for(".case", id=id))


@blueprint.get("/desk/people/<name:username>")
@for_moderators
def person(username: str) -> ResponseReturnValue:
    """What moderators know about a person, and can do without a case."""
    found = read(queries.person_by_username(), username=username).first() or abort(404)
    return _person_page(found, None)


@blueprint.post("/desk/people/<name:username>/decide")
@for_moderators
def decide_person(username: str) -> ResponseReturnValue:
    """Act on a person without a case."""
    found = read(queries.person_by_username(), username=username).first() or abort(404)
    form = DecisionForm(_choices_of_person(found))
    if not form.validate_on_submit():
        return _person_page(found, form)
    here = url_for(".person", username=found.username)
    to = url_for(".removal", username=username) if form.action.data == "remove_all" else here
    return _decide(form, db.session.get_one(User, found.id), None, None, to=to, here=here)


@blueprint.get("/desk/people/<name:username>/removal")
@for_moderators
def removal(username: str) -> ResponseReturnValue:
    """How many posts of a person the worker still has to remove; htmx polls it."""
    found = read(queries.person_by_username(), username=username).first() or abort(404)
    left = read(bulk.to_be_removed(), user_id=found.id).scalar()
    return page("moderation/removal.html", fragment="removal", person=found, left=left)


@blueprint.post("/desk/people/<name:username>/note")
@for_moderators
def note(username: str) -> ResponseReturnValue:
    """Leave a note about a person for the other moderators."""
    found = read(queries.person_by_username(), username=username).first() or abort(404)
    form = WordsForm()
    if not form.validate_on_submit():
        return _person_page(found, None, note=form)
    add_note(viewer, found.id, form.words.data)
    show_message(_("Your note is kept."))
    return redirect(back("notes", default=url_for(".person", username=found.username)), 303)


@blueprint.route("/desk/posts/<key:id>", methods=["GET", "POST"])
@for_moderators
def post(id: int) -> ResponseReturnValue:
    """Remove a post without a case."""
    found = db.session.get(Post, id)
    if found is None or found.deleted_at or found.repost_of_id:
        abort(404)
    form = DecisionForm([(each, str(CHOICES[each])) for each in ("remove", "mark")])
    if not form.validate_on_submit():
        return form_page("moderation/post.html", form, post=found, person=found.author)
    to = url_for("posts.show", id=id)
    return _decide(form, found.author, found, None, to=to, here=url_for(".post", id=id))


@blueprint.post("/desk/log/<key:id>/undo")
@for_moderators
def undo(id: int) -> ResponseReturnValue:
    """Undo what was done."""
    entry = db.session.get(LogEntry, id) or abort(404)
    to = back(default=url_for(".desk"))
    try:
        actions.undo(viewer, entry, actions.Decision())
    except (NotAllowedError, TakenError) as error:
        abort(409 if isinstance(error, TakenError) else 403, str(error))
    show_message(_("It is undone, and the person is told."))
    return redirect(to, 303)


def _decide(
    form: DecisionForm, person: User | None, post: Post | None, case: Case | None, **urls: str
) -> ResponseReturnValue:
    """Do what ``form`` says, and go on to ``urls``: ``to``, or ``here`` where it is refused."""
    action, decision = form.action.data, form.decision
    try:
        if action in ("dismiss", "uphold", "undo"):
            dismiss_or_uphold(viewer, action, decision, case or abort(404))
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


def _do(act: Callable[[Case], None], id: int, message: str) -> ResponseReturnValue:
    _case_row(id)
    try:
        act(db.session.get_one(Case, id))
    except TakenError as error:
        message = str(error)
    show_message(message)
    return redirect(url_for(".case", id=id), 303)


def _case_row(id: int) -> Row[Any]:
    return read(queries.one_case(), case_id=id, viewer_id=viewer.id).first() or abort(404)


def _case_page(row: Row[Any], form: DecisionForm | None) -> ResponseReturnValue:
    person = read(queries.person(), user_id=row.person_id).first()
    appealed = row.appeals_id and read(queries.entry(), entry_id=row.appeals_id).first()
    return form_page(
        "moderation/case.html",
        form or DecisionForm(_choices_of_case(row)),
        case=row,
        person=person,
        appealed=appealed,
        reports=read(queries.reports(), case_id=row.id).all(),
        may_decide=may_decide(viewer, row),
        note=WordsForm(formdata=None),
        **_known(row.person_id, row.id),
    )


def _person_page(
    person: Row[Any], form: DecisionForm | None, note: WordsForm | None = None
) -> ResponseReturnValue:
    shown = form or DecisionForm(_choices_of_person(person))
    response = form_page(
        "moderation/person.html",
        shown,
        person=person,
        note=note or WordsForm(formdata=None),
        may_act=person.id != viewer.id and is_above(viewer.role, person.role),
        **_known(person.id, 0),
    )
    if note:
        response.status_code = 422
    return response


def _known(person_id: int, case_id: int) -> dict[str, Any]:
    """Return what moderators know about a person."""
    addresses = read(queries.addresses(), user_id=person_id) if viewer.is_administrator else ()
    return {
        "history": read(queries.history(), user_id=person_id).all(),
        "notes": read(queries.notes(), user_id=person_id).all(),
        "other_cases": read(queries.other_cases(), user_id=person_id, case_id=case_id).all(),
        "addresses": sorted({row.address for row in addresses if row.address}),
    }


def _choices_of_case(row: Row[Any]) -> list[tuple[str, str]]:
    if row.username is None:
        # Whoever has left is neither told nor moderated.
        names: tuple[str, ...] = ("dismiss",)
    elif row.appeals_id:
        names = ("undo", "uphold")
    elif row.post_id:
        names = ("dismiss", "remove", "mark", "warn", "limit", "suspend")
    else:
        names = ("dismiss", "warn", "limit", "suspend")
    return [(name, str(CHOICES[name])) for name in names]


def _choices_of_person(person: Row[Any]) -> list[tuple[str, str]]:
    restorable = ("restore",) if person.state in ("limited", "suspended") else ()
    return [
        (name, str(CHOICES[name]))
        for name in ("warn", "limit", "suspend", "remove_all", *restorable)
    ]
