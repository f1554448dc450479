"""Reactions: likes and bookmarks."""

from flask import Blueprint

from ..posts.cards import show_on_cards

blueprint = Blueprint("reactions", __name__)

from . import queries, routes  # noqa: E402

show_on_cards("liked", queries.is_liked_by)
show_on_cards("bookmarked", queries.is_bookmarked_by)

__all__ = ["blueprint", "routes"]
