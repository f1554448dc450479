"""Threads: a post, its ancestors above it, and the replies below it, a page at a time."""

from dataclasses import dataclass
from typing import Any

from flask import abort
from sqlalchemy import Row

from ..accounts.viewer import Viewer
from ..data.reading import read
from ..follows.queries import audience_of
from ..web.paging import Rows, read_rows
from . import queries
from .card import Card, read_cards
from .queries import MOST_BELOW


@dataclass(frozen=True)
class Node:
    """A post in a thread: its card, or None where it was deleted or the viewer may not see it."""

    id: int
    card: Card | None
    replies: "tuple[Node, ...]" = ()
    # More replies than are shown.
    has_more: bool = False


@dataclass(frozen=True)
class Thread:
    """What the page of a post shows."""

    above: list[Node]
    # The parent of the topmost, where that is not shown.
    earlier_id: int | None
    post: Node
    replies: list[Node]
    rows: Rows


def read_thread(id: int, viewer: Viewer) -> Thread:
    """Return the thread around a post, with the page of replies that the request asks for.

    Answers 404 where the viewer may not see the post; a deleted one stays as a node of its
    thread while it has replies.
    """
    audience = audience_of(viewer)
    values = {"post_id": id, "viewer_id": viewer.id}
    line = read(queries.ancestors(audience), **values).all()
    if not line or line[-1].id != id:
        abort(404)
    opened = line[-1]
    if not opened.is_visible and not (opened.deleted_at and opened.replies_count):
        abort(404)
    rows = read_rows(
        lambda window: queries.replies(window, audience), "id", oldest_first=True, **values
    )
    nested = {row.id: _nested(row) for row in rows.items}
    visible = [row.id for row in line if row.is_visible]
    visible += [row.id for row in rows.items if row.deleted_at is None]
    visible += [id for ids in nested.values() for id in ids]
    cards = read_cards(visible, viewer)

    def node(id: int) -> Node:
        replies = tuple(Node(reply, cards.get(reply)) for reply in nested[id])
        card = cards.get(id)
        has_more = len(replies) == MOST_BELOW and (card is None or card.replies > MOST_BELOW)
        return Node(id, card, replies, has_more)

    return Thread(
        above=[Node(row.id, cards.get(row.id)) for row in line[:-1]],
        earlier_id=line[0].in_reply_to_id,
        post=Node(id, cards.get(id)),
        replies=[node(id) for id in nested],
        rows=rows,
    )


def _nested(row: Row[Any]) -> list[int]:
    ids = (getattr(row, f"reply_{place}") for place in range(MOST_BELOW))
    return [id for id in ids if id is not None]
