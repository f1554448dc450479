"""The card of a post: drawn once, and kept for as long as nothing that it shows has changed."""

import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from typing import Any, NamedTuple

from flask import current_app, render_template
from flask_babel import get_locale
from markupsafe import Markup
from sqlalchemy import ColumnElement, Row, and_, select
from sqlalchemy.orm import aliased

from ..accounts.avatars import avatar_url
from ..accounts.models import User
from ..db import AnySelect, moment_of
from ..follows.queries import not_blocked
from ..prepared import prepared
from .models import Post
from .queries import is_reposted_by

CARDS_KEPT = 10_000
INDENT = re.compile(r"\n\s+")

# What a card shows of its viewer, by the name of the field: later domains add theirs.
ViewersColumn = Callable[[User | None], ColumnElement[bool]]
_viewers: dict[str, ViewersColumn] = {"reposted": is_reposted_by}


class Card(NamedTuple):
    """Everything that a card shows. Equal cards have equal HTML, so this is the cache's key."""

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
    reposter: tuple[str, str] | None
    for_stranger: bool
    is_own: bool
    # What the viewer has done with it: the names of buttons that are pressed.
    pressed: frozenset[str]
    language: str
    # Right after something was done: the address that takes it back, and whether the
    # keyboard goes on from here.
    undo: str | None = None
    takes_focus: bool = False

    @property
    def created_at(self) -> datetime:
        """When the post was written, in UTC."""
        return moment_of(self.id)


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
    return {card.id: card for card in cards_of(_posts(wanted, viewer).run(), viewer)}


@prepared
def _posts(ids: list[int], viewer: User | None) -> AnySelect:
    return with_cards(select(Post).where(Post.id.in_(ids)), viewer)


def cards_of(rows: Iterable[Row[Any]], viewer: User | None) -> list[Card]:
    """Return the cards of rows of :func:`with_cards`."""
    made, language = current_app.extensions["cards"].made, str(get_locale())
    who = viewer.id if viewer else None
    return [made(row, row.author_id == who, viewer is None, language) for row in rows]


def entry_cards(entries: Sequence[Row[Any]], viewer: User | None) -> list[Card]:
    """Return the cards of timeline entries, in their order, each post at most once."""
    first: dict[int, Row[Any]] = {}
    for entry in entries:
        first.setdefault(entry.shown_id, entry)
    found = read_cards(first, viewer)
    return [
        found[id]._replace(reposter=_reposter(entry)) for id, entry in first.items() if id in found
    ]


class Cards:
    """The cards that a process keeps: by what the database said, and their HTML."""

    def __init__(self) -> None:
        self.made = lru_cache(CARDS_KEPT)(_card)
        self.drawn = lru_cache(CARDS_KEPT)(_draw)


def draw_card(card: Card) -> Markup:
    """Return the HTML of a card."""
    html: Markup = current_app.extensions["cards"].drawn(card)
    return html


def draw_cards(cards: Iterable[Card]) -> Markup:
    """Return the HTML of cards, one after the other."""
    return Markup("").join(map(current_app.extensions["cards"].drawn, cards))


def init_app(state: Any) -> None:
    """Give the application a cache of cards, and templates what draws them."""
    state.app.extensions["cards"] = Cards()
    state.app.jinja_env.globals |= {"draw_card": draw_card, "draw_cards": draw_cards}


def _draw(card: Card) -> Markup:
    html = render_template("posts/_post.html", post=card)
    # The template escapes what it is given; body_html was escaped when it was written.
    # Without its indents a page of cards is a tenth smaller.
    return Markup(INDENT.sub("\n", html))  # noqa: S704


def with_cards(posts: AnySelect, viewer: User | None) -> AnySelect:
    """Give ``posts``, a query of them, the columns of their cards and no others."""
    answered = aliased(User)
    return (
        posts.with_only_columns(
            Post.id,
            Post.body_html,
            Post.author_id,
            Post.replies_count,
            Post.reposts_count,
            Post.likes_count,
            Post.edited_at,
            Post.in_reply_to_id,
            User.username,
            User.display_name,
            User.email,
            answered.username.label("answered"),
            *(column(viewer).label(name) for name, column in _viewers.items()),
        )
        .join(User, User.id == Post.author_id)
        .outerjoin(
            answered,
            and_(answered.id == Post.in_reply_to_author_id, not_blocked(viewer, answered.id)),
        )
    )


def _card(row: Row[Any], is_own: bool, for_stranger: bool, language: str) -> Card:
    return Card(
        id=row.id,
        body_html=row.body_html,
        username=row.username,
        name=row.display_name or row.username,
        avatar=avatar_url(row.username, row.email),
        replies=row.replies_count,
        reposts=row.reposts_count,
        likes=row.likes_count,
        is_edited=row.edited_at is not None,
        in_reply_to_id=row.in_reply_to_id,
        answered=row.answered,
        reposter=None,
        for_stranger=for_stranger,
        is_own=is_own,
        pressed=frozenset(name for name in _viewers if row._mapping[name]),
        language=language,
    )


def _reposter(entry: Row[Any]) -> tuple[str, str] | None:
    if not entry.is_repost:
        return None
    return entry.username, entry.display_name or entry.username
