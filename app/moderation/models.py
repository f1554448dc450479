"""Reports, the cases that they are collected in, notes, and the log of what was done.

People and posts are kept by their ids, without a reference: a case and the log outlive both.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    ColumnElement,
    ForeignKey,
    Index,
    String,
    Text,
    UniqueConstraint,
    and_,
    func,
)
from sqlalchemy import select as select_
from sqlalchemy.orm import Mapped, mapped_column

from ..accounts.models import user_key
from ..data.counters import counted
from ..data.database import Base
from ..data.ids import TimeOrdered
from ..data.types import UtcDateTime

# In characters: what reporters, moderators and the people concerned write.
LONGEST_WORDS = 2_000
# The reason of the case of an appeal.
APPEAL = "appeal"
# That of a post which waits until moderators have read it.
HELD = "held"
# Actions in the log against which the person concerned can appeal, and which can be undone.
APPEALABLE = ("remove", "refuse", "remove_all", "mark", "warn", "limit", "suspend")
# Actions of which the person concerned is notified, and everybody reads in the public log.
NOTIFIED = (*APPEALABLE, "undo", "restore", "uphold")
# What moderators do among themselves: neither the people concerned nor others learn of it.
QUIET = ("take", "release", "note")
# Before the title of a rule, where a rule is the reason: as it was called when it was named.
OF_RULE = "rule: "


class Case(TimeOrdered, Base):
    """What was reported of one person: one of their posts, or the person; or an appeal."""

    __tablename__ = "moderation_case"

    person_id: Mapped[int] = mapped_column(BigInteger)
    # 0 for the person.
    post_id: Mapped[int] = mapped_column(BigInteger, default=0)
    # That of the first report.
    reason: Mapped[str] = mapped_column(String(200), server_default="")
    reports_count: Mapped[int] = mapped_column(default=0)
    # Of an appeal: the entry of the log that it is about.
    appeals_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    words: Mapped[str] = mapped_column(Text, default="")
    taken_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    closed_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__: Any = (
        # One open case for each thing that is reported.
        Index(
            "uq_moderation_case_person_id_post_id",
            "person_id",
            "post_id",
            unique=True,
            sqlite_where=closed_at.is_(None) & appeals_id.is_(None),
            postgresql_where=closed_at.is_(None) & appeals_id.is_(None),
        ),
        # For the list of open cases, and their number on every page of a moderator.
        Index(
            "ix_moderation_case_open",
            "id",
            "person_id",
            sqlite_where=closed_at.is_(None),
            postgresql_where=closed_at.is_(None),
        ),
        Index("ix_moderation_case_person_id_id", "person_id", "id"),
    )


class Report(TimeOrdered, Base):
    """What one person reported. Nobody but moderators learns who it was."""

    __tablename__ = "report"

    case_id: Mapped[int] = mapped_column(ForeignKey("moderation_case.id", ondelete="CASCADE"))
    # Null once that person has left: what was reported stays.
    reporter_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), index=True
    )
    reason: Mapped[str] = mapped_column(String(200), server_default="")
    words: Mapped[str] = mapped_column(Text, default="")
    # The person and the posts as they were then.
    evidence: Mapped[dict[str, Any]] = mapped_column(JSON)

    __table_args__: Any = (UniqueConstraint("case_id", "reporter_id"),)


class KeptPicture(Base):
    """A picture of a reported post: it stays as long as the case, whatever becomes of the post."""

    __tablename__ = "kept_picture"

    case_id: Mapped[int] = mapped_column(
        ForeignKey("moderation_case.id", ondelete="CASCADE"), primary_key=True
    )
    picture_id: Mapped[int] = mapped_column(
        ForeignKey("picture.id", ondelete="CASCADE"), primary_key=True, index=True
    )


class Note(TimeOrdered, Base):
    """A note of a moderator for the others, about a person or about a case of theirs."""

    __tablename__ = "note"

    person_id: Mapped[int] = mapped_column(BigInteger, index=True)
    case_id: Mapped[int | None] = mapped_column(BigInteger)
    author_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))
    words: Mapped[str] = mapped_column(Text)


class CannedReason(TimeOrdered, Base):
    """A reason that moderators often give, ready to be chosen."""

    __tablename__ = "canned_reason"

    words: Mapped[str] = mapped_column(Text)


class MailedModerator(Base):
    """A moderator who wants a mail for each new case."""

    __tablename__ = "mailed_moderator"

    user_id: Mapped[int] = user_key()


class LogEntry(TimeOrdered, Base):
    """Something that was done, which nobody can change: the database refuses it."""

    __tablename__ = "moderation_log"

    # Null for a command, and for what the site does by itself.
    actor_id: Mapped[int | None] = mapped_column(BigInteger)
    action: Mapped[str] = mapped_column(String(30))
    person_id: Mapped[int | None] = mapped_column(BigInteger)
    post_id: Mapped[int | None] = mapped_column(BigInteger)
    case_id: Mapped[int | None] = mapped_column(BigInteger)
    # The entry that this one undoes.
    undoes_id: Mapped[int | None] = mapped_column(BigInteger, unique=True)
    # The rule and the reason: the person concerned is notified of them, everybody reads them.
    rule: Mapped[str] = mapped_column(String(200), default="")
    reason: Mapped[str] = mapped_column(Text, default="")
    before: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    after: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)

    __table_args__: Any = (
        Index("ix_moderation_log_person_id_id", "person_id", "id"),
        Index("ix_moderation_log_actor_id_id", "actor_id", "id"),
        Index("ix_moderation_log_action_id", "action", "id"),
    )


def is_open_report() -> ColumnElement[bool]:
    """Whether a case is open, and no appeal: a condition, true of one case for each subject."""
    return and_(Case.closed_at.is_(None), Case.appeals_id.is_(None))


counted(
    Case.reports_count, by=select_(func.count()).where(Report.case_id == Case.id).scalar_subquery()
)
