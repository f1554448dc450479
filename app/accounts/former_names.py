"""Usernames of people who have left. Nobody else gets them."""

import hashlib
from collections.abc import Iterable

from sqlalchemy import ColumnElement, String, exists, select
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.orm import Session as OrmSession

from ..data.database import Base, insert_if_absent


class FormerNameError(ValueError):
    """The username belonged to somebody who has left."""

    def __init__(self, username: str) -> None:
        super().__init__(f"{username} belonged to somebody who has left.")


class FormerUsername(Base):
    """A username that was in use; only its hash is kept."""

    __tablename__ = "former_username"

    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)


def keep_former(session: OrmSession, username: str) -> None:
    """Give ``username`` to nobody any more, in the transaction of ``session``."""
    insert_if_absent(session, FormerUsername, name_hash=_hash(username))


def is_former(username: str) -> ColumnElement[bool]:
    """Whether ``username`` belonged to somebody who has left, whatever the case: a condition."""
    return exists().where(FormerUsername.name_hash == _hash(username))


def former_among(session: OrmSession, usernames: Iterable[str]) -> set[str]:
    """Return those of ``usernames`` that belonged to somebody who has left, whatever the case."""
    kept = set(session.scalars(select(FormerUsername.name_hash)))
    return {username for username in usernames if _hash(username) in kept}


def _hash(username: str) -> str:
    return hashlib.sha256(username.lower().encode()).hexdigest()
