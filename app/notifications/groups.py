"""What a page of notifications shows: groups, with their people and their posts' text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row

from ..accounts.models import User
from ..db import db, moment_of
from ..paging import Rows, read_rows
from . import queries


@dataclass(frozen=True)
class Group:
    """What some people did that is told as one."""

    id: int
    kind: str
    is_read: bool
    # How many they are, and the newest of them.
    people: int
    newest: Sequence[User]
    # Null for a follow.
    post_id: int | None
    text: str | None

    @property
    def created_at(self) -> datetime:
        """When the newest of them did it, in UTC."""
        return moment_of(self.id)


def read_groups(viewer: User, kind: str | None) -> tuple[Rows, list[Group]]:
    """Return the page of ``viewer``'s notifications that the request asks for.

    Three statements, whatever the page lists; with ``?through=`` four.
    """
    found = queries.groups(viewer, kind)
    rows = read_rows(found, found.statement.selected_columns.id)
    return rows, _with_people_and_texts(viewer, rows.items)


def _with_people_and_texts(viewer: User, listed: Sequence[Row[Any]]) -> list[Group]:
    if not listed:
        return []
    people: dict[tuple[Any, ...], list[User]] = {}
    for row in db.session.execute(queries.newest_people(viewer, listed)):
        people.setdefault((row.kind, row.post_id, row.is_read), []).append(row.User)
    texts = {row.id: row.body for row in db.session.execute(queries.texts(viewer, listed))}
    groups = []
    for row in listed:
        # Somebody may have taken back what they did since the groups were read.
        if newest := people.get((row.kind, row.post_id, row.is_read)):
            groups.append(
                Group(
                    id=row.id,
                    kind=row.kind,
                    is_read=row.is_read,
                    people=row.people if len(newest) == queries.DRAWN else len(newest),
                    newest=newest,
                    post_id=row.post_id,
                    text=texts.get(row.post_id),
                )
            )
    return groups
