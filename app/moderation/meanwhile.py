"""A form about a person or a post is used once, and for what was seen when it was drawn."""

from typing import Any

from flask_babel import gettext as _

from .models import LogEntry
from .subjects import SO_FAR, so_far
from .taking import TakenError, decided


def check_unchanged(seen: str, subject: Any, moderator_id: int) -> None:
    """Raise :class:`TakenError` unless ``subject`` is as it was ``seen`` (:func:`so_far`).

    Also where another moderator has taken the open case about it.
    """
    if subject.taken_by_id not in (None, moderator_id):
        raise TakenError(_("@%(name)s has taken this case.", name=subject.taken_by))
    now = so_far(subject)
    if seen != now:
        both = zip(SO_FAR, seen.split("|"), now.split("|"), strict=False)
        raise TakenError(_sentence({name for name, was, is_ in both if was != is_}, subject))


def _sentence(changed: set[str], subject: Any) -> str:
    entry = decided(LogEntry.id == subject.last_entry_id) if "last_entry_id" in changed else ""
    if entry:
        return entry
    if "open_case_id" in changed:
        return _("Somebody has reported this meanwhile: there is a case about it.")
    if "deleted_at" in changed:
        return _("The author has deleted the post.")
    if "edited_at" in changed:
        return _("The author has edited the post meanwhile.")
    return _("Something has changed since this page was opened. Look again, and decide then.")
