"""The list of all accounts, for administrators, with search and filters."""

from functools import cache
from typing import Any

from flask import request
from flask.typing import ResponseReturnValue
from sqlalchemy import select

from ..accounts.access import for_administrators
from ..accounts.finding import FILTERS, filtered, values_of
from ..accounts.models import User
from ..accounts.roles import ROLES, STATES
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
    given = {name: request.args.get(name, "").strip()[:LONGEST_QUERY] for name in FILTERS}
    asked = {name: value for name, value in given.items() if value and is_storable(value)}
    if not is_id(asked.get("invitation", "0")):
        asked["invitation"] = "0"
    return asked


@cache
def _people(window: Window, filters: frozenset[str]) -> AnySelect:
    return window.of(filtered(select(*COLUMNS), filters), User.id)


@cache
def selection(filters: frozenset[str]) -> AnySelect:
    """Select the members that the filters find, the newest first: those who can be chosen."""
    found = select(*COLUMNS).where(User.role == "member").order_by(User.id.desc())
    return filtered(found, filters).limit(row_count(MOST_AT_ONCE))
