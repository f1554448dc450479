"""The outbox."""

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..data.database import Base, now
from ..data.ids import TimeOrdered
from ..data.types import UtcDateTime


class OutboxMail(TimeOrdered, Base):
    """A mail that is to be sent, or was."""

    __tablename__ = "outbox_mail"

    recipient: Mapped[str] = mapped_column(String(320), index=True)
    subject: Mapped[str] = mapped_column(String(200))
    body: Mapped[str] = mapped_column(Text)
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
