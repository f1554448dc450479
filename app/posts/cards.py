"""The card of a post: drawn once, and kept for as long as nothing that it shows has changed."""

from functools import lru_cache
from typing import Any, NamedTuple

from flask import current_app, render_template
from flask_babel import get_locale
from flask_login import current_user
from markupsafe import Markup
from sqlalchemy import Row

from ..accounts.avatars import avatar_url
from ..db import moment_of

CARDS_KEPT = 10_000


class Card(NamedTuple):
    """Everything that a card shows. Equal cards have equal HTML, so this is the cache's key."""

    id: int
    body_html: str
    username: str
    name: str
    avatar: str
    is_own: bool
    language: str

    @property
    def created_at(self) -> Any:
        """When the post was written, in UTC."""
        return moment_of(self.id)


def card(row: Row[Any]) -> Markup:
    """Return the HTML of the card of one row of :func:`app.posts.queries.as_cards`."""
    shown = Card(
        id=row.id,
        body_html=row.body_html,
        username=row.username,
        name=row.display_name or row.username,
        avatar=avatar_url(row.username, row.email),
        is_own=current_user.is_authenticated and row.author_id == current_user.id,
        language=str(get_locale()),
    )
    html: Markup = current_app.extensions["cards"](shown)
    return html


def init_app(state: Any) -> None:
    """Give the application a cache of cards, and templates the function ``card``."""
    state.app.extensions["cards"] = lru_cache(CARDS_KEPT)(_draw)
    state.app.jinja_env.globals["card"] = card


def _draw(shown: Card) -> Markup:
    # The template escapes what it is given; body_html was escaped when it was written.
    return Markup(render_template("posts/_post.html", post=shown))  # noqa: S704
