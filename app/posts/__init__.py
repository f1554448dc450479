"""Posts: what people write, its card, and the composer in which it is written."""

from flask import Blueprint

blueprint = Blueprint("posts", __name__)

from ..accounts.viewer import add_viewer_column
from . import (
    card_reading,
    composer_routes,
    draft_routes,
    drafts,
    erasing,
    exporting,
    held_routes,
    jobs,
    receivers,
    routes,
)
from .access import is_on_its_page
from .composer import composer_url
from .warnings import html_shown

add_viewer_column("has_drafts", drafts.has_drafts)
blueprint.add_app_template_global(composer_url)
blueprint.add_app_template_global(html_shown)
blueprint.add_app_template_global(is_on_its_page)
blueprint.record_once(card_reading.init_app)
