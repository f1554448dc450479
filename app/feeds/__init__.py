"""Feeds: what people post, for programs that read. They only read and own no table."""

from flask import Blueprint

blueprint = Blueprint("feeds", __name__)

from . import routes
