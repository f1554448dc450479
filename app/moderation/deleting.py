"""Deleting the account of somebody else, at once: for administrators and the command line."""

from datetime import timedelta

from ..accounts.leaving import LONGEST_REASON, leave
from ..accounts.models import User
from ..accounts.roles import is_above
from ..data.database import writing
from .actions import Decision, NotAllowedError
from .log import Actor, record


def delete_person(moderator: Actor, person: User, decision: Decision) -> None:
    """Hide ``person`` at once, and have the worker delete the account; they are notified by mail.

    Raises :class:`NotAllowedError`, and
    :class:`app.accounts.roles.LastAdministratorError`.
    """
    if moderator.id and not is_above(moderator.role, person.role):
        raise NotAllowedError
    why = "\n".join(filter(None, (decision.rule, decision.reason)))
    with writing():
        before = {"state": person.state}
        if leave(person, within=timedelta(0), reason=why[:LONGEST_REASON]):
            reasons = {"rule": decision.rule, "reason": decision.reason}
            changed = {"before": before, "after": {"state": "deleted"}}
            record(moderator, "delete", person_id=person.id, **reasons, **changed)
