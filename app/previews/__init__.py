"""Previews of links: what the page behind the first link of a post says of itself.

The worker reads each page once, for all posts that link to it. It owns previews, and which post
shows which.
"""

from flask import Blueprint

from ..posts.card import CardPart, add_to_card

blueprint = Blueprint("previews", __name__)

from . import content, queries, receivers, routes

blueprint.add_app_template_global(content.shown_preview)
add_to_card(
    CardPart("preview", column=queries.preview, place="below", template="previews/_card.html")
)
add_to_card(CardPart("preview_menu", place="menu", template="previews/_menu.html", for_author=True))
