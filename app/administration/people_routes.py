"""The list of all accounts, for administrators, with search and filters."""

from collections.abc import Callable
from functools import cache
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import BigInteger, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from ..accounts.access import for_administrators
from ..accounts.invitations import Invitation, Invited
from ..accounts.models import User
from ..accounts.seen_addresses import SeenAddress
from ..accounts.standing import ROLES, STATES
from ..data.database import AnySelect
from ..data.ids import is_id
from ..data.keyset import Window, row_count
from ..data.types import is_storable
from ..web.answers import page
from ..web.paging import read_rows
from . import blueprint

# Characters of what is searched for.
LONGEST_QUERY = 100
# Accounts that are chosen at once.
MOST_AT_ONCE = 500
COLUMNS = (
    User.id,
    User.username,
    User.display_name,
    User.email,
    User.role,
    User.state,
    User.state_until,
    User.confirmed_at,
    User.last_seen_at,
    User.posts_count,
)


@blueprint.get("/admin/people")
@for_administrators
def people() -> ResponseReturnValue:
    """List the accounts that the search and the filters find, the newest first."""
    asked = asked_for()
    rows = read_rows(lambda window: _people(window, frozenset(asked)), "id", **values_of(asked))
    template = "administration/people.html"
    filters: dict[str, Any] = {
        "asked": asked,
        "roles": ROLES,
        "states": STATES,
        "may_select": may_select(asked),
    }
    return page(template, "people", rows=rows, **filters)


def may_select(asked: dict[str, str]) -> bool:
    """Whether all whom ``asked`` finds may be chosen at once: they have something in common."""
    return bool({"network", "invited_by", "invitation"} & set(asked))


def asked_for() -> dict[str, str]:
    """Return the filters in the URL that name something."""
    given = {name: request.args.get(name, "").strip()[:LONGEST_QUERY] for name in _FILTERS}
    asked = {name: value for name, value in given.items() if value and is_storable(value)}
    if not is_id(asked.get("invitation", "0")):
        asked["invitation"] = "0"
    return asked


def values_of(asked: dict[str, str]) -> dict[str, Any]:
    """Return the values of the filters ``asked`` for, as their statements take them."""
    values: dict[str, Any] = {
        name: value.lower() for name, value in asked.items() if name != "unconfirmed"
    }
    for name, pattern in (("q", "%{}%"), ("network", "{}%")):
        if name in values:
            values[name] = pattern.format(_escaped(values[name]))
    if "invitation" in values:
        values["invitation"] = int(values["invitation"])
    if "invited_by" in values:
        values["invited_by"] = values["invited_by"].removeprefix("@")
    return values


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")


@cache
def _people(window: Window, filters: frozenset[str]) -> AnySelect:
    found = select(*COLUMNS)
    for name in sorted(filters):
        found = found.where(_FILTERS[name]())
    return window.of(found, User.id)


@cache
def selection(filters: frozenset[str]) -> AnySelect:
    """Select the members that the filters find, the newest first: those who can be chosen."""
    found = select(*COLUMNS).where(User.role == "member").order_by(User.id.desc())
    for name in sorted(filters):
        found = found.where(_FILTERS[name]())
    return found.limit(row_count(MOST_AT_ONCE))


def _is_called() -> Any:
    columns = (User.username, User.display_name, User.email)
    return or_(*(func.lower(each).like(bindparam("q"), escape="\\") for each in columns))


def _came_from() -> Any:
    own = select(SeenAddress.user_id).where(SeenAddress.user_id == User.id)
    return own.where(SeenAddress.address.like(bindparam("network"), escape="\\")).exists()


def _was_invited_by() -> Any:
    inviter = aliased(User)
    invited = select(Invited.user_id).where(Invited.user_id == User.id)
    invited = invited.join(Invitation, Invitation.id == Invited.invitation_id)
    invited = invited.join(inviter, inviter.id == Invitation.made_by_id)
    return invited.where(func.lower(inviter.username) == bindparam("invited_by")).exists()


def _joined_with() -> Any:
    invited = select(Invited.user_id).where(Invited.user_id == User.id)
    with_it = Invited.invitation_id == bindparam("invitation", type_=BigInteger)
    return invited.where(with_it).exists()


_FILTERS: dict[str, Callable[[], Any]] = {
    "q": _is_called,
    "role": lambda: User.role == bindparam("role"),
    "state": lambda: User.state == bindparam("state"),
    "network": _came_from,
    "invited_by": _was_invited_by,
    "invitation": _joined_with,
    "unconfirmed": lambda: and_(User.confirmed_at.is_(None), User.email.is_not(None)),
}
