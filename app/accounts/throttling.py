"""Throttling of log-ins: failures are counted in the database, per account and per network."""

import hashlib
from datetime import timedelta

from flask import request
from sqlalchemy import Index, String, delete, func, select
from sqlalchemy.orm import Mapped, mapped_column

from ..data.database import Base, db, now, writing
from ..data.ids import TimeOrdered, id_at
from ..web.limits import network
from .addresses import canonical
from .known_browsers import COOKIE, known_browser
from .models import User

# After this many failures in this time the answer is 429, also for the right password.
FAILURES, WITHIN = 10, timedelta(minutes=5)


class LoginFailure(TimeOrdered, Base):
    """A wrong password; ``key`` is a hash of what it counts for."""

    __tablename__ = "login_failure"

    key: Mapped[str] = mapped_column(String(64))

    __table_args__ = (Index("ix_login_failure_key_id", "key", "id"),)


def failure_keys(login: str, user: User | None) -> list[str]:
    """Return what failed log-ins to ``login``, which is ``user``'s, are counted by.

    That is the account, whichever way its name or address was typed, and the network. A known
    browser has its own count instead, so that nobody can lock the owner out.
    """
    browser = user and known_browser(request.cookies.get(COOKIE, ""), user)
    if browser:
        names = [f"browser {browser}"]
    else:
        names = [f"account {user.id if user else _plain(login)}", f"network {network()}"]
    return [hashlib.sha256(name.encode()).hexdigest() for name in names]


def too_many_failures(keys: list[str]) -> bool:
    """Whether log-ins that count by one of ``keys`` are throttled."""
    counts = db.session.scalars(
        select(func.count())
        .where(LoginFailure.key.in_(keys), LoginFailure.id >= id_at(now() - WITHIN))
        .group_by(LoginFailure.key)
    )
    return any(count >= FAILURES for count in counts)


def note_failure(keys: list[str]) -> None:
    """Count a wrong password by each of ``keys``."""
    with writing() as session:
        session.add_all([LoginFailure(key=key) for key in keys])


def delete_old_failures() -> None:
    """Delete failures that no longer count."""
    with writing() as session:
        session.execute(delete(LoginFailure).where(LoginFailure.id < id_at(now() - WITHIN)))


def _plain(login: str) -> str:
    try:
        return canonical(login)
    except ValueError:
        return login.strip().lower()
