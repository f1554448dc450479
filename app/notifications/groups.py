"""What a page of notifications shows: groups, with their people and the text of their post."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Row

from ..accounts.avatars import avatar_url
from ..accounts.viewer import Viewer
from ..data.ids import moment_of
from ..data.reading import read
from ..follows.queries import audience_of
from ..web.paging import Rows, read_rows
from . import queries


class Person(NamedTuple):
    """Who did something, as a group shows them."""

    username: str
    name: str
    avatar: str


@dataclass(frozen=True)
class Group:
    """Notifications of the same kind about the same post, which one sentence tells."""

    id: int
    kind: str
    is_read: bool
    # How many people they are, and the newest of them.
    people: int
    newest: Sequence[Person]
    # Null for a follow.
    post_id: int | None
    text: str | None

    @property
    def created_at(self) -> datetime:
        """When the newest of them was made, in UTC."""
        return moment_of(self.id)


def read_groups(viewer: Viewer, kind: str | None) -> tuple[Rows, list[Group]]:
    """Return the requested page of ``viewer``'s notifications, of ``kind`` if given.

    Three statements, whatever the page lists; with ``?through=`` four.
    """
    audience = audience_of(viewer)
    rows = read_rows(
        lambda window: queries.groups(window, audience, of_kind=kind is not None),
        "id",
        viewer_id=viewer.id,
        kind=kind,
    )
    return rows, _groups(viewer, rows.items)


def _groups(viewer: Viewer, rows: Sequence[Row[Any]]) -> list[Group]:
    if not rows:
        return []
    audience = audience_of(viewer)
    kinds = list({row.kind for row in rows})
    posts = list({row.post_id for row in rows} - {None})
    newest = read(
        queries.newest_people(audience), viewer_id=viewer.id, kinds=kinds, posts=posts
    ).all()
    people: dict[tuple[Any, ...], list[Person]] = {}
    for row in newest:
        person = Person(
            row.username, row.display_name or row.username, avatar_url(row.username, row.email)
        )
        people.setdefault((row.kind, row.post_id, row.is_read), []).append(person)
    found = read(queries.texts(audience), viewer_id=viewer.id, posts=posts) if posts else ()
    texts = {row.id: row.body for row in found}
    groups = []
    for row in rows:
        # Missing, where the cause was undone since the groups were read.
        if named := people.get((row.kind, row.post_id, row.is_read)):
            groups.append(
                Group(
                    id=row.id,
                    kind=row.kind,
                    is_read=row.is_read,
                    people=row.people if len(named) == queries.NAMED else len(named),
                    newest=named,
                    post_id=row.post_id,
                    text=texts.get(row.post_id),
                )
            )
    return groups
