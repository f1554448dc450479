"""The card of a post: what it shows, and what later domains add to it.

A later domain adds to every card by :func:`add_to_card`; nothing here changes for it.
"""

import re
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any, Literal

from flask import get_template_attribute
from markupsafe import Markup
from sqlalchemy import ColumnElement, and_, func, select
from sqlalchemy.orm import aliased

from ..accounts.models import User
from ..accounts.viewer import Viewer
from ..data.database import AnySelect
from ..data.ids import moment_of
from ..follows.queries import Audience
from .models import Post
from .queries import is_reposted, replies_seen, reposts_seen, visible_to
from .warnings import body_shown, warned_of

# Characters of a post of which the first line is shown above a reply to it.
QUOTED = 120
INDENT = re.compile(r"\n\s+")
# Emoji, mostly. With one of them, Python takes four bytes for each character of a text, and so of
# the whole page.
ASTRAL = re.compile("[\U00010000-\U0010ffff]")
# A text of more lines than this may be taller than lists show it (post-text.css).
LINES_SHOWN = 16
# Characters that fit on a line of a phone at least; and of those scripts that have wide ones.
FEWEST_ON_LINE, FEWEST_WIDE_ON_LINE = 25, 4
_MAYBE_WIDE = re.compile("[^\0-\u05ff]")

# Made once: an alias has a copy of every column, and the statements are kept.
_Parent, _ParentAuthor = aliased(Post), aliased(User)

Place = Literal["above", "below", "actions", "menu"]


@dataclass(frozen=True)
class CardPart:
    """What a domain adds to every card: a value, and a template that shows it in a place.

    The value is a ``column`` of a query of posts, or is loaded by ``load`` for all posts of a page
    at once (by id; None for a post that is missing). With both, it is loaded for those posts only
    of which the column is true, and on a page without them nothing is. With neither, it shows
    what other parts have. The template takes ``post`` (the :class:`Card`), whose ``post[name]`` is
    the value; in a template also ``post.name``. Places: ``above`` and ``below`` the text, where the
    value is true or the part has none; in the row of ``actions``; and in the ``menu`` of signed-in
    viewers, which is rendered when it is opened.

    The HTML is cached and served to others, so the template must use nothing but ``post``: not
    the viewer, the request or a CSRF token. A button belongs to the form ``actions`` of the page.
    """

    name: str
    column: Callable[[Audience], ColumnElement[Any]] | None = None
    load: Callable[[Sequence[int], Viewer], Mapping[int, Hashable]] | None = None
    place: Place | None = None
    template: str = ""
    # Whether only the author of a post sees it.
    for_author: bool = False


card_parts: list[CardPart] = []


def add_to_card(part: CardPart) -> None:
    """Add ``part`` to every card, after those of earlier domains.

    Raises :class:`ValueError` for a name that the card has already, and for a part that has neither
    a value nor a template.
    """
    columns = card_columns(select(Post), Audience.UNFILTERED).selected_columns
    taken = {*columns.keys(), *(other.name for other in card_parts)}
    if part.name in taken or hasattr(Card, part.name) or part.name in Card.__dataclass_fields__:
        raise ValueError(f"Every card has a {part.name!r} already.")
    if not (part.column or part.load or part.template):
        raise ValueError(f"{part.name!r} has neither a value nor a template.")
    card_parts.append(part)


@dataclass(frozen=True, kw_only=True)
class Card:
    """Everything that a card shows. ``{{ card }}`` in a template is its HTML."""

    id: int
    body_html: str
    username: str
    name: str
    avatar: str
    avatar_key: str | None
    replies: int
    reposts: int
    is_edited: bool
    in_reply_to_id: int | None
    # The username of whom it replies to, where the viewer may see the post.
    in_reply_to: str | None
    # The first line of that post, or its beginning.
    parent_text: str | None
    # (username, name) of the reposter, if the entry is a repost.
    reposter: tuple[str, str] | None
    is_reposted: bool
    # The words of a warning that viewers see first; None for most posts.
    warned_of: str | None
    for_anonymous: bool
    is_own: bool
    # Whether its thread shows replies or placeholders below it; known in a thread only.
    has_replies: bool = False
    # Whether it is the post of its own page, with the full date and its counts in words.
    is_opened: bool = False
    # Values of the parts, by name.
    extra: Mapping[str, Any] = field(default_factory=dict)
    # Right after a write: the URL that undoes it, and whether the card takes the focus.
    undo: str | None = None
    takes_focus: bool = False

    def __getitem__(self, name: str) -> Any:
        """Return the value of the part ``name``."""
        return self.extra[name]

    def __html__(self) -> Markup:
        """Return the HTML of the card in the language of its first viewer."""
        return self._html

    @property
    def created_at(self) -> datetime:
        """When the post was written, in UTC."""
        return moment_of(self.id)

    @cached_property
    def opened(self) -> "Card":
        """The card as its own page shows it."""
        return replace(self, is_opened=True)

    @property
    def may_be_tall(self) -> bool:
        """Whether the text may be taller than lists show it: its lines on a phone, at most.

        Such a card has the link "Show more", which the browser shows where the text is cut.
        """
        html = self.body_html
        full = len(html) / FEWEST_ON_LINE + len(_MAYBE_WIDE.findall(html)) / FEWEST_WIDE_ON_LINE
        return html.count("<br>") + full > LINES_SHOWN

    def parts(self, place: Place) -> list[CardPart]:
        """Return the parts that are shown in ``place``."""
        shown = [part for part in card_parts if part.place == place]
        if place in ("above", "below"):
            shown = [part for part in shown if self.extra.get(part.name, True)]
        return [part for part in shown if self.is_own or not part.for_author]

    @cached_property
    def _html(self) -> Markup:
        html = get_template_attribute("posts/_post.html", "card")(self)
        html = ASTRAL.sub(lambda char: f"&#{ord(char[0])};", html)
        # The template escapes what it shows; body_html was escaped when the post was written.
        # Pages are smaller without indentation.
        return Markup(INDENT.sub("\n", html))  # noqa: S704


def cards_html(cards: Iterable[Card]) -> Markup:
    """Return the HTML of ``cards``, one after the other: a template filter."""
    return Markup("".join([card.__html__() for card in cards]))  # noqa: S704 - as in Card


def card_columns(posts: AnySelect, audience: Audience) -> AnySelect:
    """Return ``posts``, a query of posts, with the columns of cards and no others."""
    parts = (part.column(audience).label(part.name) for part in card_parts if part.column)
    return (
        posts.with_only_columns(
            # The id of a row is the key of its list, which may be another.
            Post.id.label("shown_id"),
            Post.body_html,
            Post.author_id,
            replies_seen(audience).label("replies"),
            reposts_seen(audience).label("reposts"),
            Post.edited_at.is_not(None).label("is_edited"),
            Post.in_reply_to_id,
            User.username,
            User.display_name,
            User.email,
            User.avatar_key,
            _ParentAuthor.username.label("in_reply_to"),
            func.substr(body_shown(_Parent), 1, QUOTED).label("parent_text"),
            is_reposted(audience).label("is_reposted"),
            warned_of().label("warned_of"),
            *parts,
        )
        .join(User, User.id == Post.author_id)
        .outerjoin(_Parent, and_(_Parent.id == Post.in_reply_to_id, visible_to(audience, _Parent)))
        .outerjoin(_ParentAuthor, _ParentAuthor.id == _Parent.author_id)
    )
