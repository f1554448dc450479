"""The desk: open cases, and what moderators do about them."""

from collections.abc import Callable
from typing import Any

from flask import Response, abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row

from ..accounts.access import for_moderators
from ..accounts.roles import is_above
from ..accounts.viewer import viewer
from ..data.database import db
from ..data.reading import read
from ..web.answers import form_page, page, show_message
from ..web.paging import read_rows
from ..web.sent_forms import carry_when_expired, show_when_expired
from . import assignment, blueprint, queries, subjects
from .appeals import refusal
from .assignment import TakenError
from .deciding import CHOICES, act_on_case, answer_second, decide_by, known
from .forms import DecisionForm, WordsForm
from .models import HELD, Case
from .notes import add_note
from .notifying import mail_new_cases
from .words import kinds

show_when_expired("why", _l("Why"), "textarea")
carry_when_expired("action", "days", "rule", "canned", "seen")


@blueprint.get("/desk")
@for_moderators
def desk() -> ResponseReturnValue:
    """List the open cases, the oldest or (``?by=reports``) the most reported first."""
    reason, by_reports = request.args.get("reason") or None, request.args.get("by") == "reports"
    if reason and reason not in dict(kinds()):
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
        around=read(queries.around_desk(), viewer_id=viewer.id).one(),
    )


@blueprint.post("/desk/mail/<any(on, off):wanted>")
@for_moderators
def mail(wanted: str) -> ResponseReturnValue:
    """Choose whether to get a mail for each new case."""
    mail_new_cases(viewer, wanted=wanted == "on")
    show_message(_("Mails are on.") if wanted == "on" else _("Mails are off."))
    return redirect(url_for(".desk"), 303)


@blueprint.get("/desk/<id:id>")
@for_moderators
def case(id: int) -> ResponseReturnValue:
    """One case: what was reported, as it was then, what is known, and what can be done."""
    return _case_page(_case_row(id), None)


@blueprint.post("/desk/<id:id>/take")
@for_moderators
def take(id: int) -> ResponseReturnValue:
    """Take a case, so that nobody else decides it meanwhile."""
    if error := refusal(viewer, _case_row(id)):
        abort(403, str(error))
    return _do(lambda case: assignment.take(viewer, case), id, _("The case is yours."))


@blueprint.post("/desk/<id:id>/release")
@for_moderators
def release(id: int) -> ResponseReturnValue:
    """Leave a case to others."""
    return _do(
        lambda case: assignment.release(viewer, case), id, _("The case is everybody's again.")
    )


@blueprint.post("/desk/<id:id>/decide")
@for_moderators
def decide(id: int) -> ResponseReturnValue:
    """Decide a case."""
    row = _case_row(id)
    form = DecisionForm(_choices_of_case(row))

    def again() -> Response:
        return _case_page(_case_row(id), form)

    if sentence := assignment.taken(viewer.id, row):
        return answer_second(sentence, again)
    if not form.validate_on_submit():
        return _case_page(row, form)
    found = db.session.get_one(Case, id)
    to = url_for(".desk")
    return decide_by(form, lambda: act_on_case(form, found), to=to, again=again)


@blueprint.post("/desk/<id:id>/note")
@for_moderators
def case_note(id: int) -> ResponseReturnValue:
    """Leave a note about a case for the other moderators."""
    row, form = _case_row(id), WordsForm()
    if not form.validate_on_submit():
        return _case_page(row, None, note=form)
    add_note(viewer, row.person_id, form.words.data, case_id=id)
    show_message(_("Your note is kept."))
    return redirect(url_for(".case", id=id, _anchor="notes"), 303)


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


def _case_page(row: Row[Any], form: DecisionForm | None, note: WordsForm | None = None) -> Response:
    """Answer with a case; words of a ``form`` that decides nothing any more can become a note."""
    taken = assignment.taken(viewer.id, row)
    words = form.as_note if form and taken else ""
    reports = read(queries.reports(), case_id=row.id).all()
    ids = [int(post["id"]) for report in reports for post in report.evidence["posts"]]
    seen = read(queries.seen_posts(), ids=ids, viewer_id=viewer.id).scalars() if ids else ()
    response = form_page(
        "moderation/case.html",
        form or DecisionForm(_choices_of_case(row)),
        case=row,
        taken=taken,
        person=read(subjects.person(), user_id=row.person_id, viewer_id=viewer.id).first(),
        appealed=row.appeals_id and read(queries.entry(), entry_id=row.appeals_id).first(),
        reports=reports,
        seen_posts=set(seen),
        pictures=row.reason == HELD and read(queries.pictures(), post_id=row.post_id).all(),
        refusal=refusal(viewer, row),
        note=note or WordsForm(formdata=None, words=words),
        **known(row.person_id, row.id),
    )
    if note:
        response.status_code = 422
    return response


def _choices_of_case(row: Row[Any]) -> list[tuple[str, str]]:
    names: tuple[str, ...] = ("dismiss",)
    if row.role is None or not (row.appeals_id or is_above(viewer.role, row.role)):
        pass  # Whoever has left, an equal or a superior: others can only say that it is fine.
    elif row.appeals_id:
        names = ("undo", "uphold")
    elif row.reason == HELD:
        # What is done to the person, on their page, would leave the post waiting.
        names = ("let_through", "refuse")
    else:
        on_post = ("remove", "mark") if row.has_post else ()
        names = ("dismiss", *on_post, "warn", "limit", "suspend")
    return [(name, str(CHOICES[name])) for name in names]
