"""Follows, blocks and mutes: who reads, sees and hears whom."""

from flask import Blueprint

blueprint = Blueprint("follows", __name__)

from . import routes  # noqa: E402, F401
