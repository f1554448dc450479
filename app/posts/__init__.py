"""Posts: what people write."""

from flask import Blueprint

blueprint = Blueprint("posts", __name__)

from ..accounts.models import find_with_user  # noqa: E402
from . import cards, drafting, drafts, jobs, routes  # noqa: E402, F401

find_with_user("has_drafts", drafts.has_drafts, for_pages=True)
blueprint.record_once(cards.init_app)
