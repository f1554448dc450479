"""Profiles: what others see of a person, and the posts that the person pins there."""

from flask import Blueprint

from ..posts.card import CardPart, add_to_card

blueprint = Blueprint("profiles", __name__)

from . import exporting, pin_routes, queries, receivers, routes

add_to_card(
    CardPart(
        "pinned",
        column=queries.is_pinned,
        place="menu",
        template="profiles/_card_pin.html",
        for_author=True,
    )
)
