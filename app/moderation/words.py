"""What the reasons of reports and the actions of moderators are called."""

from datetime import datetime
from typing import Any

from flask_babel import format_date
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from ..site import site
from .models import APPEAL, HELD, OF_RULE

REASONS = {
    "spam": _l("Spam"),
    "harassment": _l("Harassment"),
    "illegal": _l("Something illegal"),
    "other": _l("Something else"),
}
LABELS = {**REASONS, APPEAL: _l("Appeal"), HELD: _l("First post with links")}
ACTIONS = {
    "dismiss": _l("Nothing to be done"),
    "remove": _l("Post removed"),
    "mark": _l("Warning put on a post"),
    "warn": _l("Person warned"),
    "limit": _l("Account limited"),
    "suspend": _l("Account suspended"),
    "remove_all": _l("All posts removed"),
    "restore": _l("Account restored"),
    "undo": _l("Decision undone"),
    "uphold": _l("Decision upheld"),
    "let_through": _l("Post let through"),
    "refuse": _l("Post refused"),
    "role": _l("Role changed"),
    "create": _l("Account made"),
    "confirm": _l("Address confirmed"),
    "set_password": _l("Link to set a password sent"),
    "delete": _l("Account deleted"),
    "take": _l("Case taken"),
    "release": _l("Case left to others"),
    "note": _l("Note left"),
    "canned": _l("Ready-made reason added"),
    "delete_canned": _l("Ready-made reason deleted"),
    "invite": _l("Invitation made"),
    "revoke": _l("Invitation revoked"),
}

STATES = {
    "active": _l("Active"),
    "waiting": _l("Waits for approval"),
    "limited": _l("Limited"),
    "suspended": _l("Suspended"),
    "leaving": _l("Leaving"),
}
ROLES = {"member": _l("Member"), "moderator": _l("Moderator"), "administrator": _l("Administrator")}


def state_label(state: str) -> str:
    """Return what the state of an account is called."""
    return str(STATES[state])


def role_label(role: str) -> str:
    """Return what ``role`` is called."""
    return str(ROLES[role])


def reasons() -> list[tuple[str, str]]:
    """Return the reasons for a report, as values and labels; the rules of the site first."""
    rules = [(f"{OF_RULE}{rule.title}", rule.title) for rule in site().rules]
    return [*rules, *((value, str(label)) for value, label in REASONS.items())]


def kinds() -> list[tuple[str, str]]:
    """Return the kinds of cases that the desk filters by, as values and labels."""
    return [*reasons(), *((kind, reason_label(kind)) for kind in (APPEAL, HELD))]


def reason_label(reason: str) -> str:
    """Return what ``reason`` is called; a rule as it was when it was named."""
    label = LABELS.get(reason)
    return str(label) if label else reason.removeprefix(OF_RULE)


def actor_label(entry: Any) -> str:
    """Return who did what ``entry`` says."""
    return doer_label(entry.actor, entry.actor_id)


def doer_label(username: str | None, id: int | None) -> str:
    """Return who did something: a name, while the person is here. Nobody is the command line."""
    if username:
        return f"@{username}"
    return _("somebody who has left") if id else _("the command line")


def action_label(action: str) -> str:
    """Return what ``action`` of the log is called."""
    return str(ACTIONS.get(action, action))


def entry_label(entry: Any) -> str:
    """Return what an entry of the log is called, with what it undoes."""
    label = action_label(entry.action)
    return f"{label}: {action_label(entry.undone)}" if entry.action == "undo" else label


def done(entry: Any) -> str:
    """Return, in a sentence for the person concerned, what was done."""
    sentences = {
        "remove": _("The moderators removed a post of yours."),
        "mark": _("The moderators put a warning on a post of yours."),
        "remove_all": _("The moderators removed all your posts."),
        "let_through": _("The moderators let a post of yours through: everybody sees it now."),
        "refuse": _("The moderators refused a post of yours that waited."),
        "warn": _("The moderators warn you."),
        "limit": _("The moderators show what you post to your followers only."),
        "suspend": _("The moderators suspended your account."),
        "uphold": _("The moderators looked at your appeal: their decision stays."),
    }
    undone = _("The moderators took back what they had decided about you.")
    return f"{sentences.get(entry.action, undone)} {until(entry)}".strip()


def until(entry: Any) -> str:
    """Return until when what an entry says holds; "" for what has no end."""
    moment = entry.action != "undo" and entry.after.get("until")
    if not moment:
        return ""
    return _("Until %(date)s.", date=format_date(datetime.fromisoformat(moment), "long"))
