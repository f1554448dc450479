"""What people take along of reports, appeals and decisions: their own words, and what they read."""

from sqlalchemy import select

from ..accounts.exporting import OWNER_ID, add_to_export
from ..data.database import AnySelect
from .models import NOTIFIED, Case, LogEntry, Report


def _reports() -> AnySelect:
    found = select(Report.id.label("reported_at"), Report.reason, Report.words)
    return found.where(Report.reporter_id == OWNER_ID).order_by(Report.id)


def _appeals() -> AnySelect:
    found = select(Case.id.label("appealed_at"), Case.words)
    return found.where(Case.person_id == OWNER_ID, Case.appeals_id.is_not(None)).order_by(Case.id)


def _decisions() -> AnySelect:
    columns = (LogEntry.action, LogEntry.rule, LogEntry.reason, LogEntry.post_id)
    found = select(LogEntry.id.label("decided_at"), *columns)
    own = found.where(LogEntry.person_id == OWNER_ID, LogEntry.action.in_(NOTIFIED))
    return own.order_by(LogEntry.id)


add_to_export("reports", _reports, "reported_at")
add_to_export("appeals", _appeals, "appealed_at")
add_to_export("decisions", _decisions, "decided_at")
