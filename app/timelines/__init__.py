"""Timelines: home, explore and tags. They only read and own no table."""

from flask import Blueprint

blueprint = Blueprint("timelines", __name__)

from ..accounts.models import User
from ..accounts.viewer import add_viewer_column
from . import routes

# Home is read in one of two ways, by how many people the viewer follows.
add_viewer_column("following_count", lambda: User.following_count)
