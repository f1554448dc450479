"""The card of a post: drawn once, and kept for as long as nothing that it shows has changed."""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property, lru_cache
from itertools import repeat
from typing import Any

from flask import current_app, render_template
from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, case, select
from sqlalchemy.orm import aliased

from ..accounts.avatars import avatar_url
from ..accounts.models import User
from ..data.database import AnySelect, is_among
from ..data.ids import moment_of
from ..data.plain import Row
from ..data.prepared import Query, prepared, row_to_come
from ..follows.queries import not_blocked
from ..web.fragments import put
from ..web.i18n import language
from ..web.paging import Rows, read_rows
from .models import Post
from .queries import is_reposted_by

CARDS_KEPT = 8_000
INDENT = re.compile(r"\n\s+")

# The username and the name of who reposted a post.
Teller = tuple[str, str]

# What a card shows of its post: the first columns of a row that it is made of.
Answered = aliased(User)
COLUMNS = (
    # The id is that of a row's place in its list, where the two differ.
    Post.id.label("shown_id"),
    Post.body_html,
    Post.author_id,
    Post.replies_count,
    Post.reposts_count,
    Post.likes_count,
    Post.edited_at.is_not(None).label("is_edited"),
    Post.in_reply_to_id,
    User.username,
    User.display_name,
    User.email,
    Answered.username.label("answered"),
)

# What a card shows of its viewer, by the name of the field: later domains add theirs.
ViewersColumn = Callable[[User | None], ColumnElement[bool]]
_viewers: dict[str, ViewersColumn] = {"reposted": is_reposted_by}


@dataclass(frozen=True, kw_only=True)
class Card:
    """Everything that a card shows, and its HTML once it was drawn."""

    id: int
    body_html: str
    username: str
    name: str
    avatar: str
    replies: int
    reposts: int
    likes: int
    is_edited: bool
    in_reply_to_id: int | None
    # Whom it answers, where the viewer may know.
    answered: str | None
    # (username, name) of who reposted it, where that is why it stands here.
    reposter: Teller | None
    for_stranger: bool
    is_own: bool
    # What the viewer has done with it: the names of buttons that are pressed.
    pressed: frozenset[str]
    # Right after something was done: the address that takes it back, and whether the
    # keyboard goes on from here.
    undo: str | None = None
    takes_focus: bool = False

    @property
    def created_at(self) -> datetime:
        """When the post was written, in UTC."""
        return moment_of(self.id)

    @cached_property
    def html(self) -> bytes:
        """The card in the language of whoever asked first, in UTF-8."""
        html = render_template("posts/_post.html", post=self)
        # The template escapes what it is given; body_html was escaped when it was written.
        # Without its indents a page of cards is a tenth smaller.
        return INDENT.sub("\n", html).encode()


def show_on_cards(name: str, column: ViewersColumn) -> None:
    """Let every card know whether the viewer did something with the post: ``name`` is pressed.

    ``column`` gives, for a viewer, a column of a query of posts.
    """
    _viewers[name] = column


def read_cards(ids: Iterable[int], viewer: User | None) -> dict[int, Card]:
    """Return the cards of posts by id, with one statement.

    Whether ``viewer`` may see the posts was asked by the query that found the ids.
    """
    wanted = list(ids)
    if not wanted:
        return {}
    return {card.id: card for card in cards_of(_posts(wanted, viewer).all(), viewer)}


@prepared
def _posts(ids: list[int], viewer: User | None) -> AnySelect:
    return with_cards(select(Post).where(is_among(Post.id, ids)), viewer)


def read_entries(timeline: Query, key: Any, viewer: User | None) -> tuple[Rows, list[Card]]:
    """Read a page of ``timeline`` and the cards of what it shows, with one statement."""
    rows = read_rows(
        timeline, key, widen=lambda page, upwards: with_their_cards(page, key, viewer, upwards)
    )
    return rows, cards_of_entries(rows.items, viewer)


def with_their_cards(page: Query, key: Any, viewer: User | None, upwards: bool = False) -> Query:
    """Give ``page``, a query of entries by ``key``, the columns of the cards of what they show."""
    if viewer is None:
        return page.changed(_entries_with_cards, key, upwards)
    shape = tuple(viewer.shape.items())
    return page.changed(_entries_with_cards, key, upwards, shape, viewer=viewer.id)


