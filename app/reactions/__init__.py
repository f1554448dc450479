"""Reactions: likes and bookmarks, and their buttons on the card."""

from flask import Blueprint

from ..posts.card import CardPart, add_to_card

blueprint = Blueprint("reactions", __name__)

from . import exporting, queries, receivers, routes

add_to_card(CardPart("likes", column=queries.likes_seen))
add_to_card(
    CardPart(
        "liked", column=queries.is_liked, place="actions", template="reactions/_card_like.html"
    )
)
add_to_card(
    CardPart(
        "bookmarked",
        column=queries.is_bookmarked,
        place="actions",
        template="reactions/_card_bookmark.html",
    )
)
