"""Cases that a moderator has taken are everybody's again, once they cannot decide them."""

from typing import Any

from sqlalchemy import update

from ..accounts.models import User
from ..accounts.signals import role_changed, state_changed
from ..data.database import changed_rows, writing
from .models import Case


@role_changed.connect
@state_changed.connect
def _leave_cases(user: User, **_more: Any) -> None:
    if user.role == "member" or not user.is_open:
        taken = update(Case).where(Case.taken_by_id == user.id, Case.closed_at.is_(None))
        with writing() as session:
            changed_rows(session, taken.values(taken_by_id=None))
