"""The dashboard: numbers of the last days, and the state of the machine."""

import shutil
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from flask import current_app
from sqlalchemy import bindparam, func, select, text

from ..accounts.models import User
from ..data.database import AnySelect, db, is_sqlite, now
from ..data.ids import DAY_OF_IDS, id_at, moment_of
from ..data.reading import read, read_latest
from ..mail.models import OutboxMail
from ..moderation.models import Case
from ..posts.models import Post

DAYS = 30
ACTIVE_WITHIN = (1, 7, 30)


class Chart(NamedTuple):
    """How many there were on each of the last days, the oldest first."""

    values: tuple[int, ...]
    first_day: datetime

    @property
    def busiest_day(self) -> datetime:
        """The last of the days on which there were most."""
        last = max(range(len(self.values)), key=lambda day: (self.values[day], day))
        return self.first_day + timedelta(days=last)

    @property
    def most(self) -> int:
        """The highest value, at least 1."""
        return max(1, *self.values)


class Numbers(NamedTuple):
    """What is counted for the page."""

    members: int
    active: tuple[int, ...]
    waiting_people: int
    open_cases: int
    waiting_mails: int
    failed_mails: int


def charts() -> tuple[Chart, Chart]:
    """Return how many people joined, and how many posts there were, on each day."""
    today = id_at(now()) // DAY_OF_IDS
    first = (today - DAYS + 1) * DAY_OF_IDS
    rows = (read(_by_day(model), first=first).all() for model in (User, Post))
    found = [dict(map(tuple, each)) for each in rows]
    days = range(today - DAYS + 1, today + 1)
    began = moment_of(first)
    people, posts = (Chart(tuple(each.get(day, 0) for day in days), began) for each in found)
    return people, posts


def numbers() -> Numbers:
    """Return the numbers, read with one statement."""
    moment = now()
    times = {f"since_{days}": moment - timedelta(days=days) for days in ACTIVE_WITHIN}
    row = tuple(read(_numbers(), **times).one())
    count = len(ACTIVE_WITHIN)
    return Numbers(row[0], row[1 : count + 1], *row[count + 1 :])


def machine() -> dict[str, Any]:
    """Return the state of the machine: the free disk, the database, the queue of jobs."""
    disk = shutil.disk_usage(current_app.instance_path)
    return {
        "free": disk.free,
        "disk": disk.total,
        "database": "SQLite" if is_sqlite() else "PostgreSQL",
        "database_size": _database_size(),
        "jobs": current_app.extensions["jobs"].open().pending_count(),
        "version": current_app.config["VERSION"],
    }


def _database_size() -> int:
    if not is_sqlite():
        size = text("SELECT pg_database_size(current_database())")
        return int(read_latest(size).scalar_one())
    file = Path(db.engine.url.database or "")
    files = (file, file.with_name(f"{file.name}-wal"))
    return sum(each.stat().st_size for each in files if each.exists())


@cache
def _by_day(model: Any) -> AnySelect:
    day = model.id // DAY_OF_IDS
    return select(day, func.count()).where(model.id >= bindparam("first")).group_by(day)


@cache
def _numbers() -> AnySelect:
    users = select(func.count(User.id))
    seen = [
        users.where(User.last_seen_at >= bindparam(f"since_{days}", type_=User.last_seen_at.type))
        for days in ACTIVE_WITHIN
    ]
    mails = select(func.count(OutboxMail.id)).where(OutboxMail.sent_at.is_(None))
    counted = (
        users.where(User.state != "waiting"),
        *seen,
        users.where(User.state == "waiting"),
        select(func.count(Case.id)).where(Case.closed_at.is_(None)),
        mails.where(OutboxMail.due_at.is_not(None)),
        mails.where(OutboxMail.attempts > 0),
    )
    return select(*(each.scalar_subquery().label(f"n{n}") for n, each in enumerate(counted)))
