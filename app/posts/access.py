"""What views of posts share, here and in later domains: finding a post, limits, buttons."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from flask import Blueprint, abort, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import ColumnElement, Row, select

from ..accounts.access import for_members
from ..accounts.pending import Reason, do_once_joined
from ..accounts.viewer import Viewer, viewer
from ..data.database import HasId, db
from ..data.reading import read
from ..follows.queries import Audience, audience_of
from ..web.answers import back, changed, show_message
from ..web.limits import limiter
from ..web.requests import wants_fragment
from . import queries
from .card import Card
from .card_reading import read_cards
from .models import Post

limit_writing = limiter.shared_limit("2000 per 10 minutes", scope="writing")


def visible_post_or_404(id: int) -> Row[Any]:
    """Return what :func:`app.posts.queries.visible_post` selects, if there is one; else 404."""
    return find_visible_post(id) or abort(404)


def find_visible_post(id: int) -> Row[Any] | None:
    """Return what :func:`visible_post_or_404` does; None where there is no such post."""
    found = queries.visible_post(audience_of(viewer))
    return read(found, post_id=id, viewer_id=viewer.id).first()


def own_post_or_404(id: int, *, or_deleted: bool = False) -> Post:
    """Return the viewer's own post, to change it; by default one that is not deleted. Else 404."""
    return find_own_post(id, or_deleted=or_deleted) or abort(404)


def find_own_post(id: int, *, or_deleted: bool = False) -> Post | None:
    """Return what :func:`own_post_or_404` does; None where there is no such post."""
    own = select(Post).where(
        Post.id == id, Post.author_id == viewer.id, Post.repost_of_id.is_(None)
    )
    return db.session.scalar(own if or_deleted else own.where(Post.deleted_at.is_(None)))


def card_of(post: HasId, **just_written: Any) -> Card:
    """Return the card of a visible post, with fields ``just_written``; else 404."""
    card = read_cards([post.id], viewer).get(post.id) or abort(404)
    return replace(card, **just_written)


def is_on_its_page(id: int) -> bool:
    """Whether this request of htmx was sent from the page of the post."""
    return urlsplit(back()).path == url_for("posts.show", id=id)


def _count_or_404(id: int, count: Callable[[Audience], ColumnElement[int]]) -> int:
    """Return a ``count`` of a post; 404 if the post was deleted meanwhile."""
    found = queries.count_of(count, audience_of(viewer))
    row = read(found, post_id=id, viewer_id=viewer.id).first() or abort(404)
    return int(row[0])


def add_button(
    blueprint: Blueprint,
    verb: str,
    act: Callable[[Viewer, Row[Any]], object],
    undo: Callable[[Viewer, Row[Any]], bool],
    *,
    template: str,
    limit: Callable[..., Any],
    count: Callable[[Audience], ColumnElement[int]] | None = None,
    reason: Callable[[], Reason],
    done: Callable[[], str],
) -> None:
    """Register the POST routes of a card's button: ``/posts/<id>/<verb>`` and ``…/un<verb>``.

    ``act`` and ``undo`` are called with the viewer and the post; ``undo`` returns whether there was
    anything to undo, and needs no sight of the post: what somebody did is theirs to take back. The
    answer is ``template`` for htmx, with the new value of ``count`` (a column of posts), else a
    redirect back to where the button was. ``reason`` is why an anonymous viewer who presses it is
    asked to join, and ``done`` says once they have joined that it is done.
    """

    def add(endpoint: str, *, pressed: bool) -> None:
        def press(id: int) -> ResponseReturnValue:
            seen = find_visible_post(id)
            if pressed:
                act(viewer, seen or abort(404))
            else:
                post = seen or read(queries.any_post(), post_id=id).first() or abort(404)
                if not undo(viewer, post) and not seen:
                    abort(404)
            number = _count_or_404(id, count) if count is not None and seen else None
            to = back(f"post_{id}", instead_of="" if seen else url_for("posts.show", id=id))
            is_opened = wants_fragment() and is_on_its_page(id)
            opened = read_cards([id], viewer).get(id) if is_opened else None
            shown = {"id": id, "count": number, "pressed": pressed, "opened": opened}
            return changed("posts/_pressed.html", to=to, template=template, **shown)

        # Flask-Limiter knows a view by its name.
        press.__name__ = press.__qualname__ = f"{blueprint.name}_{endpoint}"
        rule = f"/posts/<id:id>/{endpoint}"
        blueprint.post(rule, endpoint=endpoint)(for_members(limit(press)))

    def press_once_joined(id: int) -> str:
        if seen := find_visible_post(id):
            act(viewer, seen)
            show_message(done())
        return url_for("posts.show", id=id)

    do_once_joined(f"{blueprint.name}.{verb}", lambda **_values: reason(), press_once_joined)
    add(verb, pressed=True)
    add(f"un{verb}", pressed=False)
