"""Administration: what administrators change and see, and what the site says of itself."""

from flask import Blueprint

blueprint = Blueprint("administration", __name__)

from ..accounts.viewer import add_viewer_column
from . import (
    about_routes,
    announcement_routes,
    bulk_routes,
    commands,
    dashboard_routes,
    look_routes,
    mail_commands,
    mail_routes,
    people_routes,
    queue_routes,
    receivers,
    settings_routes,
)
from .markdown import html_of
from .models import dismissed

add_viewer_column("dismissed_announcements", dismissed)

blueprint.add_app_template_global(announcement_routes.announcements)
blueprint.add_app_template_filter(html_of, "markdown")
