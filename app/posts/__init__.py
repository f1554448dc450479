"""Posts: what people write, its card, and the composer in which it is written."""

from flask import Blueprint

blueprint = Blueprint("posts", __name__)

from ..accounts.viewer import add_viewer_column  # noqa: E402
from . import (  # noqa: E402
    card_reading,
    composer_routes,  # noqa: F401
    draft_routes,  # noqa: F401
    drafts,
    erasing,  # noqa: F401
    exporting,  # noqa: F401
    jobs,  # noqa: F401
    receivers,  # noqa: F401
    routes,  # noqa: F401
)

add_viewer_column("has_drafts", drafts.has_drafts)
blueprint.record_once(card_reading.init_app)
