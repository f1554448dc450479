"""Search: finding posts and people by their words. It owns the full-text index."""

from flask import Blueprint

blueprint = Blueprint("search", __name__, cli_group="search")

from . import commands, jobs, receivers, routes  # noqa: E402, F401
