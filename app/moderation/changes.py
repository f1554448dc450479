"""What an entry of the log says of before and after, in words."""

from datetime import datetime
from typing import Any, NamedTuple

from flask_babel import format_datetime
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from .words import ROLES, STATES

# Characters of a value that are shown.
MOST_SHOWN = 500
# Ids, which say something to programs alone.
UNSHOWN = ("taken_by", "note", "invitation", "mail", "since")
LABELS = {
    "state": _l("State"),
    "role": _l("Role"),
    "until": _l("Until"),
    "from": _l("From"),
    "post": _l("Post"),
    "posts": _l("Posts"),
    "warning": _l("Warning"),
    "case": _l("Case"),
    "text": _l("Text"),
    "words": _l("Words"),
    "uses": _l("Uses"),
    "kind": _l("Kind"),
    "attempts": _l("Attempts"),
    "confirmed": _l("Confirmed"),
    # Settings of the site, as their form calls them.
    "name": _l("Name"),
    "description": _l("Description"),
    "contact": _l("Contact"),
    "languages": _l("Languages"),
    "rules": _l("Rules"),
    "about": _l("About"),
    "privacy": _l("Privacy"),
    "terms": _l("Terms"),
    "registration": _l("Who can join"),
    "question": _l("Question to new people"),
    "members_invite": _l("Members may invite others"),
    "confirms_email": _l("People confirm their e-mail address before they can write"),
    "reads": _l("Who can read"),
    "links_wait_days": _l("Days for which posts with links wait"),
    "names_in_log": _l("Name people in the public log of the moderators"),
    "longest_post": _l("Characters of a post"),
    "picture_quota": _l("Pictures of one person, in MB"),
    "reserved_names": _l("Reserved names"),
    "blocked_names": _l("Blocked names"),
    "blocked_words": _l("Blocked words"),
    "blocked_domains": _l("Blocked domains"),
    "blocked_addresses": _l("Blocked e-mail addresses"),
    "blocked_networks": _l("Blocked networks"),
}
VALUES: dict[Any, Any] = {
    **STATES,
    **ROLES,
    "deleted": _l("Deleted"),
    "shown": _l("Shown"),
    "removed": _l("Removed"),
    "refused": _l("Refused"),
    "open": _l("Open"),
    "closed": _l("Closed"),
}
IN_WORDS = ("state", "role", "post", "case")


class Change(NamedTuple):
    """A value before and after; "" where it was not there."""

    label: str
    before: str
    after: str


def changes(entry: Any) -> list[Change]:
    """Return what ``entry`` changed, in words."""
    names = dict.fromkeys((*entry.before, *entry.after))
    found = ((name, entry.before.get(name), entry.after.get(name)) for name in names)
    return [
        Change(_label(name), _in_words(name, before), _in_words(name, after))
        for name, before, after in found
        if before != after and name not in UNSHOWN
    ]


def _label(name: str) -> str:
    """Return the label of a value."""
    return str(LABELS.get(name) or name.replace("_", " ").capitalize())


def _in_words(name: str, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in ("until", "from"):
        return format_datetime(datetime.fromisoformat(value), "medium")
    if name in IN_WORDS:
        return str(VALUES.get(value, value))
    text = _joined(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def _joined(value: Any) -> str:
    """Return ``value``, which may be a list of lists, such as the rules of the site."""
    if not isinstance(value, list):
        return str(value)
    return ", ".join(
        ": ".join(filter(None, each)) if isinstance(each, list) else str(each) for each in value
    )
