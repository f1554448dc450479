"""Warnings on posts: words that a viewer sees first, wherever the post is shown."""

from typing import Any, Protocol

from markupsafe import escape
from sqlalchemy import ColumnElement, Text, func, literal, select
from sqlalchemy.orm import Mapped, mapped_column

from ..data.database import Base, HasId, delete_row, insert_if_absent, writing
from .models import Post, post_key

# Before the words of a warning that replace the text of a post; a sign, so not translated.
SIGN = "⚠ "


class PostWarning(Base):
    """The words of the warning that viewers of a post see before they open it."""

    __tablename__ = "post_warning"

    post_id: Mapped[int] = post_key()
    words: Mapped[str] = mapped_column(Text)


class Warned(Protocol):
    """A card, or a row, of a post: its HTML, and the words of a warning or None."""

    @property
    def body_html(self) -> str:
        """The text as HTML."""

    @property
    def warned_of(self) -> str | None:
        """The words of the warning."""


def put_warning(post: HasId, words: str) -> bool:
    """Have viewers of ``post`` see ``words`` first; returns False if it has a warning already."""
    with writing() as session:
        return insert_if_absent(session, PostWarning, post_id=post.id, words=words)


def remove_warning(post_id: int) -> bool:
    """Remove the warning; returns False if there is none."""
    with writing() as session:
        return delete_row(session, PostWarning, post_id=post_id)


def warned_of(post: Any = Post) -> ColumnElement[str | None]:
    """The words of the warning on a post: a column; null for most posts."""
    return select(PostWarning.words).where(PostWarning.post_id == post.id).scalar_subquery()


def body_shown(post: Any = Post) -> ColumnElement[str]:
    """The text of a post where a warning cannot be opened: the warning, if there is one."""
    return func.coalesce(literal(SIGN) + warned_of(post), post.body)


def html_shown(post: Warned) -> str:
    """Return the HTML of a post where a warning cannot be opened: the warning, if there is one."""
    return f"{SIGN}{escape(post.warned_of)}" if post.warned_of else post.body_html
