"""What views of posts, here and in later domains, share: finding a post, answering a button."""

from dataclasses import replace
from typing import Any

from flask import abort
from flask.typing import ResponseReturnValue
from sqlalchemy import Row, select
from sqlalchemy.orm import InstrumentedAttribute

from ..accounts.viewer import viewer
from ..data.database import HasId, db
from ..data.reading import read
from ..follows.queries import audience_of
from ..web.answers import back, changed
from . import queries
from .card import Card, read_cards
from .models import Post


def visible_post(id: int) -> Row[Any]:
    """Return the post (id, author_id, body_html, edited_at) if the viewer may see it; else 404."""
    found = queries.visible_post(audience_of(viewer))
    return read(found, post_id=id, viewer_id=viewer.id).first() or abort(404)


def own_post(id: int, *, or_deleted: bool = False) -> Post:
    """Return the viewer's own post, to change it; by default one that is not deleted. Else 404."""
    own = select(Post).where(
        Post.id == id, Post.author_id == viewer.id, Post.repost_of_id.is_(None)
    )
    post: Post = db.first_or_404(own if or_deleted else own.where(Post.deleted_at.is_(None)))
    return post


def card_of(post: HasId, **just_written: Any) -> Card:
    """Return the card of a visible post, with fields ``just_written``; else 404."""
    card = read_cards([post.id], viewer).get(post.id) or abort(404)
    return replace(card, **just_written)


def button_changed(
    template: str, post: HasId, *, pressed: bool, count: InstrumentedAttribute[int] | None = None
) -> ResponseReturnValue:
    """Answer the press of a card's button: ``template`` for htmx, else back to the post.

    ``count`` is the kept count of posts that the button shows. 404 where the post is gone.
    """
    number = None
    if count is not None:
        number = read(queries.count_of(count), post_id=post.id).scalar()
        if number is None:
            abort(404)
    to = back(f"post_{post.id}")
    return changed(template, to=to, id=post.id, count=number, pressed=pressed)
