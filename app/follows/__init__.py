"""Follows, blocks and mutes: who reads, sees and hears whom."""

from flask import Blueprint

blueprint = Blueprint("follows", __name__)

from ..accounts.models import find_with_user  # noqa: E402
from . import queries, routes  # noqa: E402, F401

find_with_user("is_apart", queries.is_apart)
