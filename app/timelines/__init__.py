"""Timelines: home and explore. They read; no table is theirs."""

from flask import Blueprint

blueprint = Blueprint("timelines", __name__)

from . import routes  # noqa: E402, F401
