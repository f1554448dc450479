"""The archives that people asked for. Their files are in the store of the pictures."""

import secrets
from datetime import datetime, timedelta

from sqlalchemy import BigInteger, ForeignKey, String
from sqlalchemy.orm import Mapped, mapped_column

from ..data.database import Base
from ..data.ids import TimeOrdered
from ..data.types import UtcDateTime

# How long an archive can be downloaded.
KEPT = timedelta(days=3)


class Export(TimeOrdered, Base):
    """An archive of what is a user's own.

    The row outlives its user, and a later archive of theirs: it says which file is to be deleted.
    """

    __tablename__ = "export"

    user_id: Mapped[int | None] = mapped_column(
        ForeignKey("user.id", ondelete="SET NULL"), unique=True
    )
    # Of the form that asked for it: a form that is sent twice makes one archive.
    nonce: Mapped[str] = mapped_column(String(64))
    # The folder of its file in the store, which cannot be guessed.
    key: Mapped[str] = mapped_column(
        String(22), unique=True, default=lambda: secrets.token_urlsafe(16)
    )
    # "waiting" for the worker, "ready" or "failed".
    state: Mapped[str] = mapped_column(String(10), default="waiting")
    # How many lists and files are in it, and are to be.
    done: Mapped[int] = mapped_column(default=0)
    total: Mapped[int] = mapped_column(default=0)
    bytes: Mapped[int] = mapped_column(BigInteger, default=0)
    # How often the worker began with it, and when it was last at it.
    tries: Mapped[int] = mapped_column(default=0)
    tried_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    # When it is deleted; null while it waits.
    ends_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    @property
    def file(self) -> str:
        """The name of its file in the store."""
        return f"{self.key}/archive.zip"
