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
}
# Values that are shown in words, by the name of what changed.
VALUES: dict[str, dict[str, Any]] = {
    "state": STATES | {"deleted": _l("Deleted")},
    "role": ROLES,
    "post": {
        "waiting": STATES["waiting"],
        "shown": _l("Shown"),
        "removed": _l("Removed"),
        "refused": _l("Refused"),
    },
    "case": {"open": _l("Open"), "closed": _l("Closed")},
}


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
    """Return the label of a value; the name of one that another release kept."""
    return str(LABELS.get(name) or name.replace("_", " ").capitalize())


def _in_words(name: str, value: Any) -> str:
    if value in (None, "", []):
        return ""
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name in ("until", "from"):
        return format_datetime(datetime.fromisoformat(value), "medium")
    if name in VALUES:
        return str(VALUES[name].get(value, value))
    text = _joined(value)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}…"


def _joined(value: Any) -> str:
    """Return ``value``, which may be a list of lists, such as the rules of the site."""
    if not isinstance(value, list):
        return str(value)
    # Sentences have commas.
    between = " · " if any(isinstance(each, list) for each in value) else ", "
    return between.join(
        ": ".join(filter(None, each)) if isinstance(each, list) else str(each) for each in value
    )
