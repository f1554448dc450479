"""The desk: open cases, and what moderators do about cases and posts."""

from collections.abc import Callable
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import Row

from ..accounts.access import for_moderators
from ..accounts.models import User
from ..accounts.standing import is_above
from ..accounts.viewer import viewer
from ..data.database import db
from ..data.reading import read
from ..posts.models import Post
from ..web.answers import back, form_page, page, show_message
from ..web.paging import read_rows
from ..web.typed import carry_when_expired, show_when_expired
from . import actions, blueprint, queries
from .actions import NotAllowedError, TakenError
from .appeals import refusal
from .deciding import CHOICES, decide_by, known
from .forms import DecisionForm, WordsForm
from .models import HELD, Case, LogEntry
from .notes import mail_new_cases
from .words import kinds

show_when_expired("why", _l("Why"), "textarea")
carry_when_expired("action", "days", "rule", "canned")


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


@blueprint.get("/desk/<key:id>")
@for_moderators
def case(id: int) -> ResponseReturnValue:
    """One case: what was reported, as it was then, what is known, and what can be done."""
    return _case_page(_case_row(id), None)


@blueprint.post("/desk/<key:id>/take")
@for_moderators
def take(id: int) -> ResponseReturnValue:
    """Take a case, so that nobody else decides it meanwhile."""
    if error := refusal(viewer, _case_row(id)):
        abort(403, str(error))
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
    return decide_by(form, person, post, found, to=url_for(".desk"), here=url_for(".case", id=id))


@blueprint.route("/desk/posts/<key:id>", methods=["GET", "POST"])
@for_moderators
def post(id: int) -> ResponseReturnValue:
    """Remove a post without a case."""
    found = db.session.get(Post, id)
    if found is None or found.deleted_at or found.repost_of_id:
        abort(404)
    if not is_above(viewer.role, found.author.role):
        abort(403, str(NotAllowedError()))
    form = DecisionForm([(each, str(CHOICES[each])) for each in ("remove", "mark")])
    if not form.validate_on_submit():
        return form_page("moderation/post.html", form, post=found, person=found.author)
    to = url_for("posts.show", id=id)
    return decide_by(form, found.author, found, None, to=to, here=url_for(".post", id=id))


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
    person = read(queries.person(), user_id=row.person_id, viewer_id=viewer.id).first()
    reports = read(queries.reports(), case_id=row.id).all()
    ids = [int(post["id"]) for report in reports for post in report.evidence["posts"]]
    seen = read(queries.seen_posts(), ids=ids, viewer_id=viewer.id).scalars() if ids else ()
    appealed = row.appeals_id and read(queries.entry(), entry_id=row.appeals_id).first()
    return form_page(
        "moderation/case.html",
        form or DecisionForm(_choices_of_case(row)),
        case=row,
        person=person,
        appealed=appealed,
        reports=reports,
        seen_posts=set(seen),
        refusal=refusal(viewer, row),
        note=WordsForm(formdata=None),
        **known(row.person_id, row.id),
    )


def _choices_of_case(row: Row[Any]) -> list[tuple[str, str]]:
    names: tuple[str, ...] = ("dismiss",)
    if row.role is None or not (row.appeals_id or is_above(viewer.role, row.role)):
        pass  # Whoever has left, an equal or a superior: others can only say that it is fine.
    elif row.appeals_id:
        names = ("undo", "uphold")
    elif row.reason == HELD:
        # What is done to the person, on their page, would leave the post waiting.
        names = ("let_through", "refuse")
    elif row.post_id:
        names = ("dismiss", "remove", "mark", "warn", "limit", "suspend")
    else:
        names = ("dismiss", "warn", "limit", "suspend")
    return [(name, str(CHOICES[name])) for name in names]
