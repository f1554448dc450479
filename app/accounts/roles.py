"""Roles of people in the community, and states of their accounts."""

from typing import Literal, get_args

Role = Literal["member", "moderator", "administrator"]
# "waiting" for approval, "limited" to followers, "suspended" by a moderator, "leaving" soon.
State = Literal["active", "waiting", "limited", "suspended", "leaving"]

# In order: nobody moderates their equals or superiors.
ROLES: tuple[Role, ...] = get_args(Role)
STATES: tuple[State, ...] = get_args(State)
# Of people in these states, nobody sees anything, and nobody can sign in to their account.
HIDDEN: tuple[State, ...] = ("waiting", "suspended", "leaving")


class LastAdministratorError(ValueError):
    """A site keeps an administrator: the last one cannot step down, be suspended or leave."""


def is_above(role: Role, other: Role) -> bool:
    """Whether somebody in ``role`` may moderate somebody in the role ``other``."""
    return role != "member" and ROLES.index(role) > ROLES.index(other)
