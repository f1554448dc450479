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
from .models import SITE_KINDS


class Person(NamedTuple):
    """Who did something, as a group shows them."""

    username: str
    name: str
    avatar: str


@dataclass(frozen=True)
class Group:
    """Notifications of the same kind about the same post, which are shown as one sentence."""

    id: int
    kind: str
    is_new: bool
    # How many people they are, and the newest of them.
    people: int
    newest: Sequence[Person]
    # None for a follow.
    post: Row[Any] | None

    @property
    def is_from_site(self) -> bool:
        """Whether it comes from the site itself, not from a person."""
        return self.kind in SITE_KINDS

    @property
    def is_to_viewer(self) -> bool:
        """Whether its post was written to the viewer, who may reply to it in place."""
        return self.kind in ("mention", "reply")

    @property
    def created_at(self) -> datetime:
        """When the newest of them was made, in UTC."""
        return moment_of(self.id)


def read_groups(viewer: Viewer, kind: str | None, new_after: int) -> tuple[Rows, list[Group]]:
    """Return the requested page of ``viewer``'s notifications, of ``kind`` if given.

    Those after the id ``new_after`` are new. Three statements, whatever the page lists; with
    ``?through=`` four.
    """
    audience = audience_of(viewer)
    rows = read_rows(
        lambda window: queries.groups(window, audience, of_kind=kind is not None),
        "id",
        viewer_id=viewer.id,
        kind=kind,
        new_after=new_after,
    )
    return rows, _groups(viewer, rows.items, new_after)


def _groups(viewer: Viewer, rows: Sequence[Row[Any]], new_after: int) -> list[Group]:
    if not rows:
        return []
    audience = audience_of(viewer)
    ids = list({row.post_id for row in rows} - {None})
    newest = read(
        queries.newest_people(audience),
        viewer_id=viewer.id,
        kinds=list({row.kind for row in rows}),
        posts=ids,
        new_after=new_after,
    ).all()
    people: dict[tuple[Any, ...], list[Person]] = {}
    for row in newest:
        avatar = avatar_url(row.username, row.email, row.avatar_key)
        person = Person(row.username, row.display_name or row.username, avatar)
        people.setdefault((row.kind, row.post_id, row.is_new), []).append(person)
    found = read(queries.posts(audience), viewer_id=viewer.id, posts=ids) if ids else ()
    posts = {post.id: post for post in found}
    groups = []
    for row in rows:
        # Missing, where the cause was undone since the groups were read.
        if named := people.get((row.kind, row.post_id, row.is_new)):
            groups.append(
                Group(
                    id=row.id,
                    kind=row.kind,
                    is_new=row.is_new,
                    people=row.people if len(named) == queries.NAMED else len(named),
                    newest=named,
                    post=posts.get(row.post_id),
                )
            )
    return groups
