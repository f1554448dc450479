"""Communities as a whole: moved in from files, or to another database. No table is its own."""

from flask import Blueprint

blueprint = Blueprint("community", __name__, cli_group="community")

from . import commands  # noqa: E402, F401
