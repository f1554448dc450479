"""Search: finding posts and people by their words. It owns the index of those words."""

from flask import Blueprint

blueprint = Blueprint("search", __name__, cli_group="search")

from . import commands, listeners, newest, routes  # noqa: E402, F401

blueprint.record_once(newest.init_app)
