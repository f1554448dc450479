"""Follows, blocks and mutes: the relationships of people with people."""

from flask import Blueprint

blueprint = Blueprint("follows", __name__)

from ..accounts.viewer import add_viewer_column
from . import exporting, queries, receivers, routes

add_viewer_column("blocks_or_mutes", queries.has_blocks_or_mutes)
