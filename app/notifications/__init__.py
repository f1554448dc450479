"""Notifications: who is told what others did to them."""

from flask import Blueprint

blueprint = Blueprint("notifications", __name__)

from . import jobs, listeners, routes, unread  # noqa: E402, F401

blueprint.add_app_template_global(unread.unread_count)
