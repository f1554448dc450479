"""Administration: what the people in charge change and see, and what the site says of itself."""

from flask import Blueprint

blueprint = Blueprint("administration", __name__)

from ..data.ids import moment_of  # noqa: E402
from . import about_routes, queue_routes, settings_routes  # noqa: E402, F401
from .markdown import html_of  # noqa: E402

blueprint.add_app_template_global(moment_of, "asked_at")
blueprint.add_app_template_filter(html_of, "markdown")
