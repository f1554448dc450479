"""Follows, blocks and mutes: the relationships of people with people."""

from flask import Blueprint

blueprint = Blueprint("follows", __name__)

from ..accounts.viewer import add_viewer_column  # noqa: E402
from . import exporting, queries, receivers, routes  # noqa: E402, F401

add_viewer_column("blocks_or_mutes", queries.has_blocks_or_mutes)
