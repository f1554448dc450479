"""Evidence is kept until a case is closed, and for a while after."""

from datetime import timedelta

from sqlalchemy import delete, select

from ..data.database import now, writing
from ..jobs import every_minute
from .models import Case

EVIDENCE_KEPT = timedelta(days=90)


@every_minute
def delete_old_cases() -> None:
    """Delete cases that were closed long ago, with their reports. The log stays."""
    old = select(Case.id).where(Case.closed_at < now() - EVIDENCE_KEPT)
    with writing(is_visible=False) as session:
        session.execute(
            delete(Case).where(Case.id.in_(old)), execution_options={"synchronize_session": False}
        )
