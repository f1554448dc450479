"""The state of an account as moderators change it, and as the log keeps it."""

from datetime import datetime
from typing import Any

from ..accounts.models import User
from ..accounts.roles import State
from ..data.database import now

# A state, and until when it lasts (``until``; None for good), in JSON.
LoggedState = dict[str, str | None]
ACTIVE: LoggedState = {"state": "active", "until": None}


def logged_state(state: State, until: datetime | None) -> LoggedState:
    """Return a state as the log keeps it."""
    return {"state": state, "until": until.isoformat() if until else None}


def put_into(person: User, new: LoggedState) -> dict[str, LoggedState]:
    """Put the account into a state, or make it active where that has ended by now.

    Returns what the log keeps: the state ``before`` and ``after``. Raises
    :class:`app.accounts.roles.LastAdministratorError`.
    """
    before = logged_state(person.state, person.state_until)
    until: Any = new["until"] and datetime.fromisoformat(new["until"])
    state: Any = new["state"]
    if until and until <= now():
        state, until = "active", None
    person.set_state(state, until)
    return {"before": before, "after": logged_state(state, until)}
