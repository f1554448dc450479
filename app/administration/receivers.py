"""Logs decisions about applications, and changes of the settings of the site."""

from typing import Any

from flask_babel import lazy_gettext as _l

from ..accounts.models import User
from ..accounts.signals import application_decided
from ..data.database import db
from ..moderation.log import record
from ..moderation.log_changes import LABELS, VALUES
from ..moderation.words import ACTIONS
from ..site.signals import site_changed
from .forms import READS, REGISTRATION, LookForm, SiteForm, setting_labels
from .list_form import ListForm

ACTIONS |= {
    "let_in": _l("Somebody let in"),
    "turn_away": _l("Somebody turned away"),
    "site": _l("Settings of the site changed"),
    "announce": _l("Announcement made"),
    "end_announcement": _l("Announcement ended"),
    "send_again": _l("Mail sent again"),
}

# The settings of the site are called as where they are changed.
LABELS |= setting_labels(SiteForm, LookForm, ListForm)
VALUES |= {"registration": REGISTRATION, "reads": READS}


@application_decided.connect
def _record_decision(user: User, *, by: Any, is_let_in: bool, reason: str, **_more: Any) -> None:
    changed = {"before": {"state": "waiting"}, "after": {"state": user.state}}
    if not is_let_in:
        changed["after"] = {"state": "deleted"}
    action = "let_in" if is_let_in else "turn_away"
    record(by, action, person_id=user.id, reason=reason, **changed)


@site_changed.connect
def _record_change(_site: Any, *, by: int | None, before: Any, after: Any, **_more: Any) -> None:
    actor = db.session.get(User, by) if by else None
    # Of the banner, whether there is one: its key says nothing to people.
    before, after = (
        {name: bool(value) if name == "banner" else value for name, value in each.items()}
        for each in (before, after)
    )
    if after.get("banner"):
        before.pop("banner")
    record(actor, "site", before=before, after=after)