def cards_of_entries(entries: Sequence[Row], viewer: User | None) -> list[Card]:
    """Return the cards of rows of :func:`with_their_cards`, in their order.

    Each post has at most one, whoever else reposted it.
    """
    tellers = [
        (entry.teller, entry.teller_name or entry.teller) if entry.is_repost else None
        for entry in entries
    ]
    first: dict[int, Card] = {}
    for card in cards_of(entries, viewer, tellers):
        first.setdefault(card.id, card)
    return list(first.values())


def _entries_with_cards(
    entries: AnySelect, key: Any, upwards: bool, shape: tuple[tuple[str, Any], ...] | None = None
) -> AnySelect:
    entry = entries.subquery("entry")
    viewer = None if shape is None else row_to_come("viewer", dict(shape))
    shown = select(Post).join(entry, entry.c.shown_id == Post.id)
    # The key, and who tells of the post where that is not its author.
    teller = aliased(User)
    kept = (
        entry.c[key.key],
        entry.c.is_repost,
        teller.username.label("teller"),
        teller.display_name.label("teller_name"),
    )
    order = entry.c[key.key].asc() if upwards else entry.c[key.key].desc()
    return (
        with_cards(shown, viewer)
        .add_columns(*kept)
        .outerjoin(teller, teller.id == case((entry.c.is_repost, entry.c.author_id)))
        .order_by(order)
    )


def cards_of(
    rows: Iterable[Row],
    viewer: User | None,
    tellers: Iterable[Teller | None] = repeat(None),
) -> list[Card]:
    """Return the cards of rows of :func:`with_cards`, each with who told of it."""
    card, spoken, width = current_app.extensions["cards"], language(), _width()
    who, for_stranger = viewer.id if viewer else None, viewer is None
    return [
        card(row[:width], teller, row.author_id == who, for_stranger, spoken)
        for row, teller in zip(rows, tellers, strict=False)
    ]


def draw_card(card: Card) -> Markup:
    """Put the HTML of a card into the page that is drawn."""
    return put(card.html)


def draw_cards(cards: Iterable[Card]) -> Markup:
    """Put the HTML of cards into the page that is drawn, one after the other."""
    return put(*[card.html for card in cards])


def init_app(state: Any) -> None:
    """Give the application a cache of cards, and templates what draws them."""
    # By all that the database said of a post: a card with another number on it is another one.
    state.app.extensions["cards"] = lru_cache(CARDS_KEPT)(_card)
    state.app.jinja_env.filters |= {"draw_card": draw_card, "draw_cards": draw_cards}


def with_cards(posts: AnySelect, viewer: User | None) -> AnySelect:
    """Give ``posts``, a query of them, the columns of their cards and no others."""
    return (
        posts.with_only_columns(
            *COLUMNS,
            *(column(viewer).label(name) for name, column in _viewers.items()),
        )
        .join(User, User.id == Post.author_id)
        .outerjoin(
            Answered,
            and_(Answered.id == Post.in_reply_to_author_id, not_blocked(viewer, Answered.id)),
        )
    )


def _width() -> int:
    return len(COLUMNS) + len(_viewers)


def _card(
    row: tuple[Any, ...],
    reposter: Teller | None,
    is_own: bool,
    for_stranger: bool,
    _language: str,
) -> Card:
    # As they stand in COLUMNS.
    id, body_html, _author_id, replies, reposts, likes, is_edited, in_reply_to_id, *rest = row
    username, display_name, email, answered, *done = rest
    return Card(
        id=id,
        body_html=body_html,
        username=username,
        name=display_name or username,
        avatar=avatar_url(username, email),
        replies=replies,
        reposts=reposts,
        likes=likes,
        is_edited=bool(is_edited),
        in_reply_to_id=in_reply_to_id,
        answered=answered,
        reposter=reposter,
        for_stranger=for_stranger,
        is_own=is_own,
        pressed=frozenset(name for name, is_done in zip(_viewers, done, strict=True) if is_done),
    )
