"""Cards are read with their lists, rendered once, and cached until what they show changes."""

from collections.abc import Iterable, Sequence
from functools import cache, lru_cache
from typing import Any, Literal

from flask import current_app
from flask.sansio.blueprints import BlueprintSetupState
from sqlalchemy import Row, bindparam, case, select
from sqlalchemy.orm import aliased

from ..accounts.avatars import avatar_url
from ..accounts.models import User
from ..accounts.viewer import Viewer
from ..data.database import AnySelect
from ..data.keyset import Window
from ..data.reading import read
from ..follows.queries import Audience, audience_of
from ..web.i18n import language
from ..web.paging import Listing, Rows, read_rows
from .card import Card, card_columns, card_parts, cards_html
from .models import Post
from .queries import nth_reply, visible_to

CARDS_KEPT = 7_000

# Made once: an alias has a copy of every column, and the statements are kept.
_Reposter = aliased(User)

# What the viewer is to the post.
SeenBy = Literal["anonymous", "author", "other"]


def init_app(state: BlueprintSetupState) -> None:
    """Give the application its cache of cards. The row is the cache key."""
    state.app.extensions["cards"] = lru_cache(CARDS_KEPT)(_card)
    state.app.jinja_env.filters["cards_html"] = cards_html


def read_timeline(
    listing: Listing, key: str, viewer: Viewer, **values: Any
) -> tuple[Rows, list[Card]]:
    """Read the requested page of ``listing``, entries by the column ``key``, with its cards.

    One statement reads both. A post has one card, whoever else reposted it.
    """
    audience = audience_of(viewer)

    def with_cards(window: Window) -> AnySelect:
        return _cards_of_entries(listing(window), window, key, audience)

    rows = read_rows(with_cards, key, viewer_id=viewer.id, **values)
    first: dict[int, Card] = {}
    for card in cards_of(rows.items, viewer):
        first.setdefault(card.id, card)
    return rows, list(first.values())


def read_cards(ids: Iterable[int], viewer: Viewer) -> dict[int, Card]:
    """Return the cards of those posts by id that ``viewer`` may see, with one statement."""
    wanted = list(ids)
    if not wanted:
        return {}
    rows = read(_cards_by_id(audience_of(viewer)), ids=wanted, viewer_id=viewer.id).all()
    return {card.id: card for card in cards_of(rows, viewer)}


def cards_of(rows: Sequence[Row[Any]], viewer: Viewer) -> list[Card]:
    """Return the cards of rows that have the columns of :func:`card_columns`."""
    if not rows:
        return []
    card, spoken = current_app.extensions["cards"], language()
    viewer_id, others = viewer.id, "other" if viewer.is_authenticated else "anonymous"
    columns = _columns(rows[0]._fields)  # Documented by SQLAlchemy, as of a named tuple.
    shown_id, author_id = columns.shown_id, columns.author_id
    loaded = []
    for load, at in columns.loads:
        ids = [row[shown_id] for row in rows if row[at]]
        loaded.append(load(ids, viewer) if ids else {})
    return [
        card(
            columns,
            tuple(row),
            tuple([found.get(row[shown_id]) for found in loaded]),
            others if row[author_id] != viewer_id else "author",
            spoken,
        )
        for row in rows
    ]


class _Columns:
    """The columns of a statement that reads cards: their names, and where some of them are."""

    def __init__(self, names: tuple[str, ...]) -> None:
        self.names = names
        self.shown_id, self.author_id = names.index("shown_id"), names.index("author_id")
        # What parts load, and the column that holds the ids of the posts.
        self.loads = [
            (part.load, names.index(part.name) if part.column else self.shown_id)
            for part in card_parts
            if part.load
        ]


# One object for the same names: as a part of the key of a card, it is compared by identity.
_columns = cache(_Columns)


@cache
def _cards_by_id(audience: Audience) -> AnySelect:
    ids: Any = bindparam("ids", expanding=True)
    found = select(Post).where(Post.id.in_(ids), visible_to(audience))
    has_replies = nth_reply(0, audience).is_not(None).label("has_replies")
    return card_columns(found, audience).add_columns(has_replies)


@cache
def _cards_of_entries(
    entries: AnySelect, window: Window, key: str, audience: Audience
) -> AnySelect:
    entry = entries.subquery("entry")
    shown = select(Post).join(entry, entry.c.shown_id == Post.id)
    found = card_columns(shown, audience).add_columns(
        entry.c[key],
        _Reposter.username.label("reposter"),
        _Reposter.display_name.label("reposter_name"),
    )
    by = case((entry.c.is_repost, entry.c.author_id))
    found = found.outerjoin(_Reposter, _Reposter.id == by)
    return window.ordered(found, entry.c[key])


def _card(
    columns: _Columns,
    values: tuple[Any, ...],
    loaded: tuple[Any, ...],
    seen_by: SeenBy,
    _language: str,
) -> Card:
    row = dict(zip(columns.names, values, strict=True))
    extra = {part.name: row[part.name] for part in card_parts if part.column}
    extra |= zip((part.name for part in card_parts if part.load), loaded, strict=True)
    reposter = row.get("reposter")
    return Card(
        id=row["shown_id"],
        body_html=row["body_html"],
        username=row["username"],
        name=row["display_name"] or row["username"],
        avatar=avatar_url(row["username"], row["email"], row["avatar_key"]),
        avatar_key=row["avatar_key"],
        replies=row["replies"],
        reposts=row["reposts"],
        is_edited=row["is_edited"],
        in_reply_to_id=row["in_reply_to_id"],
        in_reply_to=row["in_reply_to"],
        parent_text=(row["parent_text"] or "").strip().partition("\n")[0] or None,
        reposter=(reposter, row["reposter_name"] or reposter) if reposter else None,
        is_reposted=row["is_reposted"],
        warned_of=row["warned_of"],
        has_replies=row.get("has_replies", False),
        for_anonymous=seen_by == "anonymous",
        is_own=seen_by == "author",
        extra=extra,
    )
