"""Whose accounts others see: hidden users are seen by nobody, limited ones by their followers."""

from typing import Any

from sqlalchemy import ColumnElement, ForeignKey, case, literal, select
from sqlalchemy.orm import Mapped, mapped_column

from ..data.database import Base
from ..data.types import BigId


class HiddenUser(Base):
    """A user in one of the states of :data:`app.accounts.roles.HIDDEN`.

    A table of its own, because every list looks each author up in it.
    """

    __tablename__ = "hidden_user"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


class LimitedUser(Base):
    """A user in the state "limited", in a table of its own for the same reason."""

    __tablename__ = "limited_user"

    user_id: Mapped[int] = mapped_column(
        ForeignKey("user.id", ondelete="CASCADE"), primary_key=True, autoincrement=False
    )


def not_hidden(user_id: Any) -> ColumnElement[bool]:
    """Whether the account of that id is hidden from nobody: a condition."""
    # Without a condition in it, SQLite looks into the table itself instead of copying it.
    return user_id.not_in(select(HiddenUser.user_id))


def not_limited(user_id: Any) -> ColumnElement[bool]:
    """Whether the account of that id is shown to others than followers: a condition."""
    return user_id.not_in(select(LimitedUser.user_id))


def step_of(user_id: int, step: int) -> ColumnElement[int]:
    """Return what ``step`` adds to a kept count of what the user does: 0 while they are hidden."""
    return case((not_hidden(literal(user_id, BigId)), step), else_=0)
