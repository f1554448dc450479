"""Reporting a post or a person; what was decided about oneself; the public log."""

from datetime import timedelta
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..accounts.access import for_members
from ..accounts.models import User
from ..accounts.tokens import make_token, read_token
from ..accounts.viewer import viewer
from ..data.database import db, now
from ..data.reading import read
from ..follows.models import block
from ..follows.queries import Audience, audience_of, person_by_username
from ..posts.access import card_of, visible_post_or_404
from ..posts.models import Post
from ..web.access import for_everybody
from ..web.answers import form_page, page, show_message
from ..web.limits import limiter
from ..web.paging import read_rows
from ..web.sent_forms import carry_when_expired, show_when_expired
from . import blueprint, queries
from .forms import ReportForm, WordsForm
from .models import APPEALABLE, LogEntry
from .reporting import AppealedError, appeal, is_appealed_with, no_appeal, report

# The purpose of the token in the form to appeal, which the page at log-in has.
APPEAL_FORM = "appeal"
# How long the form of the page at log-in can be sent.
APPEAL_WITHIN = timedelta(hours=2)

show_when_expired("words", _l("In your words"), "textarea")
carry_when_expired("reason", "block")

limit_reporting = limiter.shared_limit("100 per hour", scope="reporting", methods=["POST"])


@blueprint.route("/posts/<id:id>/report", methods=["GET", "POST"])
@for_members
@limit_reporting
def report_post(id: int) -> ResponseReturnValue:
    """Report a post to the moderators."""
    post = db.session.get_one(Post, visible_post_or_404(id).id)
    return _report(post.author, post)


@blueprint.route("/@<username:username>/report", methods=["GET", "POST"])
@for_members
@limit_reporting
def report_person(username: str) -> ResponseReturnValue:
    """Report a person to the moderators, whoever of the two has blocked the other."""
    found = person_by_username(Audience.UNFILTERED)
    person = read(found, username=username).first() or abort(404)
    return _report(db.session.get_one(User, person.id), None)


def _report(person: User, post: Post | None) -> ResponseReturnValue:
    if person.id == viewer.id:
        abort(400, _("You cannot report yourself."))
    form = ReportForm(person.username)
    if not form.validate_on_submit():
        card = card_of(post) if post else None
        return form_page("moderation/report.html", form, person=person, card=card)
    report(viewer, person, post, reason=form.reason.data, words=form.words.data)
    if form.block.data:
        block(viewer, person)
    show_message(_("Thank you. The moderators look at it, and you learn what they decide."))
    if form.block.data:
        return redirect("/", 303)
    if post:
        return redirect(url_for("posts.show", id=post.id), 303)
    found = person_by_username(audience_of(viewer))
    is_seen = read(found, username=person.username, viewer_id=viewer.id).first() is not None
    profile = url_for("profiles.show", username=person.username)
    return redirect(profile if is_seen else url_for(".decisions"), 303)


@blueprint.get("/decisions")
@for_members
def decisions() -> ResponseReturnValue:
    """What moderators decided about the viewer, and about what the viewer reported."""
    rows = read_rows(queries.decisions, "id", viewer_id=viewer.id)
    reports = read(queries.own_reports(), viewer_id=viewer.id).all()
    return page("moderation/decisions.html", fragment="decisions", rows=rows, reports=reports)


@blueprint.route("/decisions/<id:id>/appeal", methods=["GET", "POST"])
@for_members
@limit_reporting
def appeal_decision(id: int) -> ResponseReturnValue:
    """Appeal against a decision about oneself, once."""
    entry = _own_decision(viewer.id, id)
    form = WordsForm()
    if request.method == "GET" and (refusal := no_appeal(entry)):
        show_message(refusal)
        return redirect(url_for(".decisions"))
    if not form.validate_on_submit():
        return form_page("moderation/appeal.html", form, entry=entry)
    _appeal(db.session.get_one(User, viewer.id), entry, form.words.data)
    return redirect(url_for(".decisions"), 303)


@blueprint.post("/appeal/<token>")
@for_everybody
@limit_reporting
def appeal_signed_out(token: str) -> ResponseReturnValue:
    """Appeal against a suspension, from the page that a suspended person gets at log-in."""
    found = read_token(APPEAL_FORM, token) or abort(404)
    entry = _own_decision(found.user.id, found.claims["entry"])
    form = WordsForm()
    if not form.validate_on_submit():
        return form_page("moderation/appeal.html", form, entry=entry)
    _appeal(found.user, entry, form.words.data)
    return redirect(url_for("accounts.login"), 303)


def why_suspended(user: User) -> dict[str, Any] | None:
    """Return what the page for a suspended person says, with the token of the form to appeal."""
    if user.state != "suspended":
        return None
    entry = db.session.execute(queries.last_decision_of(), {"user_id": user.id}).first()
    if entry is None:
        return {}
    ends = now() + APPEAL_WITHIN
    token = None if entry.appealed else make_token(APPEAL_FORM, user, ends=ends, entry=entry.id)
    return {"entry": entry, "token": token, "form": WordsForm(formdata=None)}


def _own_decision(user_id: int, id: int) -> LogEntry:
    entry = db.session.get(LogEntry, id)
    if entry is None or entry.person_id != user_id or entry.action not in APPEALABLE:
        abort(404)
    return entry


def _appeal(person: User, entry: LogEntry, words: str) -> None:
    try:
        appeal(person, entry, words)
    except AppealedError as error:
        # Other words than those of the appeal that was made are shown, so that they are not lost.
        if not is_appealed_with(entry, words):
            abort(409, str(error))
        show_message(str(error))
    else:
        show_message(_("Your appeal is with the moderators. You learn what they decide."))
