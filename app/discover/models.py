"""What the worker has computed for pages to show. All of it can be computed again."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from ..accounts.models import user_key
from ..data.database import Base
from ..data.types import UtcDateTime
from ..posts.text import LONGEST_TAG


class Suggestion(Base):
    """``person`` is suggested to ``user``: they are followed by people whom ``user`` follows."""

    __tablename__ = "suggestion"

    user_id: Mapped[int] = user_key()
    person_id: Mapped[int] = user_key()
    place: Mapped[int]
    # One of those people, and how many they are.
    via_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"))
    via_count: Mapped[int]

    __table_args__: Any = (
        Index("ix_suggestion_person_id", "person_id"),
        Index("ix_suggestion_via_id", "via_id"),
        {"sqlite_with_rowid": False},
    )


class Featured(Base):
    """``person`` is shown to everybody who looks for people, the first ``place`` first."""

    __tablename__ = "featured"

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    person_id: Mapped[int] = mapped_column(ForeignKey("user.id", ondelete="CASCADE"), unique=True)
    is_new: Mapped[bool]
    # What they wrote about most of what many write about.
    tag: Mapped[str | None] = mapped_column(String(LONGEST_TAG))


class Trend(Base):
    """``tag`` was written about in the last seven days, the first ``place`` by most people."""

    __tablename__ = "trend"

    place: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    tag: Mapped[str] = mapped_column(String(LONGEST_TAG), unique=True)
    # How many people wrote about it on each day, the oldest first, separated by spaces.
    days: Mapped[str] = mapped_column(String(80))


class Digest(Base):
    """What every page shows of the community: :func:`app.discover.aside.today` reads it."""

    __tablename__ = "digest"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    content: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)
