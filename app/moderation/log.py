"""Who acts, and the one way to write into the log: in the transaction of what is done."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeAlias

from ..accounts.invitations import Invitation
from ..accounts.models import User
from ..accounts.roles import Role
from ..accounts.signals import invitation_changed, role_changed
from ..accounts.viewer import Viewer, viewer
from ..data.database import HasId, writing
from .models import LogEntry


@dataclass(frozen=True)
class Moderator:
    """Who moderates where there is no viewer: the command line, without an id, or a job."""

    id: int | None = None
    role: Role = "administrator"


# Who moderates.
Actor: TypeAlias = User | Viewer | Moderator


def record(actor: HasId | Actor | None, action: str, **values: Any) -> LogEntry:
    """Add an entry about what ``actor`` does, with the columns ``values``.

    None means a command, or for what the site does by itself.
    """
    with writing() as session:
        entry = LogEntry(actor_id=actor.id if actor else None, action=action, **values)
        session.add(entry)
        session.flush()
    return entry


@role_changed.connect
def _record_role(user: User, *, was: str, **_more: Any) -> None:
    actor = viewer if viewer and viewer.is_authenticated else None
    before, after = {"role": was}, {"role": user.role}
    record(actor, "role", person_id=user.id, before=before, after=after)


@invitation_changed.connect
def _record_invitation(
    invitation: Invitation, *, by: Any, action: str, until: datetime | None, **_more: Any
) -> None:
    # Without the code: who has it can join.
    row = {"invitation": str(invitation.id), "uses": invitation.uses}
    before = row | {"until": until.isoformat()} if until else {}
    record(by, action, before=before, after=row | {"until": invitation.ends_at.isoformat()})
