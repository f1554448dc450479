"""Notifications: who is notified of what others did."""

from flask import Blueprint

blueprint = Blueprint("notifications", __name__)

from ..accounts.models import User
from ..accounts.viewer import add_viewer_column
from . import exporting, jobs, queries, receivers, routes, unread

add_viewer_column("unread_notifications", queries.unread_of_user)
add_viewer_column("notifications_read_at", lambda: User.notifications_read_at)
blueprint.add_app_template_global(unread.unread_count)
