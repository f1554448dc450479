"""What a page of notifications shows: groups, with their people and their posts' text."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from ..accounts.avatars import avatar_url
from ..accounts.models import User
from ..data.ids import moment_of
from ..data.plain import Row
from ..web.paging import Rows, read_rows
from . import queries


class Person(NamedTuple):
    """Who did something, as they are drawn."""

    username: str
    name: str
    avatar: str


@dataclass(frozen=True)
class Group:
    """What some people did that is told as one."""

    id: int
    kind: str
    is_read: bool
    # How many they are, and the newest of them.
    people: int
    newest: Sequence[Person]
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


def _with_people_and_texts(viewer: User, listed: Sequence[Row]) -> list[Group]:
    if not listed:
        return []
    kinds = list({row.kind for row in listed})
    posts = list({row.post_id for row in listed} - {None})
    people: dict[tuple[Any, ...], list[Person]] = {}
    for row in queries.newest_people(viewer, kinds, posts).all():
        person = Person(
            row.username, row.display_name or row.username, avatar_url(row.username, row.email)
        )
        people.setdefault((row.kind, row.post_id, row.is_read), []).append(person)
    texts = {row.id: row.body for row in queries.texts(viewer, posts).all()} if posts else {}
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
