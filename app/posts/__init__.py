"""Posts: what people write, its card, and the composer in which it is written."""

from flask import Blueprint

blueprint = Blueprint("posts", __name__)

from ..accounts.viewer import add_viewer_column  # noqa: E402
from . import card_reading, composer_routes, draft_routes, drafts, jobs, receivers, routes  # noqa: E402, F401

add_viewer_column("has_drafts", drafts.has_drafts)
blueprint.record_once(card_reading.init_app)
