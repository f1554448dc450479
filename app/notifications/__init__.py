"""Notifications: who is told what others did to them."""

from flask import Blueprint

blueprint = Blueprint("notifications", __name__)

from ..accounts.models import find_with_user  # noqa: E402
from . import jobs, listeners, queries, routes, unread  # noqa: E402, F401

find_with_user("unread", queries.unread_of_user, for_pages=True)
blueprint.add_app_template_filter(unread.unread_count)
