"""Announcements by administrators, and who has dismissed them."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ForeignKey, String, cast, delete, func, literal_column, or_, select
from sqlalchemy.orm import Mapped, mapped_column

from ..accounts.models import User, user_key
from ..data.cached_value import CachedValue
from ..data.database import (
    AnySelect,
    Base,
    HasId,
    changed_rows,
    insert_if_absent,
    now,
    read_again,
    writing,
)
from ..data.ids import TimeOrdered
from ..data.types import UtcDateTime
from ..jobs import every
from ..moderation.assignment import wait_for_turn
from ..moderation.log import record

LONGEST_ANNOUNCEMENT = 500


class Announcement(TimeOrdered, Base):
    """A text on top of each page, for a time."""

    __tablename__ = "announcement"

    # Markdown.
    text: Mapped[str] = mapped_column(String(LONGEST_ANNOUNCEMENT))
    starts_at: Mapped[datetime] = mapped_column(UtcDateTime)
    # Null for one that lasts until somebody ends it.
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # Null for one made by a command, and once that person has left.
    made_by_id: Mapped[int | None] = mapped_column(ForeignKey("user.id", ondelete="SET NULL"))

    def end(self, by: HasId) -> None:
        """Show it to nobody any more, as ``by`` wishes."""
        with writing() as session:
            if read_again(session, self) and not self._has_ended():
                before, self.ends_at = self.as_logged(), now()
                record(by, "end_announcement", before=before, after=self.as_logged())
                cached_announcements.forget_after_commit()

    def _has_ended(self) -> bool:
        return self.ends_at is not None and self.ends_at <= now()

    def as_logged(self) -> dict[str, Any]:
        """Return what the log says of it."""
        ends = self.ends_at.isoformat() if self.ends_at else None
        return {"text": self.text, "from": self.starts_at.isoformat(), "until": ends}


class AnnouncementRead(Base):
    """A person wants to see an announcement no more."""

    __tablename__ = "announcement_read"

    user_id: Mapped[int] = user_key()
    announcement_id: Mapped[int] = mapped_column(
        ForeignKey("announcement.id", ondelete="CASCADE"), primary_key=True, index=True
    )


def announce(
    text: str,
    by: HasId | None = None,
    *,
    starts_at: datetime | None = None,
    ends_at: datetime | None = None,
) -> Announcement:
    """Show ``text`` to everybody from ``starts_at`` (now) until ``ends_at`` (until it is ended).

    What is announced already is not announced again: the form was sent twice.
    """
    begun = Announcement.starts_at <= now()
    same = (
        Announcement.text == text,
        Announcement.starts_at == starts_at if starts_at else begun,
        Announcement.ends_at.is_not_distinct_from(ends_at),
        or_(Announcement.ends_at.is_(None), Announcement.ends_at > now()),
    )
    with writing() as session:
        if by:
            wait_for_turn(session, by.id)
        if made := session.scalar(select(Announcement).where(*same)):
            return made
        announcement = Announcement(
            text=text,
            starts_at=starts_at or now(),
            ends_at=ends_at,
            made_by_id=by.id if by else None,
        )
        session.add(announcement)
        session.flush()
        record(by, "announce", after=announcement.as_logged())
        cached_announcements.forget_after_commit()
    return announcement


def dismiss(viewer: HasId, id: int) -> bool:
    """Show ``viewer`` the announcement no more; returns False where there is none."""
    with writing(is_visible=False) as session:
        if session.get(Announcement, id) is None:
            return False
        insert_if_absent(session, AnnouncementRead, user_id=viewer.id, announcement_id=id)
    return True


def current_announcements() -> list[Any]:
    """Return the announcements of this moment, the newest first."""
    moment = now()
    return [
        row
        for row in cached_announcements.get()
        if row.starts_at <= moment and (row.ends_at is None or row.ends_at > moment)
    ]


def dismissed() -> Any:
    """Return the ids of what a user has dismissed, with commas between: a column of users."""
    # In the statement's text: SQLAlchemy would write a separator of type str into it at each run.
    comma: Any = literal_column("','")
    ids = func.aggregate_strings(cast(AnnouncementRead.announcement_id, String), comma)
    return select(ids).where(AnnouncementRead.user_id == User.id).scalar_subquery()


@every(timedelta(hours=1))
def forget_dismissals() -> None:
    """Delete who dismissed the announcements that nobody sees any more."""
    ended = select(Announcement.id).where(Announcement.ends_at <= now())
    with writing(is_visible=False) as session:
        changed_rows(
            session, delete(AnnouncementRead).where(AnnouncementRead.announcement_id.in_(ended))
        )


def _all_to_come() -> AnySelect:
    columns = (Announcement.id, Announcement.text, Announcement.starts_at, Announcement.ends_at)
    lasts = (Announcement.ends_at.is_(None)) | (Announcement.ends_at > now())
    return select(*columns).where(lasts).order_by(Announcement.id.desc())


# Those of now and later.
cached_announcements: CachedValue[tuple[Any, ...]] = CachedValue(
    "announcements", _all_to_come, tuple
)
