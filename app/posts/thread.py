"""Threads: a post, what it answers above it, and the answers to it below, a page at a time."""

from dataclasses import dataclass

from flask import abort

from ..accounts.models import User
from ..data.plain import Row
from ..web.paging import Rows, read_rows
from .cards import Card, read_cards
from .models import Post
from .queries import MOST_BELOW, line_above, replies_to

# How many posts are shown above; a link leads on to the topmost.
MOST_ABOVE = 10


@dataclass(frozen=True)
class Place:
    """A post in a thread: its card, or None where it was deleted or may not be seen."""

    id: int
    card: Card | None
    answers: "tuple[Place, ...]" = ()
    # More answers than are shown.
    has_more: bool = False


@dataclass(frozen=True)
class Thread:
    """What the page of a post shows."""

    above: list[Place]
    # What the topmost answers, where that is not shown.
    higher_id: int | None
    post: Place
    replies: list[Place]
    rows: Rows


def read_thread(id: int, viewer: User | None) -> Thread:
    """Return the thread around a post, for the page of replies that the request asks for.

    Answers 404 where the post may not be seen; one that was deleted stays as a place in
    its thread for as long as it has answers.
    """
    line = line_above(id, viewer, MOST_ABOVE).all()
    if not line or line[-1].id != id:
        abort(404)
    focus = line[-1]
    if not focus.is_visible and not (focus.deleted_at and focus.replies_count):
        abort(404)
    rows = read_rows(replies_to(id, viewer), Post.id, oldest_first=True)
    nested = {row.id: _answers(row) for row in rows.items}
    seen = [row.id for row in line if row.is_visible]
    seen += [row.id for row in rows.items if row.deleted_at is None]
    seen += [id for ids in nested.values() for id in ids]
    cards = read_cards(seen, viewer)

    def place(id: int) -> Place:
        answers = tuple(Place(answer, cards.get(answer)) for answer in nested[id])
        card = cards.get(id)
        has_more = len(answers) == MOST_BELOW and (card is None or card.replies > MOST_BELOW)
        return Place(id, card, answers, has_more)

    return Thread(
        above=[Place(row.id, cards.get(row.id)) for row in line[:-1]],
        higher_id=line[0].in_reply_to_id,
        post=Place(id, cards.get(id)),
        replies=[place(id) for id in nested],
        rows=rows,
    )


def _answers(row: Row) -> list[int]:
    ids = (getattr(row, f"answer_{place}") for place in range(MOST_BELOW))
    return [id for id in ids if id is not None]
