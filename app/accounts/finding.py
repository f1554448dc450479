"""Finding accounts, by what moderators know of them: for the page and the command."""

from collections.abc import Callable
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import aliased

from ..data.database import AnySelect
from .invitations import Invitation, Invited
from .models import User
from .seen_addresses import SeenAddress


def filtered(found: AnySelect, filters: frozenset[str]) -> AnySelect:
    """Return ``found``, a select of users, with those that ``filters`` find alone.

    They are names of :data:`FILTERS`; :func:`values_of` gives the values of their parameters.
    """
    for name in sorted(filters):
        found = found.where(FILTERS[name]())
    return found


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


def _is_called() -> ColumnElement[bool]:
    columns = (User.username, User.display_name, User.email)
    return or_(*(func.lower(each).like(bindparam("q"), escape="\\") for each in columns))


def _came_from() -> ColumnElement[bool]:
    own = select(SeenAddress.user_id).where(SeenAddress.user_id == User.id)
    return own.where(SeenAddress.address.like(bindparam("network"), escape="\\")).exists()


def _was_invited_by() -> ColumnElement[bool]:
    inviter = aliased(User)
    invited = select(Invited.user_id).where(Invited.user_id == User.id)
    invited = invited.join(Invitation, Invitation.id == Invited.invitation_id)
    invited = invited.join(inviter, inviter.id == Invitation.made_by_id)
    return invited.where(func.lower(inviter.username) == bindparam("invited_by")).exists()


def _joined_with() -> ColumnElement[bool]:
    invited = select(Invited.user_id).where(Invited.user_id == User.id)
    with_it = Invited.invitation_id == bindparam("invitation", type_=BigInteger)
    return invited.where(with_it).exists()


# Names, networks and addresses are compared in lower case.
FILTERS: dict[str, Callable[[], ColumnElement[bool]]] = {
    "q": _is_called,
    "role": lambda: User.role == bindparam("role"),
    "state": lambda: User.state == bindparam("state"),
    "network": _came_from,
    "invited_by": _was_invited_by,
    "invitation": _joined_with,
    "unconfirmed": lambda: and_(User.confirmed_at.is_(None), User.email.is_not(None)),
}
