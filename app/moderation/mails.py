"""Mails of moderation: to a person about a decision, to a moderator about a case."""

from flask import current_app
from flask_babel import gettext as _

from ..accounts.models import by_email
from ..data.database import db
from ..mail.texts import MailText, writes
from ..posts.models import Post
from ..site import site
from ..web.i18n import using_language
from ..web.urls import external_url
from .models import LogEntry

DECISION = "decision"
CASE = "case"
# The page of what is no case, by kind of notification.
PAGES = {"applicant": "administration.queue"}


@writes(CASE)
def write_case(recipient: str, *, case_id: int | None = None, of: str = "") -> MailText | None:
    """Write the mail to a moderator about a new case, or about something else: ``of`` a kind."""
    person = db.session.scalar(by_email(recipient))
    if person is None or person.role == "member":
        return None
    with using_language(person.language):
        if case_id:
            url = external_url("moderation.case", id=case_id)
            subject = _("Something new is at the desk of %(site)s", site=site().name)
        else:
            url = external_url(PAGES[of])
            subject = _("Somebody wants to join %(site)s", site=site().name)
    return MailText(subject, f"{url}\n", budget=CASE)


@writes(DECISION)
def write_decision(recipient: str, *, entry_id: int) -> MailText | None:
    """Write the mail; nothing is sent to whoever has left, or has another address by now."""
    entry, person = db.session.get(LogEntry, entry_id), db.session.scalar(by_email(recipient))
    if entry is None or person is None or person.id != entry.person_id:
        return None
    with using_language(person.language):
        post = db.session.get(Post, entry.post_id) if entry.post_id else None
        values = {
            "entry": entry,
            "undone": db.session.get(LogEntry, entry.undoes_id) if entry.undoes_id else None,
            "person": person,
            "post": post,
            "url": external_url("moderation.decisions"),
        }
        # Without Flask's context processors, which would read the viewer.
        body = current_app.jinja_env.get_template("mail/decision.txt").render(values)
        subject = _("What the moderators of %(site)s decided", site=site().name)
    # A budget of its own: each decision is mailed, however many there are in an hour.
    return MailText(subject, body, budget=str(entry_id))
