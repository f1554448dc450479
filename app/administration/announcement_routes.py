"""Announcements: shown on top of each page, dismissed by each person, made by administrators."""

from collections.abc import Container
from datetime import UTC, datetime
from functools import cache
from typing import Any

from flask import abort, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from wtforms import DateTimeLocalField, SubmitField
from wtforms.validators import DataRequired, Optional, StopValidation, ValidationError

from ..accounts.access import before_confirming, for_administrators, for_members
from ..accounts.viewer import viewer
from ..data.database import AnySelect, db, now
from ..data.keyset import row_count
from ..data.reading import read
from ..site import site
from ..web.access import for_readers
from ..web.answers import back, changed, form_page, show_message
from ..web.forms import Form, from_another_site
from ..web.i18n import browser_zone
from ..web.preferences import keep_in_browser
from ..web.sent_forms import carry_when_expired, show_when_expired
from . import blueprint
from .forms import text
from .models import LONGEST_ANNOUNCEMENT, Announcement, announce, current_announcements, dismiss

MOST_SHOWN = 50
# The cookie of a browser in which nobody is signed in, and how many characters of it count.
DISMISSED, LONGEST_COOKIE = "dismissed", 1_000

show_when_expired("text", _l("Text"), "textarea")
carry_when_expired("starts_at", "ends_at")


def in_our_time(_form: Any, field: Any) -> None:
    """Refuse years that some time zone would move out of those that Python knows."""
    if field.data and not 2000 <= field.data.year < 3000:
        raise StopValidation(_l("Choose a day of the time that we live in."))


class AnnouncementForm(Form):
    """A new announcement. Times are of the zone of the browser."""

    text = text(
        _l("Text"),
        longest=LONGEST_ANNOUNCEMENT,
        rows=3,
        description=_l("A sentence or two, in Markdown."),
    )
    text.kwargs["validators"].insert(0, DataRequired())
    starts_at = DateTimeLocalField(
        _l("From"), validators=[Optional(), in_our_time], description=_l("Empty: from now on.")
    )
    ends_at = DateTimeLocalField(
        _l("Until"),
        validators=[Optional(), in_our_time],
        description=_l("Empty: until you end it."),
    )
    submit = SubmitField(_l("Announce"))

    def validate_ends_at(self, field: Any) -> None:
        """Refuse an announcement that nobody could see."""
        if field.data is None or self.starts_at.errors:
            return
        if moment_here(field.data) <= (moment_here(self.starts_at.data) or now()):
            raise ValidationError(_l("It would have ended before it begins."))


def moment_here(typed: datetime | None) -> Any:
    """Return in UTC a time that was typed in the zone of the browser; None for none."""
    return typed.replace(tzinfo=browser_zone()).astimezone(UTC) if typed else None


def announcements() -> list[Any]:
    """Return what this page announces, without what the viewer has dismissed."""
    shown = current_announcements()
    if not shown or (not viewer.is_authenticated and site().is_for_members):
        return []
    return _without(_dismissed(), shown)


def _without(ids: Container[str], shown: list[Any]) -> list[Any]:
    return [each for each in shown if str(each.id) not in ids]


def _dismissed() -> list[str]:
    """Return the ids of what the viewer has dismissed: a member by rows, others by a cookie."""
    if viewer.is_authenticated:
        return (viewer.columns["dismissed_announcements"] or "").split(",")
    return request.cookies.get(DISMISSED, "")[:LONGEST_COOKIE].split(".")


@blueprint.post("/announcements/<id:id>/dismiss")
@before_confirming
@for_members
def dismiss_announcement(id: int) -> ResponseReturnValue:
    """Show the viewer an announcement no more."""
    if not dismiss(viewer, id):
        abort(404)
    left = _without([*_dismissed(), str(id)], current_announcements())
    return changed("administration/_announcements.html", to=back(), announcements=left)


@blueprint.get("/announcements/<id:id>/hide")
@for_readers
def hide_announcement(id: int) -> ResponseReturnValue:
    """Show a browser in which nobody is signed in an announcement no more.

    By GET, as other choices of a browser (:mod:`app.web.preferences`).
    """
    response = redirect(back(), 303)
    if viewer.is_authenticated or from_another_site():
        return response
    hidden = {*_dismissed(), str(id)}
    ids = [str(each.id) for each in current_announcements() if str(each.id) in hidden]
    keep_in_browser(response, DISMISSED, ".".join(ids)[:LONGEST_COOKIE])
    return response


@blueprint.route("/settings/site/announcements", methods=["GET", "POST"])
@for_administrators
def edit_announcements() -> ResponseReturnValue:
    """List announcements, and make another."""
    form = AnnouncementForm()
    if form.validate_on_submit():
        starts, ends = moment_here(form.starts_at.data), moment_here(form.ends_at.data)
        announce(form.text.data.strip(), viewer, starts_at=starts, ends_at=ends)
        show_message(_("Everybody sees it at the time that you chose."))
        return redirect(url_for("administration.edit_announcements"), 303)
    rows = read(_made()).all()
    template = "administration/edit_announcements.html"
    return form_page(template, form, rows=rows, now=now(), zone=browser_zone())


@blueprint.post("/settings/site/announcements/<id:id>/end")
@for_administrators
def end_announcement(id: int) -> ResponseReturnValue:
    """End an announcement."""
    (db.session.get(Announcement, id) or abort(404)).end(viewer)
    show_message(_("Nobody sees it any more."))
    return redirect(url_for("administration.edit_announcements"), 303)


@cache
def _made() -> AnySelect:
    columns = (Announcement.id, Announcement.text, Announcement.starts_at, Announcement.ends_at)
    return select(*columns).order_by(Announcement.id.desc()).limit(row_count(MOST_SHOWN))
