"""Evidence is kept until a case is closed, and for a while after."""

from datetime import timedelta

from sqlalchemy import delete, exists, select

from ..accounts.models import User
from ..data.database import now, writing
from ..jobs import every_minute
from .models import Case, Note

EVIDENCE_KEPT = timedelta(days=90)


@every_minute
def delete_old_cases() -> None:
    """Delete cases that were closed long ago, with their reports. The log stays."""
    old = select(Case.id).where(Case.closed_at < now() - EVIDENCE_KEPT)
    with writing(is_visible=False) as session:
        session.execute(
            delete(Case).where(Case.id.in_(old)), execution_options={"synchronize_session": False}
        )


@every_minute
def delete_notes_about_nobody() -> None:
    """Delete notes about people who have left, once there is no case about them any more."""
    is_here = exists().where(User.id == Note.person_id)
    has_case = exists().where(Case.person_id == Note.person_id)
    with writing(is_visible=False) as session:
        session.execute(
            delete(Note).where(~is_here, ~has_case),
            execution_options={"synchronize_session": False},
        )
