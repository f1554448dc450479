"""The settings: their types and defaults, and the cache from which every page reads them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cache
from typing import Any, NamedTuple

from flask import current_app
from flask_babel import gettext as _
from sqlalchemy import select

from ..data.cached_value import CachedValue
from ..data.database import AnySelect, HasId, db, insert_if_absent, now, writing
from .models import SiteSetting
from .signals import site_changed

REGISTRATION = ("open", "approval", "invite", "closed")
READS = ("everybody", "members")
CHOICES = {"registration": REGISTRATION, "reads": READS}
# The settings that the environment can set, too, by the name of the variable.
BY_ENVIRONMENT = {
    "name": "SITE_NAME",
    "registration": "REGISTRATION",
    "longest_post": "POST_MAX_CHARS",
    "picture_quota": "MEDIA_QUOTA",
}

DEFAULT_NAME = "Microblog"


class Rule(NamedTuple):
    """A rule of the community; its number is its place in the list, from 1."""

    title: str
    explanation: str = ""


@dataclass(frozen=True)
class Site:
    """All settings, each with its default."""

    name: str = DEFAULT_NAME
    description: str = ""
    # As #rrggbb; empty for that of tokens.css.
    accent: str = ""
    # The key of the picture; empty for none.
    banner: str = ""
    banner_description: str = ""
    rules: tuple[Rule, ...] = ()
    # An e-mail address, or the URL of a page.
    contact: str = ""
    # Markdown.
    about: str = ""
    privacy: str = ""
    terms: str = ""
    registration: str = "open"
    # What people are asked who want to join, where registration needs approval.
    question: str = ""
    members_invite: bool = False
    reads: str = "everybody"
    # Tags of the languages offered; none means all that are translated.
    languages: tuple[str, ...] = ()
    # Whether an account writes only once its e-mail address is confirmed.
    confirms_email: bool = False
    # Code points of a post, and how many MB the pictures of one person take, at most.
    longest_post: int = 500
    picture_quota: int = 1_000
    # Of an account younger than so many days, the first post with links waits until moderators have
    # read it; 0 for none.
    links_wait_days: int = 0
    # Whether the public log of the moderators names the people whom an action concerns.
    names_in_log: bool = False
    # Lists, in lower case.
    blocked_domains: frozenset[str] = frozenset()
    blocked_addresses: frozenset[str] = frozenset()
    blocked_networks: frozenset[str] = frozenset()
    blocked_names: frozenset[str] = frozenset()
    blocked_words: frozenset[str] = frozenset()
    reserved_names: frozenset[str] = frozenset()
    # Names of the settings above whose value comes from the environment.
    set_by_environment: frozenset[str] = field(default=frozenset())

    @property
    def summary(self) -> str:
        """The description in a sentence, for whoever sees nothing else of the site."""
        if self.description:
            return self.description
        return _("%(site)s is a community that talks in short posts.", site=self.name)

    @property
    def is_for_members(self) -> bool:
        """Whether only members read."""
        return self.reads == "members"

    @property
    def can_join(self) -> bool:
        """Whether the page to join is there for somebody without an invitation."""
        return self.registration in ("open", "approval")


def site() -> Site:
    """Return the settings, as this process read them within the last ``SITE_KEPT`` seconds.

    Where the database fails, they are those that it read last.
    """
    return _cached.get()


def site_now() -> Site:
    """Return the settings as they are stored now, for a decision that must hold at once."""
    return _cached.stored()


def site_last_read() -> Site:
    """Return the settings as this process read them last: for a page that reads no database."""
    return _cached.last()


def change_site(by: HasId | None = None, **values: Any) -> None:
    """Change settings, given by name; ``by`` is who does it, None for a command.

    Raises :class:`ValueError` for a name or a value that no setting has.
    """
    known = {each.name for each in fields(Site)} - {"set_by_environment"}
    if unknown := set(values) - known:
        raise ValueError(f"There is no setting {', '.join(sorted(unknown))}.")
    for name, value in values.items():
        if value not in CHOICES.get(name, (value,)):
            raise ValueError(f"{name} takes one of {', '.join(CHOICES[name])}.")
    with writing() as session:
        rows = {row.name: row for row in session.scalars(select(SiteSetting))}
        before = _stored((row.name, row.value) for row in rows.values())
        after = replace(before, **{name: _typed(name, value) for name, value in values.items()})
        changed = [name for name in values if getattr(before, name) != getattr(after, name)]
        for name in changed:
            _store(name, _as_json(getattr(after, name)), by.id if by else None)
        if changed:
            old = {n: _as_json(_without(getattr(before, n), getattr(after, n))) for n in changed}
            new = {n: _as_json(_without(getattr(after, n), getattr(before, n))) for n in changed}
            site_changed.send(before, by=by.id if by else None, before=old, after=new)
            _cached.forget_after_commit()


def site_in_templates() -> dict[str, Site]:
    """Have templates know the settings as ``site``."""
    return {"site": site()}


def _store(name: str, value: Any, by: int | None) -> None:
    session = db.session()
    columns = {"value": value, "changed_by_id": by, "changed_at": now()}
    if not insert_if_absent(session, SiteSetting, name=name, **columns):
        row = session.get_one(SiteSetting, name)
        row.value, row.changed_by_id, row.changed_at = value, by, columns["changed_at"]
    session.flush()


@cache
def _all() -> AnySelect:
    return select(SiteSetting.name, SiteSetting.value)


def _stored(rows: Iterable[Any]) -> Site:
    """Return the site of stored names and values. What another release stored is left out."""
    known = {each.name for each in fields(Site)} - {"set_by_environment"}
    values = {name: _typed(name, value) for name, value in rows if name in known}
    unknown = [name for name, value in values.items() if value not in CHOICES.get(name, (value,))]
    return Site(**{name: value for name, value in values.items() if name not in unknown})


def _typed(name: str, value: Any) -> Any:
    """Return ``value``, of JSON or of Python, in the type of the setting."""
    if name == "rules":
        return tuple(Rule(*rule) for rule in value)
    return type(getattr(Site(), name))(value)


def _without(value: Any, other: Any) -> Any:
    """Return of a list what is not in ``other`` as well; anything else as it is."""
    return value - other if isinstance(value, frozenset) else value


def _as_json(value: Any) -> Any:
    if isinstance(value, frozenset):
        return sorted(value)
    return [_as_json(each) for each in value] if isinstance(value, tuple) else value


def _of_environment(stored: Site) -> Site:
    config: Mapping[str, Any] = current_app.config
    found = {name: config[variable] for name, variable in BY_ENVIRONMENT.items()}
    given = {name: value for name, value in found.items() if value is not None}
    return replace(stored, **given, set_by_environment=frozenset(given)) if given else stored


_cached = CachedValue("site", _all, lambda rows: _of_environment(_stored(rows)))
