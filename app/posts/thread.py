"""Threads: a post, its ancestors above it, and the replies below it, a page at a time."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from flask import abort
from sqlalchemy import Row

from ..accounts.viewer import Viewer
from ..data.reading import read
from ..follows.queries import audience_of
from ..web.paging import Rows, read_rows
from . import queries
from .card import Card
from .card_reading import read_cards
from .queries import MOST_BELOW


@dataclass(frozen=True)
class Node:
    """A post in a thread: its card, or None where it is a placeholder."""

    id: int
    card: Card | None
    # The rule for which moderators removed it, or "".
    removed_for: str | None = None
    replies: "tuple[Node, ...]" = ()
    # More replies than are shown.
    has_more: bool = False
    # Folded, because the author is shown to followers only.
    is_set_aside: bool = False


@dataclass(frozen=True)
class Thread:
    """What the page of a post shows."""

    above: list[Node]
    # The post whose page has the ancestors above those, None where these are all.
    earlier_id: int | None
    post: Node
    replies: list[Node]
    rows: Rows


def read_thread(id: int, viewer: Viewer, *, earlier: bool) -> Thread:
    """Return the thread around a post, with the page of replies that the request asks for.

    Above the post is its parent; with ``earlier``, as many ancestors as a page has. Answers
    404 if the post is not in a thread (:func:`app.posts.queries.in_thread`).
    """
    audience = audience_of(viewer)
    values = {"post_id": id, "viewer_id": viewer.id}
    most = queries.MOST_EARLIER if earlier else queries.MOST_ABOVE
    line = read(queries.ancestors(audience, most), **values).all() or abort(404)
    rows = read_rows(
        lambda window: queries.replies(window, audience), "id", oldest_first=True, **values
    )
    nested = {row.id: _nested(row) for row in rows.items}
    aside = {row.id for row in rows.items if row.is_set_aside}
    below = (id for ids in nested.values() for id in ids[:MOST_BELOW])
    cards = read_cards([*(row.id for row in line), *nested, *below], viewer)
    conversations = _conversations(nested.values(), cards, viewer)
    cards |= read_cards(chain.from_iterable(conversations.values()), viewer)
    removed = {row.id: row.removed_for for row in (*line, *rows.items)}

    def nested_nodes(id: int) -> Iterator[Node]:
        for first in nested[id][:MOST_BELOW]:
            *answered, last = [first, *conversations.get(first, [])]
            yield from (Node(each, cards.get(each)) for each in answered)
            card = cards.get(last)
            yield Node(last, card, has_more=card is not None and card.has_replies)

    def node(id: int) -> Node:
        has_more = len(nested[id]) > MOST_BELOW
        return Node(id, cards.get(id), removed[id], tuple(nested_nodes(id)), has_more, id in aside)

    topmost, opened = line[0], cards.get(id)
    return Thread(
        above=[Node(row.id, cards.get(row.id), row.removed_for) for row in line[:-1]],
        earlier_id=topmost.in_reply_to_id and (topmost.in_reply_to_id if earlier else id),
        post=Node(id, opened and opened.opened, removed[id]),
        replies=[node(id) for id in nested],
        rows=rows,
    )


def _conversations(
    nested: Iterable[list[int]], cards: dict[int, Card], viewer: Viewer
) -> dict[int, list[int]]:
    """Return the ids of what follows replies to replies, by their ids.

    Nothing follows a reply that stands beside another one: it would look like an answer to that.
    """
    single = (ids[0] for ids in nested if len(ids) == 1)
    answered = [id for id in single if id in cards and cards[id].has_replies]
    if not answered:
        return {}
    following: dict[int, list[int]] = {id: [] for id in answered}
    statement = queries.conversations(audience_of(viewer))
    for row in read(statement, ids=answered, viewer_id=viewer.id):
        following[row.begins_with].append(row.id)
    return following


def _nested(row: Row[Any]) -> list[int]:
    ids = (getattr(row, f"reply_{position}") for position in range(MOST_BELOW + 1))
    return [id for id in ids if id is not None]
