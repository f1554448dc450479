"""Posts: what people write."""

from flask import Blueprint

blueprint = Blueprint("posts", __name__)

from . import cards, drafting, jobs, routes  # noqa: E402, F401

blueprint.record_once(cards.init_app)
