"""The outbox."""

from datetime import datetime
from typing import Any

from sqlalchemy import JSON, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..data.database import Base, now
from ..data.ids import TimeOrdered
from ..data.types import UtcDateTime


class OutboxMail(TimeOrdered, Base):
    """A mail that is to be sent, or was."""

    __tablename__ = "outbox_mail"

    recipient: Mapped[str] = mapped_column(String(320), index=True)
    # Its writer, and the data (app.mail.texts). Null for a mail that is written already.
    kind: Mapped[str | None] = mapped_column(String(40))
    data: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)
    # Empty until the mail is written.
    subject: Mapped[str] = mapped_column(String(200), default="")
    body: Mapped[str] = mapped_column(Text, default="")
    budget: Mapped[str] = mapped_column(String(20), default="")
    attempts: Mapped[int] = mapped_column(default=0)
    due_at: Mapped[datetime | None] = mapped_column(UtcDateTime, index=True, default=now)
    sent_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
